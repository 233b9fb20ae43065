// Run: the cells of a page in the reader's browser. What stands here waits for the first press; the rest, and Python
// itself, is fetched then.

import { edits } from "./edits.mjs";

const LINGERS = 5000; // milliseconds that something is said for which what was said before is true again
const root = new URL(document.documentElement.dataset.content_root, location.href);
const bar = document.querySelector(".run-bar");
const [select, status] = ["select", "[role=status]"].map((part) => bar.querySelector(part));
const button = (what) => bar.querySelector(`[data-do=${what}]`);
const places = [...document.querySelectorAll(".run[data-cell]")].map(place);
const { write, restore, keepAll, dropAll } = edits(`${root.pathname}${bar.dataset.cells}`, places);

// A cell's place in the page: its controls, its code, what a reader or a link made of it, and later what it did here.
function place(controls) {
  const { cell: id, number } = controls.dataset;
  const cell = controls.closest(".cell");
  const code = controls.parentElement.querySelector("pre");
  const part = (what) => controls.querySelector(`[data-do=${what}]`);
  const published = code.textContent.replace(/\n$/, "");
  const says = controls.querySelector(".run-says");
  const skips = controls.dataset.skips.split(" ");
  return { id, number, cell, code, published, skips, controls, part, says, source: null, linked: false, editor: null };
}

const say = (...words) => status.replaceChildren(...words);

// Where Run runs, as a select would say it: what is chosen in the bar, as nearly as browsers have it (chooser.js).
const runs = {
  get value() { return bar.dataset.run; },
  get selectedOptions() { return select.querySelectorAll(`[value="${bar.dataset.run}"]`); },
};
let loaded = null; // what Run needs, once something is pressed
function follow() {
  offer();
  if (loaded) press("changed");
}

// A cell that the chosen Python skips has no Run.
function offer() {
  for (const { controls, skips, part } of places) {
    const skipped = skips.includes(runs.value);
    for (const what of ["run", "edit", "share"]) part(what).hidden = skipped;
    controls.querySelector(".because").hidden = !skipped;
    controls.querySelector(".run-says").hidden = skipped;
  }
}

// Turns a cell's code into a field to write in.
async function edit(where) {
  const { editing } = await import("./editor.mjs");
  const does = { run: () => run(where), leave: () => where.part("run").focus(), wrote: (text) => write(where, text) };
  where.editor ??= editing(where, new URL("codemirror/index.mjs", root), does);
  where.part("reset").hidden = false;
  (await where.editor).focus();
}

async function share(where) {
  const { link } = await import("./share.mjs");
  const [before, words] = [[...status.childNodes], await link(where, select.value)];
  say(words);
  setTimeout(() => status.textContent === words && say(...before), LINGERS);
}

// Opens the cell that a link brings with it. It does not run by itself.
async function arrive() {
  if (!location.hash.startsWith("#run=")) return;
  const { linked } = await import("./share.mjs");
  try {
    const { cell, python, code } = await linked(location.hash.slice("#run=".length));
    const where = places.find(({ id }) => id === cell);
    if (!where) throw new Error("the cell that it is for is not on this page");
    const known = [...select.options].some(({ value, disabled }) => value === python && !disabled);
    if (known) select.dispatchEvent(new CustomEvent("brought", { detail: python })); // chooser.js
    write(where, code, true);
    where.part("reset").hidden = false;
    where.cell.scrollIntoView({ behavior: "instant" });
    say(`This link brings code for ${where.number}. ${status.textContent}`);
  } catch (error) {
    say(`This link's code cannot be shown: ${error.message}.`);
  }
}

const page = (where) => {
  if (!loaded && where) where.says.textContent = "Loading what Run needs …";
  return (loaded ??= import("./page.mjs")
    .then(({ opened }) => opened({ root, bar, select: runs, say, places, button, restore }))
    .catch((error) => {
      loaded = null;
      say(`What Run needs could not be fetched (${error.message}).`);
      throw error;
    }));
};

const press = (what) => page().then((it) => it[what](), () => {});
const run = (where) => page(where).then((it) => it.run(where), () => {});

// Edits are the reader's work: nothing but an answer drops them.
async function reset() {
  const edited = places.filter(({ source }) => source !== null);
  if (edited.length) {
    const { agreed } = await import("./agree.mjs");
    if (!(await agreed(edited.map(({ number }) => number)))) return;
  }
  dropAll();
  press("restart");
}

for (const where of places) {
  where.part("run").addEventListener("click", () => run(where));
  where.part("edit").addEventListener("click", () => edit(where));
  where.part("share").addEventListener("click", () => share(where));
  where.part("reset").addEventListener("click", () => {
    restore(where);
    where.part("edit").focus();
  });
}
for (const what of ["all", "stop"]) button(what).addEventListener("click", () => press(what));
button("restart").addEventListener("click", reset);
new MutationObserver(follow).observe(bar, { attributeFilter: ["data-run"] });
follow();
keepAll();
arrive();
addEventListener("hashchange", arrive);
