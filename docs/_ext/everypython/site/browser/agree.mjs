// Asks, in the page, whether what the reader wrote may go.

import { element } from "./outputs.mjs";

export function agreed(numbers) {
  const which = numbers.length > 3 ? `${numbers.length} cells` : numbers.join(", ");
  const words = element("p", { id: "run-agree" }, `Reset page drops your edits in ${which}.`);
  const [drop, keep] = [["drop", "Drop my edits"], ["keep", "Keep them"]].map(([value, name]) =>
    element("button", { value, class: "run-answer" }, name),
  );
  const form = element("form", { method: "dialog" }, words, keep, " ", drop);
  const dialog = element("dialog", { class: "run-dialog", "aria-labelledby": "run-agree" }, form);
  document.querySelector("[role=main]").append(dialog);
  dialog.showModal();
  return new Promise((resolve) =>
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "drop");
    }),
  );
}
