// What a page has can be reached: its entry in the sidebar is in sight, without a scroll of anything else.
(() => {
  const sidebar = document.querySelector(".sidebar-scroll");
  const entry = sidebar?.querySelector(".current-page > a");
  if (!entry) return;
  const [outer, inner] = [sidebar, entry].map((part) => part.getBoundingClientRect());
  if (inner.top < outer.top || inner.bottom > outer.bottom) {
    const top = (inner.top + inner.bottom - outer.top - outer.bottom) / 2;
    sidebar.scrollBy({ top, behavior: "instant" }); // furo's sidebar would travel
  }
})();

// What scrolls sideways can be reached by the keyboard, and what does not is no stop on the way.
// Sizes are asked for when the browser knows them: to ask for those of everything that is folded takes it seconds.
(() => {
  // Who comes to a table by keyboard is told which one it is: the heading that it stands under, numbered if need be.
  const tables = [...document.querySelectorAll(".table-wrapper")];
  const heading = (part) => part.closest("section")?.querySelector(":scope > :is(h1, h2, h3, h4)");
  const name = (part) => {
    const [title, same] = [heading(part), tables.filter((table) => heading(table) === heading(part))];
    const number = same.length > 1 ? ` ${same.indexOf(part) + 1}` : "";
    const words = [...(title?.childNodes ?? [])].filter((node) => !node.matches?.(".headerlink"));
    return `Table${number}: ${words.map((node) => node.textContent).join("")}`;
  };
  const call = (part) => {
    part.setAttribute("role", "region");
    part.setAttribute("aria-label", name(part));
  };
  const parts = "pre, .table-wrapper, figure.picture";
  const reach = (all) => {
    const scrolling = all.map((part) => part.scrollWidth > part.clientWidth || part.scrollHeight > part.clientHeight + 1);
    all.forEach((part, place) => {
      if (scrolling[place] && !part.hasAttribute("tabindex")) {
        part.setAttribute("tabindex", part.dataset.reached = "0");
        if (tables.includes(part)) call(part);
      } else if (!scrolling[place] && part.dataset.reached) {
        for (const what of ["tabindex", "role", "aria-label"]) part.removeAttribute(what);
      }
    });
  };
  const resized = new ResizeObserver((entries) => reach(entries.map(({ target }) => target)));
  for (const part of document.querySelectorAll(parts)) resized.observe(part);
  // What is unfolded far from what a reader sees has no size that could change, until it comes near.
  const unfolded = ({ target }) => target.open && reach([...target.querySelectorAll(parts)]);
  document.addEventListener("toggle", unfolded, { capture: true });
})();
