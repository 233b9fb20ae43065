// What is shown under a cell that ran here, and what it comes to for a page.

import { asText, comparable } from "./compare.mjs";
import { drawn, element } from "./outputs.mjs";
import { steadily } from "./steady.mjs";

const verdict = (words) => element("p", { class: "verdict" }, words);
const because = (words) => element("p", { class: "because" }, words);

// Makes room right under a cell's code for what it will do here: below what is published it may be out of sight.
export function prepare(place) {
  const about = { class: "ran", role: "group", "aria-label": `${place.number}, run here` };
  steadily(() => {
    if (!place.result) place.controls.parentElement.after((place.result = element("div", about)));
    place.live = element("pre", { class: "printed", tabindex: "0" });
    place.result.replaceChildren(verdict("Running …"), place.live);
    delete place.result.dataset.verdict;
  });
  place.came = null;
}

// Adds what a run has printed meanwhile.
export const printed = (place, text) => steadily(() => place.live.append(text));

// Says that a run did not come to its end. What it had printed stays.
export function broke(place, words) {
  const said = place.live.textContent ? [verdict(`${words} Until then it printed:`), place.live] : [verdict(words)];
  steadily(() => place.result.replaceChildren(...said));
  place.result.dataset.verdict = "none";
  place.came = "stopped";
}

// Shows what a cell did, beside what is published for it.
export function compared(place, cell, { key, name }, report, { edited, changed, setting, drawing }) {
  const expected = cell.expected[key];
  const same = comparable(report, cell.addresses) === comparable(expected, cell.addresses);
  const own = place.linked ? "the link's code" : "your code";
  const parts = drawn({ ...report, kept: setting.most }, drawing, steadily);
  if (!parts.length) parts.push(because("It printed nothing."));
  let [kind, words] = ["none", ""];
  if (edited) [place.came, words] = ["yours", `Here, ${name} printed this for ${own}:`];
  else if (cell.varies[key]) [place.came, words] = ["varies", `Here, ${name} printed this; it varies from run to run.`];
  else if (same) [place.came, kind] = ["same", "same"];
  else {
    const why = changed ? ", after what was run or edited before it" : "";
    [place.came, kind, words] = ["differs", "differs", `Here, ${name} differs from what is published${why}:`];
    const published = element("pre", { tabindex: "0" }, asText(expected) || "nothing");
    parts.push(because("Published for this Python:"), published);
  }
  const fails = report.error && kind !== "same";
  if (fails) place.came = "error";
  const folded = () => element("details", {}, element("summary", { class: "verdict" }, `✓ same on your run, ${name}`), ...parts);
  steadily(() => {
    place.result.replaceChildren(...(kind === "same" ? [folded()] : [verdict(words), ...parts]));
    place.result.dataset.verdict = kind;
  });
}

const KINDS = {
  same: "same",
  yours: "with code of your own",
  varies: "that vary",
  differs: "not as published",
  error: "error",
  stopped: "stopped",
  left: "left out",
};
const LINKED = new Set(["differs", "error", "stopped"]);

// What all cells came to, as text and links: "24 cells: 23 same, 1 error (cell 12)".
export function summary(places) {
  const parts = [`${places.length} ${places.length === 1 ? "cell" : "cells"}: `];
  for (const [kind, words] of Object.entries(KINDS)) {
    const these = places.filter(({ came }) => (came ?? "left") === kind);
    if (!these.length) continue;
    if (parts.length > 1) parts.push(", ");
    parts.push(`${these.length} ${words}${kind === "error" && these.length > 1 ? "s" : ""}`);
    if (!LINKED.has(kind)) continue;
    const links = these.map(({ cell, number }) => element("a", { href: `#${cell.id}` }, number));
    parts.push(" (", ...links.flatMap((link, index) => (index ? [", ", link] : [link])), ")");
  }
  return parts;
}
