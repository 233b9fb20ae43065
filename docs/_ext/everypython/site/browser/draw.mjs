// Draws a graph as the build does (model/dot.py): reads names, labels and classes, and has Graphviz lay these out anew.
// In a worker of its own, so that the page's policy needs no permission for WebAssembly.

import { classes, lines, node, quoted, style } from "./looks.mjs";
import shared from "./shared.json" with { type: "json" };

const { directions, most } = shared.graph;

function drawn(viz, dot) {
  const read = viz.renderJSON(dot);
  const nodes = (read.objects ?? []).filter(({ nodes }) => nodes === undefined);
  const edges = read.edges ?? [];
  if (nodes.length + edges.length > most) throw new Error(`the graph has more than ${most} nodes and edges`);
  const nameOf = new Map((read.objects ?? []).map(({ _gvid, name }) => [_gvid, name]));
  const rankdir = directions.includes(read.rankdir) ? read.rankdir : directions[0];
  const svg = viz.renderString(
    {
      directed: read.directed,
      graphAttributes: { rankdir, nodesep: 0.3, ranksep: 0.3, bgcolor: "transparent", pad: 0.05 },
      nodeAttributes: { fixedsize: true, fontname: "Helvetica", fontsize: 14 },
      edgeAttributes: { fontname: "Courier", fontsize: 13, arrowsize: 0.7 },
      nodes: nodes.map(node),
      edges: edges.map(({ tail, head, label = "", class: group, style: styled }) => ({
        tail: nameOf.get(tail),
        head: nameOf.get(head),
        attributes: { label: quoted(lines(label, "")), class: classes(group), style: style(styled) },
      })),
    },
    { format: "svg" },
  );
  return { svg, says: lines(read.comment ?? "", "").join(" ") };
}

addEventListener("message", async ({ data: { graphviz, dot } }) => {
  try {
    const { instance } = await import(graphviz);
    postMessage(drawn(await instance(), dot));
  } catch (error) {
    postMessage({ error: String(error?.message ?? error) });
  }
});
