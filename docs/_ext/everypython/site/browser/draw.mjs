// Draws a graph as the build does (model/dot.py): reads names, labels and classes, and has Graphviz lay these out anew.
// In a worker of its own, so that the page's policy needs no permission for WebAssembly.

const SHAPES = new Set(["box", "ellipse", "plaintext"]);
const STYLES = new Set(["dashed", "rounded"]);
const [LETTER, SMALL, LINE, ROOM] = [8.4, 6.1, 17, 10]; // pixels: see model/dot.py
const MOST = 400; // nodes and edges

const lines = (label, name) => {
  const ends = { n: "\n", l: "\n", r: "\n", N: name, G: "", L: "", T: "", H: "", E: "" };
  return label.replaceAll(/\\(.)/gs, (_, letter) => ends[letter] ?? letter).split("\n");
};
const classes = (text = "") => (text.match(/[A-Za-z][\w-]*/g) ?? []).join(" ");
const style = (text = "") => text.split(",").filter((each) => STYLES.has(each)).sort().join(",");
const escaped = (said) => said.map((line) => line.replaceAll(/(["\\])/g, "\\$1")).join("\\n");
const WIDE = /\p{Script=Han}|\p{Extended_Pictographic}/u;
const wide = (line) => [...line].reduce((sum, letter) => sum + (WIDE.test(letter) ? 2 : 1), 0);

function size([first, ...below], shape) {
  const width = Math.max(LETTER * wide(first), ...below.map((line) => SMALL * wide(line)), 8);
  const height = LINE * (below.length + 1) + ROOM;
  return [Math.round(width + (shape === "plaintext" ? 6 : 2 * ROOM)) / 72, height / 72];
}

function node({ name, label = "\\N", shape, style: styled, class: group }) {
  const said = lines(label, name);
  const known = SHAPES.has(shape);
  const looks = { shape: known ? shape : "box", style: style(styled) || (known ? "" : "rounded") };
  const [width, height] = size(said, looks.shape);
  return { name, attributes: { label: escaped(said), class: classes(group), ...looks, width, height } };
}

function drawn(viz, dot) {
  const read = viz.renderJSON(dot);
  const nodes = (read.objects ?? []).filter(({ nodes }) => nodes === undefined);
  const edges = read.edges ?? [];
  if (nodes.length + edges.length > MOST) throw new Error(`the graph has more than ${MOST} nodes and edges`);
  const nameOf = new Map((read.objects ?? []).map(({ _gvid, name }) => [_gvid, name]));
  const rankdir = ["LR", "RL", "TB", "BT"].includes(read.rankdir) ? read.rankdir : "LR";
  return viz.renderString(
    {
      directed: read.directed,
      graphAttributes: { rankdir, nodesep: 0.3, ranksep: 0.3, bgcolor: "transparent", pad: 0.05 },
      nodeAttributes: { fixedsize: true, fontname: "Helvetica", fontsize: 14 },
      edgeAttributes: { fontname: "Courier", fontsize: 13, arrowsize: 0.7 },
      nodes: nodes.map(node),
      edges: edges.map(({ tail, head, label = "", class: group, style: styled }) => ({
        tail: nameOf.get(tail),
        head: nameOf.get(head),
        attributes: { label: escaped(lines(label, "")), class: classes(group), style: style(styled) },
      })),
    },
    { format: "svg" },
  );
}

addEventListener("message", async ({ data: { graphviz, dot } }) => {
  try {
    const { instance } = await import(graphviz);
    postMessage({ svg: drawn(await instance(), dot) });
  } catch (error) {
    postMessage({ error: String(error?.message ?? error) });
  }
});
