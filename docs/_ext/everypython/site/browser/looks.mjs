// What is said to Graphviz of a graph's nodes and edges: names, labels and classes, as in the build (model/dot.py).

import shared from "./shared.json" with { type: "json" };

const { letter, small, line, room } = shared.graph; // pixels
const [SHAPES, STYLES] = [new Set(shared.graph.shapes), new Set(shared.graph.styles)];
const WIDE = new RegExp(shared.graph.wide, "u");
const UNPRINTABLE = new RegExp(shared.graph.unprintable, "gu");
const ENTITIES = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

const unescaped = (text) =>
  text.replaceAll(/&(?:#(\d+)|#[xX]([\da-fA-F]+)|(amp|lt|gt|quot|apos));/g, (_, decimal, hexadecimal, name) =>
    name ? ENTITIES[name] : String.fromCodePoint(decimal ? Number(decimal) : parseInt(hexadecimal, 16)),
  );

export function lines(label, name) {
  const ends = { n: "\n", l: "\n", r: "\n", N: name, G: "", L: "", T: "", H: "", E: "" };
  const text = unescaped(label).replaceAll(/\\(.)/gs, (_, escape) => ends[escape] ?? escape);
  // Graphviz crashes on an edge whose label begins with an empty line.
  return text.replace(/^\n+/, "").replace(/\n+$/, "").split("\n").map((each) => each.replaceAll(UNPRINTABLE, "\ufffd"));
}

export const classes = (text = "") => (text.match(/[A-Za-z][\w-]*/g) ?? []).join(" ");
export const style = (text = "") => [...new Set(text.split(","))].filter((each) => STYLES.has(each)).sort().join(",");
export const quoted = (said) =>
  said.map((each) => each.replaceAll(/(["\\])/g, "\\$1").replaceAll("&", "&amp;")).join("\\n");

const columns = (text) => [...text].reduce((sum, each) => sum + (WIDE.test(each) ? 2 : 1), 0);

// Width and height of a node with these lines, in pixels.
export function size([first, ...below], shape) {
  const width = Math.max(letter * columns(first), ...below.map((each) => small * columns(each)), 8);
  return [Math.round(width + (shape === "plaintext" ? 6 : 2 * room)), line * (below.length + 1) + room];
}

export function node({ name, label = "\\N", shape, style: styled, class: group }) {
  const said = lines(label, name);
  const known = SHAPES.has(shape);
  const looks = { shape: known ? shape : "box", style: style(styled) || (known ? "" : "rounded") };
  const [width, height] = size(said, looks.shape).map((pixels) => pixels / 72);
  return { name, attributes: { label: quoted(said), class: classes(group), ...looks, width, height } };
}
