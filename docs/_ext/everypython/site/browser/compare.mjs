// Whether what ran here is what was published: compared as the build compares (model/grouping.py, `comparable`).

import shared from "./shared.json" with { type: "json" };

const pattern = (name) => new RegExp(shared.comparison[name], "g");

const lastLine = ({ type, message }) => (message ? `${type}: ${message}` : type);

export function comparable({ text, data, error }, addresses) {
  const seen = new Map();
  const hexadecimal = pattern(addresses ? "hexadecimal" : "address");
  const name = (found) => seen.get(found) ?? seen.set(found, `<address ${seen.size}>`).get(found);
  const plain = (said) => said.replaceAll(pattern("scratch"), "<scratch>").replaceAll(hexadecimal, name);
  const first = plain(text);
  const kinds = Object.keys(data ?? {}).filter((kind) => !kind.endsWith("svg+xml")).sort();
  const shown = kinds.map((kind) => [kind, plain(data[kind])]);
  return JSON.stringify([first, shown, error && plain(lastLine(error))]);
}

// An outcome as one text, for who wants to see where two part.
export const asText = ({ text, data, error }) =>
  [text + (data?.["text/plain"] ?? ""), error ? lastLine(error) : ""].filter(Boolean).join("\n");
