// Run: the cells of a page in the reader's browser. What stands here waits for the first press; the rest, and Python
// itself, is fetched then.

const root = new URL(document.documentElement.dataset.content_root, location.href);
const bar = document.querySelector(".run-bar");
const [select, status, progress] = ["select", "[role=status]", "progress"].map((part) => bar.querySelector(part));
const button = (what) => bar.querySelector(`[data-do=${what}]`);
const places = [...document.querySelectorAll(".run[data-cell]")].map(place);

// A cell's place in the page: its controls, its code, and later what it did here.
function place(controls) {
  const { cell: id, number } = controls.dataset;
  const cell = controls.closest(".cell");
  const code = controls.parentElement.querySelector("pre");
  const part = (what) => controls.querySelector(`[data-do=${what}]`);
  return { id, number, cell, code, skips: controls.dataset.skips.split(" "), controls, part, editor: null };
}

const say = (words) => (status.textContent = words);

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
    for (const what of ["run", "edit"]) part(what).hidden = skipped;
    controls.querySelector(".because").hidden = !skipped;
  }
}

// Turns a cell's code into a field to write in.
function edit(where) {
  const { code, number } = where;
  if (!where.editor) {
    const source = code.textContent.replace(/\n$/, "");
    const field = document.createElement("textarea");
    Object.assign(field, { value: source, className: "run-editor", spellcheck: false, autocapitalize: "off" });
    field.setAttribute("aria-label", `Code of ${number}. Tab indents, Escape leaves, Control and Enter run it.`);
    field.setAttribute("autocomplete", "off");
    const grow = () => (field.rows = field.value.split("\n").length + 1);
    field.addEventListener("input", grow);
    field.addEventListener("keydown", (event) => typed(event, where));
    grow();
    code.hidden = true;
    code.after(field);
    where.editor = field;
    where.part("reset").hidden = false;
  }
  where.editor.focus();
}

function typed(event, where) {
  const { editor } = where;
  if (event.key === "Escape") where.part("run").focus();
  else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) page().then((it) => it.run(where));
  else if (event.key === "Tab" && !event.ctrlKey && !event.altKey && !event.metaKey) indent(editor, event.shiftKey);
  else return;
  event.preventDefault();
}

function indent(field, back) {
  const { value, selectionStart: start, selectionEnd: end } = field;
  const line = value.lastIndexOf("\n", start - 1) + 1;
  if (!back && start === end) return field.setRangeText(" ".repeat(4 - ((start - line) % 4)), start, end, "end");
  const moved = (each) => (back ? each.replace(/^ {1,4}/, "") : `    ${each}`);
  field.setRangeText(value.slice(line, end).split("\n").map(moved).join("\n"), line, end, "preserve");
}

function restore(where) {
  where.editor?.remove();
  [where.editor, where.code.hidden] = [null, false];
  where.part("reset").hidden = true;
  where.result?.remove();
  where.result = null;
}

const page = () => {
  if (!loaded) say("Loading what Run needs …");
  return (loaded ??= import("./page.mjs")
    .then(({ opened }) => opened({ root, data: bar.dataset.cells, select: runs, say, progress, places, button, restore }))
    .catch((error) => {
      loaded = null;
      say(`What Run needs could not be fetched (${error.message}).`);
      throw error;
    }));
};

const press = (what) => page().then((it) => it[what](), () => {});

for (const where of places) {
  where.part("run").addEventListener("click", () => page().then((it) => it.run(where), () => {}));
  where.part("edit").addEventListener("click", () => edit(where));
  where.part("reset").addEventListener("click", () => {
    restore(where);
    where.part("edit").focus();
  });
}
for (const what of ["all", "stop", "restart"]) button(what).addEventListener("click", () => press(what));
new MutationObserver(follow).observe(bar, { attributeFilter: ["data-run"] });
offer();
