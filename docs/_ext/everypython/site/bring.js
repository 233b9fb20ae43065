// Takes the file my-python.json of a reader's Python: in a dialog, where a page's chooser asks for "Yours…", and on the
// page that tells of it. It is read here, kept in this browser's storage and sent nowhere. Whatever it says is text.
(() => {
  const KEPT = "everypython-yours";
  const LARGEST = 20_000_000; // bytes of a file, as of a record that a build takes
  const MOST = 1_000_000; // letters of what is kept of it
  const { base, choose, forget, load } = window.everypython;

  const element = (tag, properties, ...inside) => {
    const made = Object.assign(document.createElement(tag), properties);
    made.append(...inside);
    return made;
  };
  const button = (text, press) => {
    const made = element("button", { type: "button", textContent: text });
    made.addEventListener("click", press);
    return made;
  };

  // What a column has to be, so that nothing that reads it later can fail.
  const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
  const isText = (value) => typeof value === "string" && value.isWellFormed();
  const isNumber = (value) => Number.isInteger(value) && value >= 0;
  const listOf = (each) => (value) => Array.isArray(value) && value.every(each);
  const optional = (each) => (value) => value === undefined || each(value);
  const shaped = (shape) => (value) => isObject(value) && Object.entries(shape).every(([key, fits]) => fits(Object.hasOwn(value, key) ? value[key] : undefined));
  const isOwn = shaped({
    kind: (value) => ["alone", "varies", "skipped"].includes(value),
    line: isNumber, printed: optional(isText), raised: optional(isText), because: optional(isText),
    right: optional(listOf(isNumber)), broken: optional(listOf(isText)), ways: optional(isNumber),
  });
  const isColumn = (names) => {
    const isKey = (value) => isText(value) && Object.hasOwn(names, value);
    return shaped({
      site: isText,
      name: (value) => isText(value) && /^[\w .()+-]{1,80}$/.test(value),
      key: (value) => isText(value) && /^[a-z]\w*-[\w.-]{1,100}$/.test(value),
      nearest: (value) => value === "" || isKey(value),
      agreeing: listOf((pair) => Array.isArray(pair) && isKey(pair[0]) && isNumber(pair[1])),
      outputs: isNumber, holding: isNumber, claims: isNumber,
      like: (value) => isObject(value) && Object.values(value).every(isKey),
      own: (value) => isObject(value) && Object.values(value).every(isOwn),
    });
  };

  const AGAIN = "Load my-python.pyz from this site again, run it, and choose the file that it writes.";

  // Returns the column of a file; throws an Error whose message says what to do.
  async function read(file) {
    if (file.size > LARGEST) throw new Error(`${file.name} has more than ${LARGEST / 1e6} MB: it is not what my-python.pyz writes.`);
    let record;
    try {
      record = JSON.parse(await file.text());
    } catch {
      throw new Error(`${file.name} is not JSON. Choose the file my-python.json that my-python.pyz writes.`);
    }
    if (!isObject(record) || record.record !== 1 || !Object.hasOwn(record, "column")) {
      throw new Error(`${file.name} is not what my-python.pyz of this site writes. ${AGAIN}`);
    }
    const { state, names } = window.everypython.site;
    const { column } = record;
    if (isObject(column) && column.site !== state) throw new Error(`${file.name} is of another state of this site. ${AGAIN}`);
    if (!isColumn(names)(column)) throw new Error(`${file.name} has a column that this page cannot read. ${AGAIN}`);
    return column;
  }

  function keep(column) {
    const said = JSON.stringify(column);
    if (said.length > MOST) throw new Error("The file has more outputs of its own than a browser keeps.");
    try {
      localStorage.setItem(KEPT, said);
      localStorage.setItem("everypython", "yours");
    } catch {
      throw new Error("This browser has no room for it, or keeps nothing for this site. Nothing was changed.");
    }
  }

  // What takes a file: a field, and a place to drop one.
  function taker(done) {
    const said = element("p", { className: "problem" });
    said.setAttribute("role", "alert");
    const take = async (file) => {
      if (!file) return;
      said.textContent = "";
      try {
        keep(await read(file));
      } catch (problem) {
        return void (said.textContent = problem.message);
      }
      done();
    };
    const field = element("input", { type: "file", accept: ".json,application/json" });
    field.addEventListener("change", () => {
      const [file] = field.files;
      field.value = ""; // a file of the same name may be chosen again
      take(file);
    });
    const label = element("label", {}, "Choose my-python.json, or drop it here: ", field);
    const whole = element("div", { className: "bring" }, label, said);
    whole.addEventListener("dragover", (event) => event.preventDefault());
    whole.addEventListener("drop", (event) => {
      event.preventDefault();
      take(event.dataTransfer.files[0]);
    });
    return whole;
  }

  // Loads what tells of which sources and Pythons this site is.
  const site = () => (window.everypython.site ? Promise.resolve() : load("my-python.js"));

  const addressOf = (page) => new URL(`${page}${window.everypython.site.suffix}`, base);

  async function openDialog() {
    await site();
    const dialog = document.querySelector("dialog.yours") ?? element("dialog", { className: "run-dialog yours" });
    const program = element("a", { href: new URL("my-python.pyz", base), download: "" }, "my-python.pyz");
    const { page } = window.everypython.site;
    const told = page ? [" ", element("a", { href: addressOf(page) }, "What it does, and what it says")] : [];
    dialog.replaceChildren(
      element("h2", { textContent: "Your Python", id: "your-python-dialog" }),
      element("p", {}, "Run ", program, " with your Python. It writes the file my-python.json: with that, your Python " +
        "is one more column on these pages. The file is read here, kept in this browser, and sent nowhere.", ...told),
      taker(() => choose("yours")),
      button("Close", () => dialog.close()),
    );
    dialog.setAttribute("aria-labelledby", "your-python-dialog");
    dialog.addEventListener("keydown", (event) => event.stopPropagation()); // Sphinx would take Escape
    document.body.append(dialog);
    dialog.showModal();
  }

  // A fence that is longer than any in the text.
  const fenced = (text) => {
    const fence = "`".repeat(Math.max(2, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length)) + 1);
    return `${fence}\n${text.trim() || "nothing"}\n${fence}`;
  };

  function reportOf({ name }, where, { line, printed = "", raised = "" }) {
    const [address, field] = window.everypython.site.issue;
    const text = `${where}, line ${line}, on ${name}:\n\n${fenced(`${printed}${raised}`.slice(0, 3000))}\n`;
    return `${address}${encodeURIComponent(`${where} on ${name}`)}&${field}=${encodeURIComponent(text)}`;
  }

  function placeOf(cell) {
    const [, page, program, number] = /^([^#:]*)(?:#([^:]*))?:(\d+)$/.exec(cell) ?? [];
    if (program === "claims") return { page, anchor: "", where: `${page}, a claim` };
    return program
      ? { page, anchor: `example-${program}`, where: `${page}, ${program}.py` }
      : { page, anchor: `cell-${number}`, where: `${page}, cell ${number}` };
  }

  // What the terminal said, with links to the places.
  function summary(column) {
    const { names, issue } = window.everypython.site;
    const count = (number) => number.toLocaleString("en");
    const list = element("ul", {});
    column.agreeing.forEach(([key, number], at) => {
      const of = at ? count(number) : `${count(number)} of ${count(column.outputs)} outputs`;
      list.append(element("li", {}, `${of}: what the site shows for ${names[key]}`));
    });
    const alone = Object.entries(column.own).filter(([, { kind, broken }]) => kind === "alone" && !broken);
    const places = element("ul", {});
    for (const [cell, own] of alone) {
      const { page, anchor, where } = placeOf(cell);
      if (page === undefined) continue;
      const address = addressOf(page);
      address.searchParams.set("python", "yours");
      address.hash = anchor;
      const report = issue ? [" · ", element("a", { href: reportOf(column, where, own) }, "report it")] : [];
      places.append(element("li", {}, element("a", { href: address }, where), `, line ${own.line}`, ...report));
    }
    list.append(element("li", {}, `${count(alone.length)} yours alone`, ...(alone.length ? [places] : [])));
    list.append(element("li", {}, `${count(column.holding)} of ${count(column.claims)} claims hold`));
    return list;
  }

  // On the page that tells of my-python.pyz.
  async function fill(panel) {
    await site();
    const { column } = window.everypython;
    const here = () => location.reload();
    if (!column || column.stale) {
      const stale = column && element("p", {}, `What is kept of ${column.name} is of another state of this site. ${AGAIN}`);
      return panel.replaceChildren(...(stale ? [stale] : []), taker(here));
    }
    panel.replaceChildren(
      element("p", {}, element("strong", {}, column.name), " is a column on this site's pages, in this browser alone:"),
      summary(column),
      element("p", {}, button("Forget it", forget)),
      taker(here),
    );
  }

  Object.assign(window.everypython, { openDialog, fill });
})();
