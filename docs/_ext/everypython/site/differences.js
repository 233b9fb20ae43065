// The filter of the list of differences: those on which two Pythons print otherwise, and those of a part of the site.
// This blocks in <head>: a page that is asked for with a filter paints nothing that it would take away again.
(() => {
  const root = document.documentElement;
  const FIELDS = ["from", "to", "topic"];
  const asked = new URLSearchParams(location.search);
  if (FIELDS.some((field) => asked.get(field))) root.dataset.filtering = "";

  // What somebody may call a Python: 3.12, 3.13t, python3.12, CPython 3.12.1, cp312, pypy, pypy3.11, pyodide, a key.
  const NAME = /^(pypy|pyodide|c?python|cp|py)?[- ]*(\d)?\.?(\d+)?(?:\.(\w+?))?[- ]*(td?|d|free-?threaded|debug)?$/;
  const KEY = /^(\w+?)-(\d+)\.(\d+)\.(\w+?)(t?)(d?)-(.+)$/;

  // Where a Python stands among those that ran, by a name for it; of a patch that did not run, its version's newest.
  const find = (text, pythons) => {
    const wanted = text.trim().toLowerCase();
    const key = pythons.findIndex((one) => one.key === wanted);
    const [, word, major, minor, patch, letters = ""] = NAME.exec(wanted) ?? [];
    if (key >= 0 || !(word || minor)) return { at: key, exact: true };
    const kind = word === "pypy" || word === "pyodide" ? word : "cpython";
    const build = { f: "t" }[letters[0]] ?? letters.replace("debug", "d");
    const version = (one) => kind !== "cpython" || !minor || (one.major === major && one.minor === minor);
    const fits = pythons.filter((one) => one.kind === kind && (kind !== "cpython" || one.build === build) && version(one));
    const same = fits.find((one) => kind !== "cpython" || !patch || one.patch === patch);
    return { at: pythons.indexOf(same ?? fits[0]), exact: same !== undefined };
  };

  const described = ({ value: key }) => {
    const [, name, major, minor, patch, threads, debug, platform] = KEY.exec(key) ?? [];
    const kind = platform?.startsWith("emscripten") ? "pyodide" : name;
    return { key, kind, major, minor, patch, build: threads + debug };
  };

  // The shortest name that leads back: 3.12, or else the key.
  const short = (at, pythons) => {
    const { key, kind, major, minor, build } = pythons[at];
    const name = kind === "cpython" ? `${major}.${minor}${build}` : kind;
    return find(name, pythons).at === at ? name : key;
  };

  document.addEventListener("DOMContentLoaded", () => {
    const form = document.querySelector(".difference-filter");
    const { from, to, topic } = form.elements;
    const status = form.querySelector("[role=status]");
    const [unfold, reset] = ["unfold", "reset"].map((what) => form.querySelector(`[data-do=${what}]`));
    const pythons = [...from.options].slice(1).map(described);
    const entries = [...document.querySelectorAll(".gathered")].map((entry) => ({
      entry,
      section: entry.closest("section").id,
      groups: entry.dataset.groups.split(" "),
      parts: [[...entry.querySelectorAll(".says > *")], [...entry.querySelectorAll(":scope > .answer")]],
      texts: [...entry.querySelectorAll(".says > *")].map((said) => said.textContent),
    }));
    const sections = new Set(entries.map(({ entry }) => entry.closest("section")));
    const shown = () => entries.filter(({ entry }) => !entry.hidden);

    // How two answers begin that are not the same: with the first line in which these two differ.
    const brief = ({ parts: [briefs, answers], texts }, two) => {
      briefs.forEach((each, group) => (each.textContent = texts[group]));
      const lines = two?.map((group) => answers[group].querySelector("pre")?.textContent.trimEnd().split("\n"));
      if (!lines?.every(Boolean)) return;
      const at = lines[0].findIndex((line, number) => line !== lines[1][number]);
      if (at >= 0) two.forEach((group, number) => (briefs[group].textContent = lines[number][at] ?? "nothing more"));
    };

    // Of two Pythons the first one's answer comes first, and nobody else's is there.
    const arrange = (parts, two) => {
      const order = two ? two.map((group) => parts[group]) : parts;
      for (const part of parts) part.hidden = !order.includes(part);
      parts[0].parentElement.append(...order);
    };

    const apply = () => {
      const one = from.selectedIndex - 1;
      const other = to.selectedIndex - 1;
      root.toggleAttribute("data-compared", one >= 0 && other >= 0);
      for (const each of entries) {
        const { entry, section, groups, parts } = each;
        const two = one >= 0 && other >= 0 ? [groups[one], groups[other]] : undefined;
        const differ = !two || (two[0] !== two[1] && !two.includes("-"));
        entry.hidden = !differ || !(topic.value === "" || `${section}-`.startsWith(`${topic.value}-`));
        for (const answers of parts) arrange(answers, differ ? two : undefined);
        brief(each, differ ? two : undefined);
      }
      for (const section of sections) {
        section.hidden = !section.querySelector(".gathered:not([hidden])");
        const link = document.querySelector(`.sections a[href="#${section.id}"]`);
        if (link) link.closest("li").hidden = section.hidden;
      }
      reset.disabled = [from, to, topic].every(({ value }) => value === "");
      folds();
      const number = shown().length;
      const whole = number === entries.length ? `${number}` : `${number || "None"} of ${entries.length}`;
      const second = (one < 0) === (other < 0) ? "" : "; choose a second Python to compare";
      status.textContent = `${whole} differences${second}`;
    };

    const folds = () => {
      unfold.textContent = shown().some(({ entry }) => !entry.open) ? "Unfold all" : "Fold all";
      unfold.disabled = shown().length === 0;
    };

    const write = () => {
      const address = new URL(location);
      for (const select of [from, to]) {
        if (select.value) address.searchParams.set(select.name, short(select.selectedIndex - 1, pythons));
        else address.searchParams.delete(select.name);
      }
      if (topic.value) address.searchParams.set("topic", topic.value);
      else address.searchParams.delete("topic");
      history.replaceState(history.state, "", address);
    };

    const read = () => {
      const told = [];
      for (const select of [from, to]) {
        const name = asked.get(select.name) ?? "";
        const { at, exact } = find(name, pythons);
        select.selectedIndex = at + 1;
        const instead = at < 0 ? "" : `; nearest: ${select.selectedOptions[0].text}`;
        if (name && (at < 0 || !exact)) told.push(`${name} did not run for this site${instead}`);
      }
      const page = (asked.get("topic") ?? "").replace(/\.(html|md)$/, "").replaceAll("/", "-");
      topic.value = page;
      if (topic.selectedIndex < 0) {
        told.push(`nothing of ${asked.get("topic")} is in this list`);
        topic.value = "";
      }
      apply();
      status.textContent = [status.textContent, ...told].join(". ");
    };

    form.addEventListener("change", () => { apply(); write(); });
    form.addEventListener("submit", (event) => event.preventDefault());
    reset.addEventListener("click", () => {
      for (const select of [from, to, topic]) select.value = "";
      from.focus(); // this button can be pressed no more
      apply();
      write();
    });
    unfold.addEventListener("click", () => {
      const open = unfold.textContent === "Unfold all";
      for (const { entry } of shown()) entry.open = open;
      folds();
    });
    document.addEventListener("toggle", folds, true);
    read();
    delete root.dataset.filtering;
  });
})();
