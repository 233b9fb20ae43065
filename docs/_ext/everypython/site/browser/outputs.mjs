// What a run printed, displayed and raised, as elements for the page. Nothing of it becomes markup but pictures, and of
// these only what the lists below allow, as in the build (model/dot.py).

import shared from "./shared.json" with { type: "json" };

const [GRAPH, SVG, TEXT] = ["text/vnd.graphviz", "image/svg+xml", "text/plain"];
const OURS = new Set(["title", "desc", "metadata"]);
const NAMESPACE = "http://www.w3.org/2000/svg";
const [SHOWN, WRITTEN, KEPT, COLOURLESS] = ["shown", "written", "kept", "colourless"].map((each) => new Set(shared.svg[each]));
const [HARMLESS, SIDES] = ["harmless", "sides"].map((each) => new RegExp(`^(?:${shared.svg[each]})$`));

export function element(tag, attributes = {}, ...content) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...content);
  return made;
}

const note = (words, kind = "because") => element("p", { class: kind }, words);
const number = (bytes) => bytes.toLocaleString("en");
const pre = (text, kind) => element("pre", { class: kind, tabindex: "0" }, text.replace(/\n$/, ""));

// All that a run has to show. Pictures come when they are drawn, which moves nothing that `steadily` keeps.
export function drawn({ text, data, error, trace, dropped, kept }, graphviz, steadily) {
  const parts = [];
  const picture = data && (data[GRAPH] || data[SVG]);
  if (text) parts.push(pre(text, "printed"));
  if (dropped) parts.push(note(`Cut after ${number(kept)} bytes: it printed ${number(dropped)} more.`));
  if (data && !picture) parts.push(pre(data[TEXT], "displayed"));
  if (picture) parts.push(figure(data, graphviz, steadily));
  if (error) parts.push(note(`✗ ${error.type}`, "raises"), pre(trace || error.message, "raised"));
  return parts;
}

// A picture with the text that says the same, and its caption; until it is drawn, or where it cannot be, the text alone.
function figure(data, graphviz, steadily) {
  const text = pre(data[TEXT], "displayed");
  const whole = element("figure", { class: "picture" }, text);
  const drawing = data[GRAPH] ? laidOut(data[GRAPH], graphviz) : Promise.resolve({ svg: data[SVG] });
  drawing.then(({ svg, says }) => {
    const clean = allowed(svg);
    clean.setAttribute("role", "img");
    clean.setAttribute("aria-label", data[TEXT]);
    const folded = element("details", { class: "as-text" }, element("summary", {}, "As text"), text);
    const caption = says ? [element("figcaption", {}, says)] : [];
    steadily(() => whole.replaceChildren(clean, folded, ...caption));
  }).catch((error) => whole.append(note(`No picture: ${error.message}`)));
  return whole;
}

let drawer;

// What Graphviz makes of a graph; it is fetched with the first one. One is drawn at a time.
let queue = Promise.resolve();
function laidOut(dot, graphviz) {
  const draw = () =>
    new Promise((resolve, reject) => {
      drawer ??= new Worker(new URL("draw.mjs", import.meta.url), { type: "module" });
      drawer.onmessage = ({ data: { error, ...drawing } }) => (error ? reject(new Error(error)) : resolve(drawing));
      drawer.onerror = () => reject(new Error("Graphviz could not be started"));
      drawer.postMessage({ graphviz, dot });
    });
  return (queue = queue.then(draw, draw));
}

function allowed(svg) {
  const { documentElement: root } = new DOMParser().parseFromString(svg, "image/svg+xml");
  if (root.localName !== "svg" || root.namespaceURI !== NAMESPACE) throw new Error("it is no SVG");
  for (const child of [...root.children]) if (OURS.has(child.localName)) child.remove(); // the page has its own
  const clean = copied(root);
  const sides = (SIDES.exec(root.getAttribute("viewBox") ?? "") ?? []).slice(1).map(Number);
  if (sides.length < 4 || sides.some(Number.isNaN)) throw new Error("the SVG has no viewBox of four numbers");
  clean.setAttribute("width", sides[2]);
  clean.setAttribute("height", sides[3]);
  if (!clean.hasAttribute("fill")) clean.setAttribute("fill", "currentColor");
  return clean;
}

function copied(source) {
  const copy = document.createElementNS(NAMESPACE, source.localName);
  for (const { name, value } of source.attributes) {
    if (name === "fill" || name === "stroke") copy.setAttribute(name, COLOURLESS.has(value) ? "none" : "currentColor");
    else if (KEPT.has(name) && HARMLESS.test(value)) copy.setAttribute(name, value);
  }
  const writes = WRITTEN.has(source.localName);
  for (const child of source.childNodes) {
    if (child.nodeType === Node.TEXT_NODE && writes) copy.append(child.data);
    if (child.nodeType !== Node.ELEMENT_NODE) continue;
    const known = SHOWN.has(child.localName) && child.namespaceURI === NAMESPACE;
    if (!known) throw new Error(`the SVG has an element <${child.localName}>`);
    copy.append(copied(child));
  }
  return copy;
}
