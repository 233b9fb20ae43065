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
  const reach = new ResizeObserver((entries) => {
    for (const { target: part } of entries) {
      const scrolls = part.scrollWidth > part.clientWidth || part.scrollHeight > part.clientHeight + 1;
      if (scrolls && !part.hasAttribute("tabindex")) {
        part.setAttribute("tabindex", part.dataset.reached = "0");
        if (tables.includes(part)) call(part);
      } else if (!scrolls && part.dataset.reached) for (const what of ["tabindex", "role", "aria-label"]) part.removeAttribute(what);
    }
  });
  for (const part of document.querySelectorAll("pre, .table-wrapper, figure.picture")) reach.observe(part);
})();
