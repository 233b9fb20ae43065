// Opens the search: nothing of it is loaded before its field has the focus or its page is asked something.
(() => {
  const here = document.currentScript.src;
  const load = (name) =>
    new Promise((loaded, failed) => {
      const script = document.createElement("script");
      Object.assign(script, { src: new URL(`search/${name}.js`, here), async: false, onload: loaded, onerror: failed });
      document.head.append(script);
    });
  let loading;
  const open = (field) => {
    loading ??= Promise.all(["minisearch", "index", "ranking", "results"].map(load)).then(() => siteSearch.ready);
    loading.then(
      () => siteSearch.attach(field),
      () => document.querySelector(".search-page + [role=status]")?.replaceChildren("The search could not be loaded."),
    );
  };

  document.addEventListener("focusin", ({ target }) => target.matches("form input[name=q]") && open(target));
  document.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
    event.preventDefault();
    document.querySelector("input[name=q]")?.focus();
  });
  const field = document.querySelector(".search-page input[name=q]");
  if (field && (document.activeElement === field || new URLSearchParams(location.search).get("q"))) open(field);
})();
