// One Python: Pyodide with the runner in it, and with one file behind both of its streams.
// The same module under Node, for the site's own columns, and in a reader's browser.

const LOG = "/tmp/log";

// Starts the Pyodide whose `loadPyodide` and folder (`index`) are given.
//   env, args   the environment and the program's arguments
//   folder      where it works
//   packages    files for site-packages, or a promise of them: {path: their bytes in base64}
//   files       other files, whose paths begin at the root: {path: text}
//   runner      the source of cell_runner.py
//   most        bytes that may be kept of what one run prints
//   printed     called with bytes as they are printed
//   memory      options of loadPyodide by which it begins with the memory of another, or by which that is kept
export async function start({
  loadPyodide, index, env, args = [], folder, packages = {}, files = {}, runner, most, printed, memory = {},
}) {
  const put = (FS, path, content) => {
    FS.mkdirTree(path.slice(0, path.lastIndexOf("/")));
    FS.writeFile(path, content);
  };
  const pyodide = await loadPyodide({
    indexURL: index,
    packageBaseUrl: index, // so that nothing is asked of another origin
    env: { ...env, PYTHONINSPECT: "" },
    args,
    stdin: () => null,
    _sysExecutable: "/usr/bin/python",
    ...memory,
    fsInit: async (FS, { sitePackages }) => {
      for (const [path, content] of Object.entries(await packages)) put(FS, `${sitePackages}/${path}`, decoded(content));
      for (const [path, content] of Object.entries(files)) put(FS, path, content);
      for (const each of [env.HOME, env.TMPDIR, folder]) FS.mkdirTree(each);
      FS.chdir(folder); // before Python starts: it looks for a program in the folder where it started
    },
  });
  const log = opened(pyodide.FS, most, printed);

  // A program, run as `python NAME` would; returns its exit status.
  const program = () => {
    try {
      return pyodide._module._run_main();
    } catch (error) {
      if (error.constructor.name !== "ExitStatus") throw error;
      return error.status;
    }
  };

  // A function that runs one cell after another and returns the runner's report on each.
  const prompt = () => {
    const name = "/tmp/runner.py";
    const globals = pyodide.globals.get("dict")();
    globals.set("__name__", "runner");
    globals.set("__file__", name);
    pyodide.runPython(runner, { globals, filename: name });
    const typed = globals.get("prompt")(LOG);
    return (source) => {
      log.starts();
      const reported = typed(source);
      const report = reported.toJs({ dict_converter: Object.fromEntries });
      reported.destroy();
      return report;
    };
  };

  return { pyodide, log, program, prompt };
}

// A file that both descriptors append to. Of what one run prints beyond `most` bytes nothing is kept.
function opened(FS, most, printed) {
  const stream = FS.open(LOG, "a");
  const write = stream.stream_ops.write;
  const log = {
    limit: most,
    dropped: 0,
    starts() {
      [log.limit, log.dropped] = [stream.node.usedBytes + most, 0];
    },
    size: () => stream.node.usedBytes,
    text: (start, end) => new TextDecoder().decode(FS.readFile(LOG).subarray(start, end)),
  };
  const keep = (to, buffer, offset, length, ...rest) => {
    const room = Math.max(0, Math.min(length, log.limit - to.node.usedBytes));
    if (room) write(to, buffer, offset, room, ...rest);
    if (room) printed?.(buffer.slice(offset, offset + room));
    log.dropped += length - room;
    return length;
  };
  stream.stream_ops = { ...stream.stream_ops, write: keep };
  for (const descriptor of [1, 2]) {
    FS.close(FS.getStream(descriptor));
    FS.dupStream(stream, descriptor);
  }
  return log;
}

function decoded(base64) {
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
}
