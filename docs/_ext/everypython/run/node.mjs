// Runs one unit, or makes a bundle of packages, in a Pyodide under Node: `node node.mjs JOB`.
// What Python prints is appended to the job's log as it is printed, its reports on cells to the job's report.

import { appendFileSync, openSync, readFileSync, writeFileSync, writeSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { setFlagsFromString } from "node:v8";
import { start } from "../site/browser/python.mjs";

const job = JSON.parse(readFileSync(process.argv[2], "utf-8"));
const log = openSync(job.log, "a");
const complaints = []; // Pyodide's own words must not stand between what Python prints
for (const level of ["log", "warn", "error"]) console[level] = (...words) => complaints.push(words.join(" "));

const COMPILE = `
import base64, glob, os, py_compile, site
os.chdir(site.getsitepackages()[0])
for file in glob.glob("**/*.py", recursive=True):
    py_compile.compile(file, doraise=True, invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)
made = glob.glob("**/*.py", recursive=True) + glob.glob("**/__pycache__/*.pyc", recursive=True)
{path: base64.b64encode(open(path, "rb").read()).decode() for path in sorted(made)}
`;

// Optimizing code takes a third of a start, and pays where a unit runs for long: a hundred times later than usual.
if (!job.optimized) setFlagsFromString("--wasm-tiering-budget=200000000");

try {
  const { loadPyodide } = await import(pathToFileURL(`${job.index}pyodide.mjs`));
  const packages = job.bundle ? JSON.parse(readFileSync(job.bundle, "utf-8")) : job.packages;
  const printed = (bytes) => writeSync(log, bytes);
  const memory = job.memory ? { _loadSnapshot: readFileSync(job.memory) } : { _makeSnapshot: job.kind === "memory" };
  const python = await start({ ...job, loadPyodide, packages, printed, memory });
  if (job.kind === "memory") {
    writeFileSync(job.report, python.pyodide.makeMemorySnapshot());
    process.exit(0);
  }
  if (job.memory) python.pyodide.runPython("import sys; sys.path.pop(0)"); // what comes twice with another's memory
  if (job.kind === "example") process.exit(python.program());
  if (job.kind === "bundle") {
    const files = python.pyodide.runPython(COMPILE).toJs({ dict_converter: Object.fromEntries });
    writeFileSync(job.report, JSON.stringify(files));
    process.exit(0);
  }
  const typed = python.prompt();
  for (const source of job.sources) {
    const report = typed(source);
    appendFileSync(job.report, `${JSON.stringify(report, (_, value) => value ?? null)}\n`);
    if (report.exits) process.exit(0);
  }
  process.exit(0);
} catch (error) {
  writeSync(log, [...complaints, error.stack ?? String(error)].join("\n"));
  process.exit(70);
}
