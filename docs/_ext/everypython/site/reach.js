// What scrolls sideways can be reached by the keyboard, and what does not is no stop on the way.
(() => {
  const scrolling = "pre, .table-wrapper, figure.picture";
  const reach = () => {
    for (const part of document.querySelectorAll(scrolling)) {
      const scrolls = part.scrollWidth > part.clientWidth || part.scrollHeight > part.clientHeight + 1;
      if (scrolls && !part.hasAttribute("tabindex")) part.setAttribute("tabindex", part.dataset.reached = "0");
      else if (!scrolls && part.dataset.reached) part.removeAttribute("tabindex");
    }
  };
  addEventListener("load", reach);
  addEventListener("resize", reach);
  document.addEventListener("toggle", reach, true); // what was folded has no width until then
  new MutationObserver(reach).observe(document.documentElement, { attributeFilter: ["data-python"] });
})();
