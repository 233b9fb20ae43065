// A prediction: when one of its options is chosen, the cell's output opens, and what was chosen is judged for the Python
// whose outputs are shown. Which choices were right is kept in this browser, for the page's tally.
(() => {
  const root = document.documentElement;
  const asked = [...document.querySelectorAll("fieldset.predict")];
  const page = location.pathname;
  const KEPT = "everypython-predictions";

  // A browser may refuse storage; the tally is then of this view of the page.
  let kept = {};
  try { kept = JSON.parse(localStorage.getItem(KEPT)) ?? {}; } catch {}
  if (typeof kept[page] !== "object" || kept[page] === null) kept[page] = {};
  const keep = () => { try { localStorage.setItem(KEPT, JSON.stringify(kept)); } catch {} };

  const input = (where, place) => [...where.querySelectorAll("input")].find(({ value }) => value === String(place));
  const python = (where) => {
    const ran = JSON.parse(where.dataset.pythons);
    const key = root.dataset.python ?? Object.keys(ran)[0];
    return { key, name: ran[key] };
  };
  const rightOn = (chosen, key) => chosen.dataset.pythons.split(" ").includes(key);
  const isRight = (where) => {
    const chosen = input(where, kept[page][where.dataset.cell]);
    return Boolean(chosen) && rightOn(chosen, python(where).key);
  };

  const tally = () => {
    const answered = asked.filter((where) => input(where, kept[page][where.dataset.cell]));
    return `On this page you were right in ${answered.filter(isRight).length} of ${answered.length}.`;
  };

  const judge = (where) => {
    const chosen = where.querySelector("input:checked");
    if (!chosen || !where.dataset.judged) return;
    const { key, name } = python(where);
    const right = rightOn(chosen, key);
    where.dataset.judged = right ? "right" : "not";
    const verdict = !name ? "The Python that you chose did not run this."
      : right ? `Right: this is what ${name} does.`
      : `Not on ${name}: below is what it does.`;
    where.querySelector(".verdict").textContent = `${verdict} ${tally()}`;
  };

  // Of what is right on which Pythons, the line of the shown one is marked.
  const mark = (where) => {
    const { key } = python(where);
    const inputs = [...where.querySelectorAll("input")];
    const at = inputs.findIndex((one) => rightOn(one, key));
    const truths = document.getElementById(where.dataset.cell)?.querySelectorAll(".truths > li") ?? [];
    for (const truth of truths) {
      if (truth.matches(`.place-${at < 0 ? inputs.length : at}`)) truth.setAttribute("aria-current", "true");
      else truth.removeAttribute("aria-current");
    }
  };
  const show = (where) => {
    judge(where);
    mark(where);
  };

  const answer = (where) => {
    kept[page][where.dataset.cell] = Number(where.querySelector("input:checked").value);
    keep();
    delete where.dataset.undecided;
    where.dataset.judged = "not";
    judge(where);
    document.getElementById(where.dataset.cell)?.querySelector("details.hide")?.setAttribute("open", "");
  };

  for (const where of asked) {
    mark(where);
    let byArrow = false;
    const before = input(where, kept[page][where.dataset.cell]);
    // what a browser has checked again after a reload is of no account: HTML has no attribute that forbids it
    for (const one of where.querySelectorAll("input")) one.checked = one === before;
    // An arrow key chooses each option that it comes by: the first one would be judged on the way to the last.
    where.addEventListener("keydown", ({ key }) => {
      byArrow = key.startsWith("Arrow");
      if (where.dataset.undecided && (key === "Enter" || key === " ")) answer(where);
    });
    where.addEventListener("keyup", () => { byArrow = false; });
    where.addEventListener("change", () => {
      if (!byArrow || where.dataset.judged) return answer(where);
      where.dataset.undecided = "yes";
      where.querySelector(".verdict").textContent = "Enter answers with this option.";
    });
    where.addEventListener("focusout", ({ relatedTarget }) => {
      if (where.dataset.undecided && document.hasFocus() && !where.contains(relatedTarget)) answer(where);
    });
  }
  new MutationObserver(() => asked.forEach(show)).observe(root, { attributeFilter: ["data-python"] });
})();
