// The worker that a Python lives in: takes requests from session.mjs and tells what comes of them.

import { start } from "./python.mjs";

const SOON = 100; // milliseconds: output is told no more often than this while a run goes on,
const FIRST = 50; // after so many pieces

const tell = (type, rest) => postMessage({ type, ...rest });

// Counts what is fetched while Pyodide loads: it says nothing of it itself.
function counting() {
  const fetching = self.fetch;
  let [bytes, over] = [0, false];
  self.fetch = async (...request) => {
    const response = await fetching(...request);
    const reader = response.clone().body?.getReader();
    const count = async () => {
      for (let part = await reader?.read(); part && !part.done && !over; part = await reader.read()) {
        tell("bytes", { bytes: (bytes += part.value.length) });
      }
    };
    count().catch(() => {}); // whoever reads the response itself hears of what goes wrong
    return response;
  };
  return () => ([self.fetch, over] = [fetching, true]);
}

// What Pyodide says when it dies is for the page to tell, not for the console.
console.warn = console.error = () => {};

let python, typed, startOfRun, told, last, pieces;

// Tells of what a long run has printed so far, a piece at a time; all of it comes with the report.
function printed() {
  if (pieces > FIRST && performance.now() - last < SOON) return;
  const end = python.log.size();
  tell("printed", { text: python.log.text(told, end) });
  [told, last, pieces] = [end, performance.now(), pieces + 1];
}

const requests = {
  async start({ index, bundle, setting }) {
    const stopCounting = counting();
    const packages = bundle ? fetch(bundle).then((response) => response.json()) : {};
    const { loadPyodide } = await import(`${index}pyodide.mjs`);
    python = await start({ ...setting, index, loadPyodide, packages, printed: () => python && printed() });
    stopCounting();
    return {};
  },

  async run({ source }) {
    typed ??= python.prompt();
    begin();
    const { printed: [from, middle], trace: [, end], ...report } = typed(source);
    const text = python.log.text(from, middle);
    const trace = python.log.text(middle, end);
    return { ...report, text, trace, dropped: python.log.dropped };
  },

  async program() {
    begin();
    const status = python.program();
    return { text: python.log.text(startOfRun, python.log.size()), status, dropped: python.log.dropped };
  },
};

function begin() {
  const size = python.log.size();
  [startOfRun, told, last, pieces] = [size, size, performance.now(), 0];
}

addEventListener("message", async ({ data: { type, ...request } }) => {
  try {
    tell("done", await requests[type](request));
  } catch (error) {
    tell("dead", { why: String(error?.message ?? error) });
  }
});
