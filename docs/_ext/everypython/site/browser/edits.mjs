// What a reader makes of a page's cells: it is kept in the browser, for each page. A browser may refuse storage; then it
// lasts as long as the page.

const OWN = "Edited, and kept in this browser until you reset it. Below, what Pythons printed is of the page's own code.";
const LINKED = "This code came with the link that you opened. It is not this page's: read it before you run it.";
const APART = "Your own edit of this cell is kept; Reset brings it back.";

export function edits(page, places) {
  const key = `everypython edits ${page}`;

  const read = () => {
    try {
      return Object(JSON.parse(localStorage.getItem(key)));
    } catch {
      return {};
    }
  };

  // What is kept for a place, if it was made from the code that stands there now.
  const kept = ({ id, published }) => {
    const { of, source } = Object(read()[id]);
    return of === published && typeof source === "string" ? source : null;
  };

  const keep = ({ id, published }, source) => {
    const { [id]: _, ...all } = read();
    if (source !== null) all[id] = { of: published, source };
    try {
      if (Object.keys(all).length) localStorage.setItem(key, JSON.stringify(all));
      else localStorage.removeItem(key);
    } catch {
      // the page itself still has it
    }
  };

  const note = (place, words) => {
    if (words) place.controls.before((place.note ??= Object.assign(document.createElement("p"), { className: "run-note" })));
    else place.note?.remove();
    if (words && place.note.textContent !== words) place.note.textContent = words;
  };

  // Takes down what a place's code has become: written by the reader, or, not to be kept, brought by a link.
  const write = (place, text, linked = false) => {
    const source = text.trimEnd() === place.published.trimEnd() ? null : text;
    if (linked && source !== null) {
      place.editor?.then((editor) => editor.remove());
      Object.assign(place, { editor: null, linked: true, trusted: false, apart: kept(place) !== null });
    }
    if (!linked) place.trusted = true; // who writes in it has it before their eyes
    if (!linked && !place.apart) keep(place, source);
    place.source = source;
    show(place);
  };

  const show = (place) => {
    const { code, published, source, editor } = place;
    place.nodes ??= [...code.childNodes];
    if (!editor) {
      code.hidden = false;
      if (source === null) code.replaceChildren(...place.nodes);
      else code.textContent = `${source}\n`;
    }
    place.part("reset").hidden = source === null && !editor;
    note(place, source === null ? "" : place.linked ? `${LINKED} ${place.apart ? APART : ""}`.trim() : OWN);
  };

  // Brings back the page's own code; where a link's stood before an edit, that edit.
  const restore = (place) => {
    place.editor?.then((editor) => editor.remove());
    if (!place.apart) keep(place, null);
    Object.assign(place, { editor: null, source: place.apart ? kept(place) : null, linked: false, apart: false });
    show(place);
    place.result?.remove();
    place.result = null;
  };

  return {
    write,
    restore,
    keepAll: () => {
      for (const place of places) {
        place.source = kept(place);
        if (place.source !== null) show(place);
      }
    },
    dropAll: () => {
      for (const place of places) {
        place.apart = false;
        keep(place, null);
      }
    },
  };
}
