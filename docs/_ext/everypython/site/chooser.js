// Which Python's outputs are shown. This blocks in <head>: the choice has to be known before anything is painted.
(() => {
  const root = document.documentElement;
  const { default: published, pythons } = document.currentScript.dataset;
  const SHAPE = /^(\w+?)(?:-(\d+(?:\.\d+)?)(?:\.(\d+(?:(?:a|b|rc)\d+)?))?(t?d?))?(?:-([a-z].*))?$/;
  const parse = (key) => {
    const [, name, minor, patch, build = "", platform = ""] = SHAPE.exec(key) ?? [];
    return { key, name, minor, patch, build, platform };
  };
  const ran = pythons.split(" ").map(parse); // newest first in each family
  const home = parse(published).platform;

  // What a key, or its beginning, means: the newest such patch, else the nearest of the same minor version.
  const find = (asked) => {
    const want = parse(asked.toLowerCase());
    const fits = ran
      .filter((one) => one.name === want.name && one.build === want.build)
      .filter((one) => !want.minor || `${one.minor}.`.startsWith(`${want.minor}.`))
      .filter((one) => one.platform.startsWith(want.platform))
      .sort((a, b) => (b.platform === home) - (a.platform === home));
    const distance = (one) => Math.abs(parseInt(one.patch) - parseInt(want.patch));
    const elsewhere = (one) => one.platform !== fits[0].platform;
    const exact = fits.find((one) => !want.patch || one.patch === want.patch);
    const near = fits.toSorted((a, b) => elsewhere(a) - elsewhere(b) || distance(a) - distance(b));
    return { exact, nearest: exact ?? near[0] };
  };

  // A browser may refuse storage; a choice then lasts as long as its page.
  const stored = () => { try { return localStorage.getItem("everypython"); } catch {} };
  const store = (key) => { try { localStorage.setItem("everypython", key); } catch {} };

  // Sets the Python that is asked for, or else the published default; returns what there is to say about it.
  const start = () => {
    let message = "";
    root.dataset.python = published;
    for (const asked of [new URLSearchParams(location.search).get("python"), stored()].filter(Boolean)) {
      const { exact, nearest } = find(asked);
      const instead = nearest ? `nearest: ${nearest.minor}.${nearest.patch}${nearest.build}` : "nor did one like it";
      if (!exact) message ||= `${asked} did not run for this site; ${instead}.`;
      if (!nearest) continue;
      store((root.dataset.python = nearest.key));
      break;
    }
    return message;
  };

  // A stylesheet has put the shown outcomes first for the eye; this does it for whoever is read to.
  const arrange = () => {
    const shown = ({ dataset }) => dataset.pythons.split(" ").includes(root.dataset.python);
    for (const cell of document.querySelectorAll(".cell_output")) {
      const outcomes = [...cell.querySelectorAll(":scope > .outcome")];
      outcomes.forEach(({ dataset }, place) => (dataset.place ??= place));
      const order = outcomes.toSorted((a, b) => shown(b) - shown(a) || a.dataset.place - b.dataset.place);
      if (order.some((outcome, place) => outcome !== outcomes[place])) cell.prepend(...order);
      for (const outcome of order.filter(shown)) outcome.querySelector(":scope > details")?.setAttribute("open", "");
    }
    root.dataset.settled = "";
  };

  const choose = (select, status) => {
    const key = (root.dataset.python = select.value);
    const short = key.split("-").slice(0, 2).join("-");
    const address = new URL(location);
    address.searchParams.set("python", find(short).exact?.key === key ? short : key);
    history.replaceState(history.state, "", address);
    store(key);
    arrange();
    status.textContent = `Showing ${select.selectedOptions[0].text}.`;
  };

  // A page out of the browser's cache shows what was chosen when it was left.
  const restore = (select, status) => {
    status.textContent = start();
    select.value = root.dataset.python;
    arrange();
  };

  const message = start();
  if (location.protocol === "file:") root.dataset.disk = ""; // where browsers let no page fetch what Run needs
  root.classList.remove("no-js"); // a theme does this at the end of the page, when what it then shows moves the rest
  document.addEventListener("DOMContentLoaded", arrange);

  // The chooser is filled as soon as it is parsed, which is before it is painted: nothing moves for it later.
  new MutationObserver((_, observer) => {
    const [select, status] = document.querySelectorAll(".chooser select, .chooser [role=status]");
    if (!status) return;
    observer.disconnect();
    select.value = root.dataset.python;
    status.textContent = message;
    select.addEventListener("change", () => choose(select, status));
    addEventListener("pageshow", ({ persisted }) => persisted && restore(select, status));
  }).observe(root, { childList: true, subtree: true });
})();
