// Which Pythons ran, and the one that is meant by what people write. This blocks in <head>, before the scripts that ask.
(() => {
  const { default: published, pythons } = document.currentScript.dataset;
  const KEY = /^(?<kind>\w+?)-(?<version>(?<minor>\d+\.\d+)\.(?<patch>\d+)\w*?)(?<build>t?d?)-(?<platform>.*)$/;
  const ran = JSON.parse(pythons).map((python) => ({ ...python, ...KEY.exec(python.key).groups }));
  const home = ran.find(({ key }) => key === published);
  const inBrowsers = ({ platform }) => platform.startsWith("emscripten");

  // What people write: 3.13t, py313, PyPy3.11, CPython 3.13.0 free-threaded, Pyodide 0.29, and keys.
  const ASKED = new RegExp(
    "^(?<name>(?!free|nogil|debug)[a-z]+(?=\\d|-|$))?-?(?<version>\\d+(?:\\.\\d+)*(?:(?:a|b|rc)\\d+)?)?" +
      "-?(?<build>td?|d|free-?thread(?:ed|ing)|nogil|debug)?(?:-build)?" +
      "(?<inside>-in-pyodide(?:-[\\d.]+)?)?(?:-python-[\\d.]+)?(?:-(?:on-)?(?<platform>[a-z].*))?$",
  );
  const NAMES = { "": "cpython", py: "cpython", python: "cpython", cp: "cpython", pyodide: "cpython" };
  const BUILDS = { "": "", d: "d", debug: "d", td: "td" };

  function understood(asked) {
    const words = ASKED.exec(asked.toLowerCase().replace(/[\s()+]+/g, "-").replace(/^-|-$/g, ""))?.groups;
    if (!words || !(words.name || words.version || words.build)) return null;
    const { name = "", build = "", platform = "" } = words;
    const version = name && name !== "pyodide" ? words.version?.replace(/^3(\d\d?)$/, "3.$1") : words.version;
    const pyodide = name === "pyodide" || Boolean(words.inside);
    return { kind: NAMES[name] ?? name, version: version ?? "", build: BUILDS[build] ?? "t", platform, pyodide };
  }

  // The Python that is meant: the newest such patch, else the nearest of the same minor version.
  function find(asked) {
    const want = understood(asked);
    if (!want) return {};
    const begins = (whole, part) => !part || `${whole}.`.startsWith(`${part}.`);
    const [major, minor, patch] = want.version.split(".");
    const other = (one, part) => (want.pyodide || !inBrowsers(one)) && one.also && begins(one.also, part);
    const fits = ran
      .filter((one) => one.kind === want.kind && one.build === want.build && one.platform.startsWith(want.platform))
      .filter((one) => !want.pyodide || inBrowsers(one))
      .filter((one) => begins(one.version, minor ? `${major}.${minor}` : major) || other(one, want.version))
      .sort((a, b) => (b.platform === home.platform) - (a.platform === home.platform))
      .sort((a, b) => (minor ? 0 : (b === home) - (a === home)));
    const exact = fits.find((one) => begins(one.version, want.version) || other(one, want.version));
    const elsewhere = (one) => one.platform !== fits[0].platform;
    const distance = (one) => Math.abs(one.patch - parseInt(patch));
    const near = fits.toSorted((a, b) => elsewhere(a) - elsewhere(b) || distance(a) - distance(b));
    return { exact, nearest: exact ?? near[0] };
  }

  // The shorter name that leads back to a key, or the key: cpython-3.12.1.
  function short(key) {
    const name = key.split("-").slice(0, 2).join("-");
    return find(name).exact?.key === key ? name : key;
  }

  window.everypython = { ran, home, inBrowsers, find, short };
})();

// The reader's own Python, called "yours": a column that my-python.pyz wrote and bring.js has put into this browser's
// storage. It is one more that ran, and column.js puts it into the page. It stands in this file because each script that
// blocks makes a reader on a slow line wait.
(() => {
  const YOURS = "yours";
  const KEPT = "everypython-yours";
  const root = document.documentElement;
  const script = document.currentScript;
  const { page, column: joins } = script.dataset;
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
  document.write(`<script src="${joins}"></script>`); // blocks as well: what is there at the first paint moves nothing
})();
