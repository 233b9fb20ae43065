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
  const reach = new ResizeObserver((entries) => {
    for (const { target: part } of entries) {
      const scrolls = part.scrollWidth > part.clientWidth || part.scrollHeight > part.clientHeight + 1;
      if (scrolls && !part.hasAttribute("tabindex")) part.setAttribute("tabindex", part.dataset.reached = "0");
      else if (!scrolls && part.dataset.reached) part.removeAttribute("tabindex");
    }
  });
  for (const part of document.querySelectorAll("pre, .table-wrapper, figure.picture")) reach.observe(part);
})();
