// A Python in a worker: starting it, asking it to run something, ending it.

const LONG = 60_000; // milliseconds after which a run is said to take long

// Starts a Python. `heard` is told how that goes on: {bytes} so far while it loads, {text} that a run printed, and
// {long}, the seconds that a run has taken. A Python that died or was stopped rejects whatever it was asked.
export function begun({ root, python, bundle, setting, heard }) {
  const worker = new Worker(new URL("worker.mjs", import.meta.url), { type: "module" });
  const waiting = { resolve() {}, reject() {} };
  let over = null;

  const end = (why) => {
    over ??= new Error(why);
    worker.terminate();
    waiting.reject(over);
  };

  worker.addEventListener("error", (event) => end(event.message || "its worker ended"));
  worker.addEventListener("message", ({ data: { type, ...said } }) => {
    if (type === "done") waiting.resolve(said);
    else if (type === "dead") end(said.why);
    else heard(said);
  });

  const ask = (request) =>
    new Promise((resolve, reject) => {
      if (over) return reject(over);
      const late = setTimeout(() => heard({ long: LONG / 1000 }), LONG);
      const then = (settle) => (value) => (clearTimeout(late), settle(value));
      Object.assign(waiting, { resolve: then(resolve), reject: then(reject) });
      worker.postMessage(request);
    });

  const place = (path) => new URL(path, root).href;
  const index = place(python.index);
  const ready = ask({ type: "start", index, bundle: bundle && place(python.index + bundle), setting });
  return {
    ready,
    run: (source) => ready.then(() => ask({ type: "run", source })),
    program: () => ready.then(() => ask({ type: "program" })),
    end,
  };
}
