// Which Python's outputs are shown. This blocks in <head>: the choice has to be known before anything is painted.
(() => {
  const root = document.documentElement;
  const { default: published, pythons } = document.currentScript.dataset;
  const STORE = "everypython";

  const SHAPE =
    /^(?<name>\w+?)(?:-(?<minor>\d+(?:\.\d+)?)(?:\.(?<patch>\d+(?:(?:a|b|rc)\d+)?))?(?<threads>t?))?(?:-(?<platform>[a-z].*))?$/;
  const parse = (key) => ({ threads: "", ...JSON.parse(JSON.stringify(SHAPE.exec(key)?.groups ?? {})), key });
  const ran = pythons.split(" ").map(parse); // newest first in each family
  const home = parse(published).platform;

  // The Python that a key or the beginning of one means: the newest such patch, else the nearest of the same minor.
  const find = (asked) => {
    const want = parse(asked.toLowerCase());
    const fits = ran
      .filter((one) => want.name === one.name && want.threads === one.threads)
      .filter((one) => !want.minor || `${one.minor}.`.startsWith(`${want.minor}.`))
      .filter((one) => !want.platform || one.platform.startsWith(want.platform))
      .sort((a, b) => (b.platform === home) - (a.platform === home));
    const far = (one) => Math.abs(parseInt(one.patch) - parseInt(want.patch));
    const exact = fits.find((one) => !want.patch || one.patch === want.patch);
    return { exact, nearest: exact ?? fits.sort((a, b) => far(a) - far(b))[0] };
  };

  // A browser may refuse storage; then a choice lasts as long as its page.
  const stored = (...key) => {
    try {
      return key.length ? localStorage.setItem(STORE, key[0]) : localStorage.getItem(STORE);
    } catch {}
  };

  let message = "";
  const wanted = () => {
    message = "";
    for (const asked of [new URLSearchParams(location.search).get("python"), stored()].filter(Boolean)) {
      const { exact, nearest } = find(asked);
      if (!exact) message ||= `${asked} did not run for this site; ` +
        (nearest ? `nearest: ${nearest.minor}.${nearest.patch}${nearest.threads}` : "it is ignored");
      if (nearest) {
        stored(nearest.key);
        return nearest.key;
      }
    }
    return published;
  };

  // Puts the shown outcomes first in the document, for whoever is read to; a stylesheet has done so for the eye.
  const arrange = () => {
    for (const cell of document.querySelectorAll(".cell_output:has(> .outcome)")) {
      const outcomes = [...cell.children].filter((child) => child.matches(".outcome"));
      outcomes.forEach((outcome, place) => (outcome.dataset.place ??= place));
      const shown = (outcome) => outcome.dataset.pythons.split(" ").includes(root.dataset.python);
      const order = outcomes.toSorted((a, b) => shown(b) - shown(a) || a.dataset.place - b.dataset.place);
      if (order.some((outcome, place) => outcome !== outcomes[place])) cell.prepend(...order);
      order.filter(shown).forEach((outcome) => outcome.querySelector(":scope > details")?.setAttribute("open", ""));
    }
    root.dataset.settled = "";
  };

  const remember = (key) => {
    stored(key);
    const short = key.split("-").slice(0, 2).join("-");
    const address = new URL(location);
    address.searchParams.set("python", find(short).exact?.key === key ? short : key);
    history.replaceState(history.state, "", address);
  };

  root.dataset.python = wanted();
  document.addEventListener("DOMContentLoaded", arrange);
  addEventListener("pageshow", ({ persisted }) => {
    if (!persisted) return;
    root.dataset.python = document.querySelector(".chooser select").value = wanted();
    arrange();
  });

  // The chooser is filled as soon as it is parsed, which is before it is painted: its line does not grow later.
  new MutationObserver((_, observer) => {
    const status = document.querySelector(".chooser [role=status]");
    if (!status) return;
    observer.disconnect();
    const select = document.querySelector(".chooser select");
    select.value = root.dataset.python;
    status.textContent = message;
    select.addEventListener("change", () => {
      root.dataset.python = select.value;
      arrange();
      remember(select.value);
      status.textContent = `Showing ${select.selectedOptions[0].text}.`;
    });
  }).observe(root, { childList: true, subtree: true });
})();
