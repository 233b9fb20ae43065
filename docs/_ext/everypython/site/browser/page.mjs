// A page whose cells run: one Python for its own cells, a new one for each program, and what is said about them.

import { asText, comparable } from "./compare.mjs";
import { drawn, element } from "./outputs.mjs";
import { begun } from "./session.mjs";

const megabytes = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`;

export async function opened({ root, data: path, select, say, progress, places, button, restore }) {
  const response = await fetch(new URL(path, root));
  if (!response.ok) throw new Error(`${response.status} for ${path}`);
  const data = await response.json();
  const byId = new Map(data.units.flatMap((unit) => unit.cells.map((cell, index) => [cell.id, { unit, cell, index }])));
  const sessions = new Map(); // of each unit that runs: its Python, and how many of its cells have run
  let work = Promise.resolve(); // one press after another
  let current = null; // the place whose code is running
  let remark = ""; // what is to be said of the page's Python besides
  let pressed = 0; // a stop makes what was pressed before it void

  const name = () => select.selectedOptions[0].text;

  const busy = (is) => {
    button("stop").disabled = !is;
    progress.hidden = true;
  };

  const loading = (bytes, all) => {
    progress.hidden = false;
    if (bytes < all) {
      Object.assign(progress, { max: all, value: bytes });
      say(`Loading ${name()}: ${megabytes(bytes)} of ${megabytes(all)}`);
    } else {
      progress.removeAttribute("value"); // it moves without saying how far it is
      say(`Starting ${name()} …`);
    }
  };

  // What a Python that starts or runs says meanwhile.
  const heard = (python) => ({ bytes, text, long }) => {
    if (bytes) loading(bytes, python.bytes);
    if (text && current) current.live.textContent += text;
    if (long) say(`Still running after ${long} s. Stop ends it; this page's variables are gone then.`);
  };

  const start = (unit, files = {}) => {
    const python = data.pythons[select.value];
    say(`Loading ${name()} …`);
    const setting = { ...data.setting, ...files };
    if (unit.kind === "page") remark = "";
    const session = { key: select.value, ran: 0, changed: false };
    session.python = begun({ root, python, bundle: unit.bundle, setting, heard: heard(python) });
    sessions.set(unit.id, session);
    return session;
  };

  const end = (unit, why) => {
    sessions.get(unit.id)?.python.end(why);
    sessions.delete(unit.id);
  };

  // The source that stands in a place now, and whether that is the page's own.
  const sourceOf = (place, cell) => {
    const source = place?.editor ? place.editor.value : cell.source;
    return { source, edited: source.trimEnd() !== cell.source.trimEnd() };
  };

  // Shows what running a place's code did, and what is to be said of it: "same", "differs" or "none".
  const show = (place, report, kind, verdict, expected) => {
    const { result } = place;
    const parts = report ? drawn({ ...report, kept: data.setting.most }, new URL(data.drawing, root).href) : [];
    if (report && !parts.length) parts.push(element("p", { class: "because" }, "It printed nothing."));
    result.replaceChildren(element("p", { class: "verdict" }, verdict), ...parts);
    if (kind === "differs") {
      const published = element("pre", { tabindex: "0" }, asText(expected) || "nothing");
      result.append(element("p", { class: "because" }, "Published for this Python:"), published);
    }
    result.dataset.verdict = kind;
  };

  const compared = (place, cell, report, edited, changed) => {
    const expected = cell.expected[select.value];
    const same = comparable(report, cell.addresses) === comparable(expected, cell.addresses);
    const varies = cell.varies[select.value];
    if (edited) show(place, report, "none", `Here, ${name()} printed this for your code:`);
    else if (varies) show(place, report, "none", `Here, ${name()} printed this; it varies from run to run.`);
    else if (same) show(place, report, "same", `Same as published, on ${name()}.`);
    else {
      const why = changed ? ", after what was run or edited before it" : "";
      show(place, report, "differs", `Here, ${name()} differs from what is published${why}:`, expected);
    }
  };

  // Makes room under a cell for what it will do here.
  const prepare = (place) => {
    const about = { class: "ran", role: "group", "aria-label": `${place.number}, run here` };
    place.result ??= place.cell.appendChild(element("div", about));
    place.live = element("pre", { class: "printed", tabindex: "0" });
    place.result.replaceChildren(element("p", { class: "verdict" }, "Running …"), place.live);
    delete place.result.dataset.verdict;
    current = place;
  };

  // One cell in its page's Python.
  const step = async (session, place, found) => {
    const { source, edited } = sourceOf(place, found.cell);
    const skipped = found.cell.skips[session.key];
    if (place && !skipped) prepare(place);
    const again = found.index < session.ran;
    const changed = session.changed || again;
    session.changed ||= edited || again;
    const report = await session.python.run(skipped ? "" : source);
    session.ran = Math.max(session.ran, found.index + 1);
    if (place && !skipped) compared(place, found.cell, report, edited, changed);
    else if (report.error) remark = `A hidden check of this page failed here: ${report.trace.trim()}`;
    if (report.exits) {
      remark = "sys.exit() ended this page's Python: the next Run starts a new one.";
      end(found.unit, "sys.exit() was called");
    }
  };

  // A program in a Python of its own.
  const program = async (place, { unit, cell }) => {
    const { source, edited } = sourceOf(place, cell);
    const file = `${unit.name}.py`;
    prepare(place);
    const session = start(unit, { args: [file], files: { [`${data.setting.folder}/${file}`]: source } });
    const { text, status, dropped } = await session.python.program();
    end(unit, "it ended");
    const at = status === 0 ? -1 : text.lastIndexOf("Traceback (most recent call last):\n");
    const trace = at < 0 ? "" : text.slice(at);
    const [, type, message = ""] = /(?:^|\n)([\w.]+)(?:: ([^\n]*))?\s*$/.exec(trace) ?? [];
    const error = trace ? { type, message } : null;
    const report = { text: at < 0 ? text : text.slice(0, at), data: null, error, trace, dropped };
    compared(place, cell, report, edited, false);
  };

  // A cell, after the ones above it that have not run.
  const cells = async (place, found) => {
    prepare(place);
    const session = sessions.get(found.unit.id) ?? start(found.unit);
    await session.python.ready;
    say(`Running on ${name()} …`);
    while (session.ran < found.index) {
      const index = session.ran;
      const cell = found.unit.cells[index];
      await step(session, places.find(({ id }) => id === cell.id), { ...found, cell, index });
    }
    await step(session, place, found);
  };

  const one = async (place) => {
    const found = byId.get(place.id);
    const began = performance.now();
    try {
      await (found.unit.kind === "example" ? program(place, found) : cells(place, found));
      say(`Done in ${((performance.now() - began) / 1000).toFixed(1)} s, on ${name()}. ${remark}`.trim());
    } catch (error) {
      end(found.unit, error.message);
      const unfinished = [current, place].filter((each) => each?.result && !each.result.dataset.verdict);
      for (const each of unfinished) show(each, null, "none", `This did not end: ${error.message}`);
      say(`${error.message}. The next Run starts a new Python.`);
      throw error;
    } finally {
      current = null;
    }
  };

  // Takes up a press when those before it are done; a stop in between makes it void.
  const queued = (presses) => {
    const mine = pressed;
    work = work.then(async () => {
      busy(true);
      try {
        for (const place of presses) if (mine === pressed) await one(place);
      } catch {
        // said in the page already
      } finally {
        busy(false);
      }
    });
    return work;
  };

  const stop = (why) => {
    pressed += 1;
    for (const { unit } of byId.values()) end(unit, why);
  };

  const runnable = () => places.filter(({ skips }) => !skips.includes(select.value));

  return {
    run: (place) => queued([place]),
    all: () => {
      stop("Run all begins anew");
      return queued(runnable());
    },
    stop: () => {
      stop("Stopped");
      say("Stopped. The next Run starts a new Python, without this page's variables.");
    },
    restart: () => {
      stop("Reset");
      work = work.then(() => places.forEach(restore));
      say("This page is as it was; the next Run starts a new Python.");
    },
    changed: () => {
      stop("Another Python was chosen");
      say(`The next Run starts ${name()}.`);
    },
  };
}
