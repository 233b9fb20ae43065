// A plain field for a cell's code, which every browser has.

import { element } from "./outputs.mjs";

export function plainField(place, name, { run, leave, wrote }) {
  const attributes = { spellcheck: "false", autocapitalize: "off", autocomplete: "off", "aria-label": name };
  const field = element("textarea", attributes);
  field.value = place.source ?? place.published;
  const grow = () => (field.rows = field.value.split("\n").length + 1);
  field.addEventListener("input", () => {
    grow();
    wrote(field.value);
  });
  field.addEventListener("keydown", (event) => {
    if (event.key === "Escape") leave();
    else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) run();
    else if (event.key === "Tab" && !event.ctrlKey && !event.altKey && !event.metaKey) indent(field, event.shiftKey);
    else return;
    event.preventDefault();
  });
  grow();
  return { dom: field, focus: () => field.focus() };
}

// As setRangeText tells nobody that something was written, this does.
function indent(field, back) {
  const { value, selectionStart: start, selectionEnd: end } = field;
  const line = value.lastIndexOf("\n", start - 1) + 1;
  const moved = (each) => (back ? each.replace(/^ {1,4}/, "") : `    ${each}`);
  if (!back && start === end) field.setRangeText(" ".repeat(4 - ((start - line) % 4)), start, end, "end");
  else field.setRangeText(value.slice(line, end).split("\n").map(moved).join("\n"), line, end, "preserve");
  field.dispatchEvent(new Event("input"));
}
