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
