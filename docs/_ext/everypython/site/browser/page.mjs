// A page whose cells run: one Python for its own cells, a new one for each program, and what is said about them.

import { metered } from "./meter.mjs";
import { broke, compared, prepare, printed, summary } from "./report.mjs";
import { begun } from "./session.mjs";
import { steadily, watch } from "./steady.mjs";

const STOPPED = "Stopped";

export async function opened({ root, bar, select, say, places, button, restore }) {
  const response = await fetch(new URL(bar.dataset.cells, root));
  if (!response.ok) throw new Error(`${response.status} for ${bar.dataset.cells}`);
  const data = await response.json();
  const drawing = new URL(data.drawing, root).href;
  const byId = new Map(data.units.flatMap((unit) => unit.cells.map((cell, index) => [cell.id, { unit, cell, index }])));
  const sessions = new Map(); // of each unit that runs: its Python, and how many of its cells have run
  let work = Promise.resolve(); // one press after another
  let current = null; // the place whose code is running
  let remarks = []; // what is to be said of a press besides
  let told = false; // what the first run loads need not be said any more once it does
  let presses = 0; // a stop makes what was pressed before it void

  const name = () => select.selectedOptions[0].text;

  const stop = (why) => {
    presses += 1;
    for (const { unit } of byId.values()) end(unit, why);
  };

  const halt = () => {
    stop(STOPPED);
    say("Stopped. The next Run starts a new Python, without this page's variables.");
  };

  const meter = metered({ bar, say, stop: halt });

  // What a Python that starts or runs says meanwhile.
  const heard = (all) => ({ bytes, text, long }) => {
    if (bytes) meter.loading(name(), bytes, all);
    if (text && current) printed(current, text);
    if (long) say(`Still running after ${long} s. Stop ends it; this page's variables are gone then.`);
  };

  const start = (unit, files = {}) => {
    const python = data.pythons[select.value];
    const setting = { ...data.setting, ...files };
    const session = { key: select.value, ran: 0, changed: false };
    if (!told) steadily(() => places.forEach(({ says }) => (says.textContent = "")));
    told = true;
    const all = unit.bytes[select.value];
    meter.loading(name(), 0, all);
    session.python = begun({ root, python, bundle: unit.bundle, setting, heard: heard(all) });
    session.python.ready.then(meter.running, () => {});
    sessions.set(unit.id, session);
    return session;
  };

  const end = (unit, why) => {
    sessions.get(unit.id)?.python.end(why);
    sessions.delete(unit.id);
  };

  // The source that runs for a place now, and whether that is not the page's own. What a link brought runs when its own
  // button is pressed, not because that of another cell is.
  const sourceOf = (place, cell) => {
    const source = !place || (place.linked && !place.trusted) ? cell.source : (place.source ?? cell.source);
    return { source, edited: source !== cell.source };
  };

  const tell = (place, cell, report, edited, changed) => {
    const python = { key: select.value, name: name() };
    compared(place, cell, python, report, { edited, changed, setting: data.setting, drawing });
  };

  const enter = (place) => {
    prepare(place);
    current = place;
  };

  // One cell in its page's Python.
  const step = async (session, place, found) => {
    const { source, edited } = sourceOf(place, found.cell);
    const shown = place && !found.cell.skips[session.key] && !(place.linked && !place.trusted);
    if (shown) enter(place);
    const again = found.index < session.ran;
    const changed = session.changed || again;
    session.changed ||= edited || again;
    const report = await session.python.run(found.cell.skips[session.key] ? "" : source);
    session.ran = Math.max(session.ran, found.index + 1);
    if (shown) tell(place, found.cell, report, edited, changed);
    else if (report.error) remarks.push(`A hidden check of this page failed here: ${report.trace.trim()}`);
    if (report.exits) {
      remarks.push("sys.exit() ended this page's Python: the next Run starts a new one.");
      end(found.unit, "sys.exit() was called");
    }
  };

  // A program in a Python of its own.
  const program = async (place, { unit, cell }) => {
    const { source, edited } = sourceOf(place, cell);
    const file = `${unit.name}.py`;
    enter(place);
    const session = start(unit, { args: [file], files: { [`${data.setting.folder}/${file}`]: source } });
    const { text, status, dropped } = await session.python.program();
    end(unit, "it ended");
    const at = status === 0 ? -1 : text.lastIndexOf("Traceback (most recent call last):\n");
    const trace = at < 0 ? "" : text.slice(at);
    const [, type, message = ""] = /(?:^|\n)([\w.]+)(?:: ([^\n]*))?\s*$/.exec(trace) ?? [];
    const error = trace ? { type, message } : null;
    tell(place, cell, { text: at < 0 ? text : text.slice(0, at), data: null, error, trace, dropped }, edited, false);
  };

  // A cell, after the ones above it that have not run.
  const cells = async (place, found) => {
    enter(place);
    const session = sessions.get(found.unit.id) ?? start(found.unit);
    await session.python.ready;
    while (session.ran < found.index) {
      const index = session.ran;
      const cell = found.unit.cells[index];
      await step(session, places.find(({ id }) => id === cell.id), { ...found, cell, index });
    }
    await step(session, place, found);
  };

  // One place, to its end. Says whether it came to it.
  const one = async (place) => {
    const found = byId.get(place.id);
    try {
      await (found.unit.kind === "example" ? program(place, found) : cells(place, found));
      return true;
    } catch (error) {
      end(found.unit, error.message);
      const words = error.message === STOPPED ? "Stopped." : `This did not end: ${error.message}.`;
      const unfinished = new Set([current, place].filter((each) => each?.result && !each.result.dataset.verdict));
      for (const each of unfinished) broke(each, words);
      if (error.message !== STOPPED) say(`${error.message}. The next Run starts a new Python.`);
      return false;
    } finally {
      current = null;
    }
  };

  // Takes up a press when those before it are done; a stop in between makes it void. The press is of one place, or of
  // the whole page.
  const queued = (these, whole = false) => {
    const mine = presses;
    if (!whole && !button("stop").disabled) these[0].says.textContent = "Waits for what runs now";
    work = work.then(async () => {
      if (mine !== presses) return these.forEach(({ says }) => (says.textContent = ""));
      button("stop").disabled = false;
      remarks = [];
      for (const place of these) place.came = null;
      meter.begin(whole ? null : these[0]);
      let well = true;
      for (const place of these) if (well && mine === presses) well = await one(place);
      const seconds = meter.end(well);
      const took = `${seconds} s, on ${name()}.`;
      const result = whole ? [...summary(these), `. ${took}`] : [`Done in ${took}`];
      if (well || (whole && mine === presses)) say(...result, ` ${remarks.join(" ")}`.trimEnd());
      button("stop").disabled = true;
    });
    return work;
  };

  const runnable = () => places.filter(({ skips }) => !skips.includes(select.value));

  return {
    run: (place) => {
      place.trusted = true;
      watch(place);
      return queued([place]);
    },
    all: () => {
      stop("Run all begins anew");
      watch(null);
      return queued(runnable().filter((place) => !place.linked || place.trusted), true);
    },
    stop: halt,
    restart: () => {
      stop("Reset");
      watch(null);
      work = work.then(() => steadily(() => places.forEach(restore)));
      say("This page is as it was; the next Run starts a new Python.");
    },
    changed: () => {
      stop("Another Python was chosen");
      say(`The next Run starts ${name()}.`);
    },
  };
}
