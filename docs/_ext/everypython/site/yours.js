// The reader's own Python, called "yours": a column that my-python.pyz wrote and bring.js has put into this browser's
// storage. It is one more that ran, and column.js puts it into the page. This blocks in <head>, after names.js.
(() => {
  const YOURS = "yours";
  const KEPT = "everypython-yours";
  const root = document.documentElement;
  const script = document.currentScript;
  const { page } = script.dataset;
  const { ran } = window.everypython;

  const stored = () => { try { return JSON.parse(localStorage.getItem(KEPT)); } catch {} };
  const isObject = (value) => typeof value === "object" && value !== null;
  const isWhole = (kept) => isObject(kept) && (kept.stale || (isObject(kept.like) && isObject(kept.own) && kept.key));
  const kept = stored();
  const column = isWhole(kept) ? kept : undefined; // others may have written there
  const base = new URL("../", script.src); // of the site

  function load(name) {
    return new Promise((resolve, reject) => {
      const loading = Object.assign(document.createElement("script"), { src: new URL(`_static/${name}`, base) });
      loading.addEventListener("load", resolve);
      loading.addEventListener("error", () => reject(new Error(`${name} could not be loaded`)));
      document.head.append(loading);
    });
  }

  // Shows what is kept now, on this page loaded again: that is what every page will do.
  function choose(key) {
    const here = new URL(location);
    if (key) here.searchParams.set("python", key);
    else here.searchParams.delete("python");
    history.replaceState({ ...history.state, everypython: key ? "own" : undefined }, "", here);
    location.reload();
  }

  function forget() {
    localStorage.removeItem(KEPT);
    if (localStorage.getItem("everypython") === YOURS) localStorage.removeItem("everypython");
    choose("");
  }

  // What takes a file, in a dialog: bring.js fills it.
  async function bring() {
    await load("bring.js");
    await window.everypython.openDialog();
  }

  // The panel of the page that tells of it.
  document.addEventListener("DOMContentLoaded", async () => {
    const panel = document.getElementById("my-python");
    if (!panel) return;
    await load("bring.js");
    await window.everypython.fill(panel);
  });

  Object.assign(window.everypython, { column, base, load, choose, forget, bring });
  if (!column || column.stale) return;

  // A file of another state of the site is of no use: names of cells and of Pythons may mean others by now.
  load("my-python.js").then(() => {
    if (window.everypython.site.state === column.site) return;
    localStorage.setItem(KEPT, JSON.stringify({ stale: true, name: column.name }));
    location.reload();
  }, () => {});

  const name = `${column.name} (yours)`;
  const like = new Map(Object.entries(column.like));
  const own = new Map(Object.entries(column.own));

  // The Python of the site whose output this one has, too; "" where it is this one's alone.
  const keyOf = (cell) => (own.has(cell) ? "" : like.get(cell) ?? column.nearest);
  const python = (key) => ran.find((one) => one.key === key);
  const [, kind, minor] = /^([a-z]+)-(\d+\.\d+)/.exec(column.key) ?? [];
  const skips = !own.has(`${page}:1`) && Boolean(python(keyOf(`${page}:1`))?.skips);
  const none = { version: "", build: "", platform: "" }; // a link can ask for "yours", and no version finds it
  ran.push({ key: YOURS, kind: YOURS, name, ...none, of: { kind, minor }, skips });
  root.style.setProperty("--yours", JSON.stringify(name));

  window.everypython.beside = { page, name: column.name, own, python, keyOf };
})();
