// What a page has can be reached: its entry in the sidebar is in sight, without a scroll of anything else.
(() => {
  const sidebar = document.querySelector(".sidebar-scroll");
  const entry = sidebar?.querySelector(".current-page > a");
  if (!entry) return;
  const [outer, inner] = [sidebar, entry].map((part) => part.getBoundingClientRect());
  if (inner.top < outer.top || inner.bottom > outer.bottom) {
    sidebar.scrollTop += (inner.top + inner.bottom - outer.top - outer.bottom) / 2;
  }
})();

// What scrolls sideways can be reached by the keyboard, and what does not is no stop on the way.
// Sizes are asked for when the browser knows them: to ask for those of everything that is folded takes it seconds.
(() => {
  const parts = "pre, .table-wrapper, figure.picture";
  const reach = (all) => {
    const scrolling = all.map((part) => part.scrollWidth > part.clientWidth || part.scrollHeight > part.clientHeight + 1);
    all.forEach((part, place) => {
      if (scrolling[place] && !part.hasAttribute("tabindex")) part.setAttribute("tabindex", part.dataset.reached = "0");
      else if (!scrolling[place] && part.dataset.reached) part.removeAttribute("tabindex");
    });
  };
  const resized = new ResizeObserver((entries) => reach(entries.map(({ target }) => target)));
  for (const part of document.querySelectorAll(parts)) resized.observe(part);
  // What is unfolded far from what a reader sees has no size that could change, until it comes near.
  const unfolded = ({ target }) => target.open && reach([...target.querySelectorAll(parts)]);
  document.addEventListener("toggle", unfolded, { capture: true });
})();
