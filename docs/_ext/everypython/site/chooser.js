// Which Python's outputs are shown, and where Run runs. This blocks in <head>: the choice has to be known before anything
// is painted. A link chooses for the view of its page; what a reader chooses by hand is kept.
(() => {
  const root = document.documentElement;
  const { ran, home, inBrowsers, find, short, column, bring, forget } = window.everypython; // of names.js

  const STALE = `What ${column?.name} printed is of another state of this site: run my-python.pyz again.`;
  const stored = () => { try { return localStorage.getItem("everypython"); } catch {} };
  const store = (key) => { try { localStorage.setItem("everypython", key); } catch {} };

  // The address says what is shown, to be shared. That it is the reader's own choice, and no link, is in the history:
  // who comes back to it wants what was chosen last.
  let own = false;
  function address(key) {
    own = true;
    const here = new URL(location);
    here.searchParams.set("python", short(key));
    history.replaceState({ ...history.state, everypython: "own" }, "", here);
  }

  // Every Python that ran, as one may write it: where many patches of a version ran, once.
  function choices() {
    const short = (one) => {
      if (inBrowsers(one)) return `Pyodide ${one.minor}`;
      return one.kind === "cpython" ? one.minor + one.build : `${one.kind}${one.also.split(".", 2).join(".")}`;
    };
    return [...new Set(ran.filter((one) => !one.of).map(short))].join(", ");
  }

  // Sets the Python that is asked for, or else the published default; returns what there is to say about it.
  function start() {
    const kept = stored();
    own = history.state?.everypython === "own" && Boolean(kept);
    const link = own ? null : new URLSearchParams(location.search).get("python");
    const wanted = [link, kept].filter(Boolean).map((asked) => ({ asked, ...find(asked) }));
    const unknown = wanted.find(({ exact }) => !exact);
    const { asked, nearest: chosen } = wanted.find(({ nearest }) => nearest) ?? {};
    const shown = !chosen || chosen.skips ? home : chosen;
    root.dataset.python = shown.key;
    if (own) address(shown === chosen ? shown.key : kept);
    if (chosen?.skips) return `${chosen.name} did not run this page; this is ${shown.name}.`;
    if (unknown?.nearest) return `“${unknown.asked}” did not run here; this is the nearest, ${shown.name}.`;
    if (unknown?.asked === "yours") return column ? STALE : "Your own Python is not here yet: choose “Yours…”.";
    if (unknown) return `“${unknown.asked}” did not run here. There are ${choices()}.`;
    if (asked !== link || !chosen || chosen.key === kept) return "";
    return `This link shows ${shown.name} on this page${kept ? "; your own choice is kept" : ""}.`;
  }

  // Run runs on the chosen Python if browsers have it, else on one of the same version, else on the newest.
  function runsOn(shown) {
    const here = ran.filter(({ runs }) => runs);
    const { kind, minor } = shown.of ?? shown; // the reader's own is of a kind, too
    const alike = (one) => kind === "cpython" && one.minor === minor;
    return here.find((one) => one === shown) ?? here.find(alike) ?? here[0];
  }

  // Says what there is to say, and where Run runs.
  function tell(bar, message) {
    const shown = ran.find(({ key }) => key === root.dataset.python);
    const runs = runsOn(shown);
    if (!runs || "disk" in root.dataset) return (bar.querySelector("[role=status]").textContent = message);
    const name = runs.name.replace(/ in Pyodide.*/, "");
    const cannot = runs !== shown ? `${shown.name} cannot run here; ` : "";
    if (bar.dataset.run !== runs.key) bar.dataset.run = runs.key; // which Run listens to
    const note = message ? `Run uses ${name}.` : `${cannot}Run uses ${name} in your browser.`;
    bar.querySelector("[role=status]").textContent = `${message} ${note}`.trim();
  }

  // A stylesheet has put the shown outcomes first for the eye; this does it for whoever is read to.
  function arrange() {
    const shown = ({ dataset }) => dataset.pythons.split(" ").includes(root.dataset.python);
    for (const cell of document.querySelectorAll(".cell_output")) {
      const outcomes = [...cell.querySelectorAll(":scope > .outcome")];
      outcomes.forEach(({ dataset }, place) => (dataset.place ??= place));
      const order = outcomes.toSorted((a, b) => shown(b) - shown(a) || a.dataset.place - b.dataset.place);
      if (order.some((outcome, place) => outcome !== outcomes[place])) cell.prepend(...order);
      for (const outcome of order.filter(shown)) outcome.querySelector(":scope > .long")?.setAttribute("open", "");
    }
    root.dataset.settled = "";
  }

  const message = start();
  if (location.protocol === "file:") root.dataset.disk = ""; // where browsers let no page fetch what Run needs
  if (ran.some(({ runs }) => runs)) root.dataset.runs = "";
  root.classList.remove("no-js"); // a theme does this at the end of the page, when what it then shows moves the rest
  document.addEventListener("DOMContentLoaded", arrange);

  // The bar is filled as soon as it is parsed, which is before it is painted: nothing moves for it later.
  new MutationObserver((_, observer) => {
    const bar = document.querySelector(".chooser:has([role=status])");
    if (!bar) return;
    observer.disconnect();
    const select = bar.querySelector("select");
    const fill = (words) => {
      select.value = root.dataset.python;
      tell(bar, words);
    };
    const yours = ran.find(({ of }) => of);
    const option = select.querySelector("[value=yours]");
    if (yours) Object.assign(option, { textContent: yours.name, disabled: yours.skips });
    fill(message);
    bar.querySelector("[data-do=forget]").addEventListener("click", forget);
    select.addEventListener("change", () => {
      if (select.value === "yours" && !yours) {
        select.value = root.dataset.python;
        return void bring().catch(({ message: problem }) => tell(bar, `${problem}.`));
      }
      root.dataset.python = select.value;
      store(select.value);
      address(select.value);
      arrange();
      tell(bar, bar.dataset.cells ? "" : `Showing ${select.selectedOptions[0].text}.`);
    });
    // Code that a link brings is shown with the Python that it names, in this view of the page alone: browser/run.mjs.
    select.addEventListener("brought", ({ detail }) => {
      root.dataset.python = select.value = detail;
      arrange();
      tell(bar, "");
    });
    addEventListener("hashchange", () => own && address(root.dataset.python));
    // A page out of the browser's cache shows what would be chosen now.
    addEventListener("pageshow", ({ persisted }) => {
      if (!persisted) return;
      fill(start());
      arrange();
    });
  }).observe(root, { childList: true, subtree: true });
})();
