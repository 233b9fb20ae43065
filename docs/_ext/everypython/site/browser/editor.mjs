// The field that a cell is edited in: CodeMirror, or a plain one where that is not served, does not load or takes long.

import { element } from "./outputs.mjs";
import { plainField } from "./field.mjs";
import { steadily } from "./steady.mjs";

const PATIENCE = 8000; // milliseconds that a reader waits for CodeMirror

const KEYS = "Tab indents · Escape leaves · Ctrl+Enter runs";
const label = (place) => `Code of ${place.number}. Tab indents, Escape leaves, Control and Enter run it.`;
const late = () => new Promise((_, reject) => setTimeout(reject, PATIENCE, new Error("it takes too long")));

let loading = null;

// Opens a place's field in place of its code. `does` has what is to be done: run, leave, wrote.
export async function editing(place, address, does) {
  loading ??= import(address);
  const field = await Promise.race([loading, late()])
    .then((modules) => codeField(modules, place, label(place), does))
    .catch(() => plainField(place, label(place), does));
  const whole = element("div", { class: "run-editor" }, field.dom, element("p", { class: "run-keys" }, KEYS));
  steadily(() => {
    place.code.hidden = true;
    place.code.after(whole);
  });
  const remove = () => {
    whole.remove();
    place.code.hidden = false;
  };
  return { focus: field.focus, remove };
}

// Its stylesheet lies in a shadow root of its own: only there are sheets adopted, which a page's policy allows. Colours
// come in from the page, as variables.
function codeField(modules, place, name, { run, leave, wrote }) {
  const { EditorView, keymap, highlightSpecialChars } = modules.view;
  const { EditorState } = modules.state;
  const { defaultKeymap, history, historyKeymap, indentLess, indentMore } = modules.commands;
  const { bracketMatching, indentOnInput, indentUnit, syntaxHighlighting } = modules.language;
  const host = element("div");
  const done = (act) => () => (act(), true);
  const indent = (view) => {
    const { state } = view;
    const { empty, head } = state.selection.main;
    if (!empty) return indentMore(view);
    const column = head - state.doc.lineAt(head).from;
    view.dispatch(state.replaceSelection(" ".repeat(4 - (column % 4))));
    return true;
  };
  const keys = [
    { key: "Tab", run: indent, shift: indentLess },
    { key: "Escape", run: done(leave) },
    { key: "Ctrl-Enter", mac: "Mod-Enter", run: done(run) },
    { mac: "Ctrl-Enter", run: done(run) },
  ];
  const view = new EditorView({
    root: host.attachShadow({ mode: "open" }),
    parent: host.shadowRoot,
    state: EditorState.create({
      doc: place.source ?? place.published,
      extensions: [
        keymap.of([...keys, ...historyKeymap, ...defaultKeymap]),
        history(),
        highlightSpecialChars(),
        bracketMatching(),
        indentOnInput(),
        indentUnit.of("    "),
        EditorState.tabSize.of(4),
        modules.python.python(),
        syntaxHighlighting(colours(modules)),
        EditorView.theme(LOOK),
        EditorView.domEventHandlers({ beforeinput: typedOverLines }),
        EditorView.contentAttributes.of({ "aria-label": name, autocapitalize: "off", autocomplete: "off" }),
        EditorView.updateListener.of((update) => update.docChanged && wrote(update.state.doc.toString())),
      ],
    }),
  });
  return { dom: host, focus: () => view.focus() };
}

// A browser that joins lines by itself gives them inline styles, which the page's policy refuses, aloud.
function typedOverLines({ inputType, data, isComposing }, view) {
  const { state } = view;
  const { from, to } = state.selection.main;
  if (inputType !== "insertText" || isComposing || state.doc.lineAt(from).to >= to) return false;
  view.dispatch(state.replaceSelection(data), { userEvent: "input.type" });
  return true;
}

function colours({ highlight: { tags }, language: { HighlightStyle } }) {
  const coloured = (kind, ...these) => ({ tag: these, color: `var(--run-${kind})` });
  return HighlightStyle.define([
    coloured("keyword", tags.keyword, tags.operatorKeyword, tags.controlKeyword, tags.definitionKeyword, tags.moduleKeyword),
    coloured("literal", tags.number, tags.bool, tags.null, tags.self),
    coloured("string", tags.string, tags.special(tags.string), tags.escape),
    coloured("comment", tags.comment),
    coloured("name", tags.function(tags.definition(tags.variableName)), tags.definition(tags.className), tags.meta),
  ]);
}

const LOOK = {
  "&": { color: "var(--color-code-foreground)", fontSize: "var(--code-font-size)" },
  "&.cm-focused": { outline: "2px solid var(--color-brand-content)", outlineOffset: "-2px" },
  ".cm-scroller": { fontFamily: "var(--font-stack--monospace)", lineHeight: "1.5" },
  ".cm-content": { padding: "0.625rem 0", caretColor: "var(--color-code-foreground)" },
  ".cm-line": { padding: "0 0.875rem" },
  "&.cm-focused .cm-matchingBracket": { outline: "1px solid currentColor", backgroundColor: "transparent" },
  "&.cm-focused .cm-nonmatchingBracket": { outline: "1px dashed currentColor", backgroundColor: "transparent" },
};
