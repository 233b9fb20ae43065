// Puts the reader's own Python, which names.js knows, into the outputs, predictions and tables of a page. This blocks in
// <head>: an output that is there when it is first painted moves nothing. Whatever the column says is text.
(() => {
  const { ran, beside } = window.everypython;
  if (!beside) return;
  const YOURS = "yours";
  const { page, name, own, python, keyOf } = beside;

  const element = (tag, className, text = "") =>
    Object.assign(document.createElement(tag), { className, textContent: text });

  function block(text, raised) {
    const whole = element("div", `output stream ${raised ? "raised " : ""}highlight-none notranslate`);
    const inner = element("div", "highlight");
    inner.append(element("pre", "", text.replace(/\n*$/, "\n")));
    whole.append(inner);
    return whole;
  }

  const SAYS = { varies: "varies from run to run; here it printed", skipped: "did not run this" };

  // An output that no Python of the site has.
  function drawn(cell, { kind: how, printed = "", raised = "", because = "" }) {
    const outcome = element("div", "outcome");
    Object.assign(outcome.dataset, { cell, pythons: YOURS, beside: "" });
    const who = element("p", "who");
    const says = SAYS[how] ?? `${printed || raised ? "printed" : "printed nothing"} · yours alone`;
    who.append(element("b", "one", name), ` ${says}`);
    const blocks = [printed && block(printed, false), raised && block(raised, true)].filter(Boolean);
    const lines = `${printed}${raised}`.split("\n").length;
    if (lines > 12) {
      const folded = element("details", "long");
      folded.append(element("summary", "", `its ${lines} lines`), ...blocks);
      blocks.splice(0, blocks.length, folded);
    }
    outcome.append(who, ...blocks, ...(because ? [element("p", "because", because)] : []));
    return outcome;
  }

  // The cell of an anchor on this page: cell-3, example-greet.
  const cellAt = (anchor) =>
    anchor.startsWith("cell-") ? `${page}:${anchor.slice(5)}` : `${page}#${anchor.replace(/^example-/, "")}:1`;
  const anchorOf = (cell) =>
    cell.startsWith(`${page}:`) ? cell.replace(`${page}:`, "cell-") : cell.replace(/^[^#]*#(.*):1$/, "example-$1");

  function joinOutcomes() {
    for (const outcome of document.querySelectorAll(".outcome:not([data-beside])")) {
      const { cell, pythons } = outcome.dataset;
      outcome.dataset.beside = "";
      if (own.has(cell)) {
        const first = !outcome.parentElement.querySelector(`:scope > [data-pythons="${YOURS}"]`);
        if (first) outcome.before(drawn(cell, own.get(cell)));
      } else if (pythons.split(" ").includes(keyOf(cell))) outcome.dataset.pythons += ` ${YOURS}`;
    }
    // a label is whole once something has come in after it
    const labels = ".outcome[data-pythons~=yours] > .who:not([data-beside])";
    for (const who of document.querySelectorAll(labels)) {
      if (who.parentElement.dataset.pythons === YOURS || !(who.nextElementSibling || document.readyState !== "loading")) continue;
      who.dataset.beside = "";
      (who.querySelector("summary") ?? who).append(" · and yours");
      who.querySelector(":scope > p")?.append(`, ${name} (yours)`);
    }
  }

  function joinPredictions() {
    for (const asked of document.querySelectorAll("fieldset.predict:not([data-beside])")) {
      asked.dataset.beside = "";
      const pythons = JSON.parse(asked.dataset.pythons);
      const cell = cellAt(asked.dataset.cell);
      if (!own.has(cell) && !pythons[keyOf(cell)]) continue; // it did not run this
      asked.dataset.pythons = JSON.stringify({ ...pythons, [YOURS]: name });
    }
    for (const option of document.querySelectorAll(".predict input[data-pythons]:not([data-beside])")) {
      option.dataset.beside = "";
      const cell = cellAt(option.closest(".predict").dataset.cell);
      const right = own.get(cell)?.right?.includes(Number(option.value)) ?? option.dataset.pythons.split(" ").includes(keyOf(cell));
      if (right) option.dataset.pythons += ` ${YOURS}`;
    }
  }

  // Below a prediction, which option is right on which Pythons: on this one, too.
  function joinTruths() {
    for (const truths of document.querySelectorAll(".truths:not([data-beside]):has(+ *)")) { // and so it is whole
      truths.dataset.beside = "";
      const asked = document.querySelector(`fieldset.predict[data-cell="${truths.closest(".cell").id}"]`);
      if (!(YOURS in JSON.parse(asked?.dataset.pythons ?? "{}"))) continue;
      const options = [...asked.querySelectorAll("input")];
      const right = options.findIndex(({ dataset }) => dataset.pythons.split(" ").includes(YOURS));
      const place = `place-${right < 0 ? options.length : right}`;
      const there = truths.querySelector(`:scope > .${place} strong`);
      if (there) {
        there.textContent = there.textContent.replace(/:$/, " and yours:");
        continue;
      }
      const item = element("li", place);
      const said = right < 0 ? "none of these, here" : options[right].parentElement.textContent.trim();
      const words = element("p", "");
      words.append(element("strong", "", "yours:"), ` ${said}`);
      item.append(words);
      truths.append(item);
    }
  }

  function joinClaims() {
    for (const claim of document.querySelectorAll("details.claim")) {
      const mine = claim.querySelector(".outcome[data-pythons~=yours]");
      if (!mine) continue;
      const printed = mine.querySelector("pre")?.textContent;
      const broken = mine.querySelector(".raised") || /^does not hold: /m.test(printed);
      claim.querySelector("summary").append(`; ${!printed ? "not run" : broken ? "not" : "held"} on yours`);
    }
  }

  // What a cell printed about a row or a column, by its label.
  const parts = (text, mark) =>
    new Map(text.split("\n").filter((line) => !line.startsWith(" ")).map((line) => {
      const [label, ...rest] = line.split(mark);
      return [label, rest.join(mark)];
    }));

  function cellOf(where) {
    return /(?:^| )of-(\S+)/.exec(where.className)?.[1];
  }

  function added(tag, text) {
    const entry = element(tag, tag === "th" ? "head" : "");
    entry.append(element("p", "", text));
    return entry;
  }

  const shortly = (row) => row.textContent.trim().replace(/^CPython /, "");
  // Where a table has the Python with a key: it names them shortly, in the order in which they ran.
  const placeOf = (heads, key) => heads.findIndex((head) => shortly(head) === python(key)?.name.replace(/^CPython | on .*/g, ""));

  function joinByPython(table) {
    const cell = cellOf(table);
    const [head, ...rows] = [...table.rows];
    const said = own.has(cell) && parts(own.get(cell).printed ?? "", ": ");
    if (shortly(head.cells[0]) === "Python") {
      const twin = rows[placeOf(rows.map((row) => row.cells[0]), keyOf(cell))];
      if (!said && !twin) return;
      const row = table.tBodies[0].insertRow();
      const first = added("th", `${name} (yours)`);
      first.className = "stub";
      first.scope = "row";
      row.append(first);
      [...head.cells].slice(1).forEach((label, at) =>
        row.append(added("td", said ? said.get(label.textContent.trim()) ?? "" : twin.cells[at + 1].textContent.trim())));
      return;
    }
    const at = placeOf([...head.cells], keyOf(cell));
    if (!said && at < 0) return;
    head.append(added("th", `${name} (yours)`));
    for (const row of rows) {
      row.append(added("td", said ? said.get(row.cells[0].textContent.trim()) ?? "" : row.cells[at].textContent.trim()));
    }
  }

  const judged = ({ kind: how, broken, ways: tried }) =>
    how === "skipped" ? "not run" : broken?.length ? "does not hold" : `${tried}`;

  // A table with a row for each of many cells, and a column for each Python, in the order in which they ran.
  function joinRows(table) {
    table.tHead.rows[0].append(added("th", `${name.replace("CPython ", "")} (yours)`));
    for (const row of table.tBodies[0].rows) {
      const cell = cellOf(row);
      const mine = own.get(cell);
      const label = row.cells[0].textContent.split(": ")[0].trim();
      const told = mine && (table.matches(".claims") ? judged(mine) : parts(mine.printed ?? "", " -> ").get(label) ?? "not tried");
      const at = ran.findIndex(({ key }) => key === keyOf(cell));
      row.append(added("td", told ?? row.cells[at + 1].textContent.trim()));
    }
  }

  function joinDifferences() {
    for (const select of document.querySelectorAll(".difference-filter select:not([name=topic])")) {
      select.append(new Option(`${name} (yours)`, YOURS));
    }
    for (const entry of document.querySelectorAll(".gathered[data-groups]")) {
      const { cell, groups } = entry.dataset;
      const mine = own.get(cell);
      const all = groups.split(" ");
      if (!mine) {
        entry.dataset.groups += ` ${all[ran.findIndex(({ key }) => key === keyOf(cell))]}`;
        continue;
      }
      const says = entry.querySelector(".says");
      const text = `${mine.printed ?? ""}${mine.raised ?? ""}`;
      says.append(element("span", "", text.trim().split("\n")[0].slice(0, 60) || "printed nothing"));
      const answer = element("div", "answer docutils container");
      const who = element("p", "");
      who.append(element("span", "who", `${name} (yours)`), ` ${SAYS[mine.kind] ?? "printed"}`);
      answer.append(who, ...(text ? [block(text, false)] : []));
      entry.append(answer);
      entry.dataset.groups += ` ${says.children.length - 1}`;
    }
  }

  // Where no Python of the site printed anything, and this one did.
  function joinSilentCells() {
    for (const [cell, mine] of own) {
      if (mine.hidden || mine.kind !== "alone" || !(mine.printed || mine.raised)) continue;
      if (!cell.startsWith(`${page}:`) && !cell.startsWith(`${page}#`)) continue;
      const where = document.getElementById(anchorOf(cell));
      if (!where?.matches(".cell") || where.querySelector(".cell_output")) continue;
      const output = element("div", "cell_output docutils container");
      output.append(drawn(cell, mine));
      where.append(output);
    }
  }

  const join = () => {
    joinOutcomes();
    joinPredictions();
    joinTruths();
  };
  const observer = new MutationObserver(join);
  observer.observe(document.documentElement, { childList: true, subtree: true });
  document.addEventListener("DOMContentLoaded", () => {
    observer.disconnect();
    join();
    joinSilentCells();
    joinClaims();
    for (const table of document.querySelectorAll("table.by-python")) joinByPython(table);
    for (const table of document.querySelectorAll("table:is(.claims, .verdicts)")) joinRows(table);
    joinDifferences();
  });
})();
