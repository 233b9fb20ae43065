// Plays the pictures of a film: shows on the stage, step by step, what stands under the cells of the page.
(() => {
  const root = document.documentElement;

  // A cell's outcome on the Python that is shown: the one that is chosen, or the published default's, which is first.
  const outcomeOf = (cell) => {
    const outcomes = [...document.querySelectorAll(".outcome, .frame")].filter(({ dataset }) => dataset.cell === cell);
    return outcomes.find(({ dataset }) => dataset.pythons.split(" ").includes(root.dataset.python)) ?? outcomes[0];
  };

  // A picture for the stage, with ids of its own.
  const copied = (picture, film) => {
    const copy = picture.cloneNode(true);
    for (const part of copy.querySelectorAll("[id]")) part.id += `-in-${film}`;
    for (const name of ["aria-labelledby", "aria-describedby"]) {
      copy.setAttribute(name, `${copy.getAttribute(name)}-in-${film}`);
    }
    return copy;
  };

  const play = (strip, number) => {
    const part = (selector) => strip.querySelector(selector);
    const [program, stage, says, slider, text] = [".program", ".stage", ".says", "input", ".as-text pre"].map(part);
    const [back, on] = strip.querySelectorAll("button");
    const frames = [...program.querySelectorAll("[data-cell]")];
    const blank = stage.firstElementChild;

    // Scrolls the program alone: the page stays where the reader has it.
    const reveal = ([first], last) => {
      const { top, bottom } = program.getBoundingClientRect();
      const over = first.getBoundingClientRect().top - top;
      const under = last.getBoundingClientRect().bottom - bottom;
      if (under > 0) program.scrollTop += Math.min(under, over);
      else if (over < 0) program.scrollTop += over;
    };

    const show = () => {
      const step = slider.valueAsNumber;
      const frame = frames[step - 1];
      const picture = outcomeOf(frame.dataset.cell)?.querySelector(".picture");
      const drawn = picture?.querySelector("svg");
      stage.replaceChildren(drawn ? copied(drawn, `film-${number}`) : blank);
      text.textContent = picture?.querySelector("pre").textContent ?? "";
      const without = drawn ? "" : " (no picture on this Python)";
      const said = picture?.querySelector("figcaption")?.textContent ?? frame.dataset.says;
      says.textContent = `${step} of ${frames.length}: ${said}${without}`;
      slider.setAttribute("aria-valuetext", `${step} of ${frames.length}`);
      for (const line of program.children) {
        if (line.dataset.step === `${step}`) line.setAttribute("aria-current", "step");
        else line.removeAttribute("aria-current");
      }
      reveal(program.querySelectorAll("[aria-current]"), frame);
      // A button under the reader's finger keeps the focus, so it is not disabled at the ends.
      back.setAttribute("aria-disabled", step === 1);
      on.setAttribute("aria-disabled", step === frames.length);
    };

    const go = (steps) => {
      slider.valueAsNumber += steps; // a slider keeps itself within its ends
      show();
    };

    back.addEventListener("click", () => go(-1));
    on.addEventListener("click", () => go(1));
    slider.addEventListener("input", show);
    strip.addEventListener("keydown", (event) => {
      const steps = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (!steps || event.target.closest("input, pre") || event.altKey || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      go(steps);
    });
    new MutationObserver(show).observe(root, { attributeFilter: ["data-python"] });
    for (const control of [back, slider, on]) control.disabled = false;
    slider.value = 1; // a browser may restore where the reader was, and the stage begins
    show();
  };

  document.querySelectorAll(".filmstrip").forEach(play);
})();
