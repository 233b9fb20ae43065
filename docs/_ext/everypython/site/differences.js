// The filter of the list of differences: those on which two Pythons print otherwise, and those of a part of the site.
// This blocks in <head>: a page that is asked for with a filter paints nothing that it would take away again.
(() => {
  const root = document.documentElement;
  const FIELDS = ["from", "to", "topic"];
  const asked = new URLSearchParams(location.search);
  if (FIELDS.some((field) => asked.get(field))) root.dataset.filtering = "";

  document.addEventListener("DOMContentLoaded", () => {
    const form = document.querySelector(".difference-filter");
    const { from, to, topic } = form.elements;
    const status = form.querySelector("[role=status]");
    const [unfold, reset] = ["unfold", "reset"].map((what) => form.querySelector(`[data-do=${what}]`));
    const { find, short } = window.everypython; // of names.js
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
      const second = one >= 0 && one === other ? "; choose two Pythons that are not the same"
        : (one < 0) === (other < 0) ? ""
        : "; choose a second Python to compare";
      status.textContent = `${whole} differences${second}`;
    };

    const folds = () => {
      unfold.textContent = shown().some(({ entry }) => !entry.open) ? "Unfold all" : "Fold all";
      unfold.disabled = shown().length === 0;
    };

    const write = () => {
      const address = new URL(location);
      for (const select of [from, to]) {
        if (select.value) address.searchParams.set(select.name, short(select.value));
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
        const { exact, nearest } = find(name);
        select.value = nearest?.key ?? "";
        const instead = nearest ? `; nearest: ${nearest.name}` : "";
        if (name && !exact) told.push(`${name} did not run for this site${instead}`);
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
