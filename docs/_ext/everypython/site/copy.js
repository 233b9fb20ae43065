// A button on each block of code copies it, without prompts and what was printed. It says so, to the eye and the ear.
(() => {
  if (!navigator.clipboard) return; // browsers have none for a site that came over plain http
  const blocks = "[class*='highlight-']:not(.output, .highlight-none, .highlight-text, .filmstrip *) > .highlight";
  const PROMPT = /^(?:>>>|\.\.\.|\$)(?: |$)/;
  const status = document.createElement("span");
  status.setAttribute("role", "status");
  status.className = "exactly";
  document.querySelector("[role=main]")?.append(status);

  const codeOf = (pre) => {
    const lines = pre.textContent.replace(/\n$/, "").split("\n");
    if (!/^(?:>>>|\$) /.test(lines[0])) return lines.join("\n");
    return lines.filter((line) => PROMPT.test(line)).map((line) => line.replace(PROMPT, "")).join("\n");
  };

  const copy = async (button, pre) => {
    const copied = await navigator.clipboard.writeText(codeOf(pre)).then(() => "Copied", () => "Not copied");
    button.textContent = status.textContent = copied;
    setTimeout(() => {
      button.textContent = "Copy";
      status.textContent = "";
    }, 2000);
  };

  for (const block of document.querySelectorAll(blocks)) {
    const pre = block.querySelector("pre");
    const what = block.closest(".cell")?.id.replace("-", " ") || "these lines";
    const button = Object.assign(document.createElement("button"), { type: "button", className: "copy" });
    button.textContent = "Copy";
    button.setAttribute("aria-label", `Copy ${what}`);
    button.addEventListener("click", () => copy(button, pre));
    block.append(button);
  }
})();
