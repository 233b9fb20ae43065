// Whether what ran here is what was published: compared as the build compares (model/grouping.py, `comparable`).

export const lastLine = ({ type, message }) => (message ? `${type}: ${message}` : type);

export function comparable({ text, data, error }, addresses) {
  const seen = new Map();
  const hexadecimal = addresses ? /0x[0-9a-fA-F]+/g : /(?<=at )0x[0-9a-fA-F]+/g;
  const name = (found) => seen.get(found) ?? seen.set(found, `<address ${seen.size + 1}>`).get(found);
  // tried at the start of a word only: within a word of a million letters that would take a minute
  const scratch = /(?<!\S)\S*everypython-[0-9a-z_]+/g;
  const plain = (said) => said.replaceAll(scratch, "<scratch>").replaceAll(hexadecimal, name);
  const first = plain(text);
  const kinds = Object.keys(data ?? {}).filter((kind) => !kind.endsWith("svg+xml")).sort();
  const shown = kinds.map((kind) => [kind, plain(data[kind])]);
  return JSON.stringify([first, shown, error && plain(lastLine(error))]);
}

// An outcome as one text, for who wants to see where two part.
export const asText = ({ text, data, error }) =>
  [text + (data?.["text/plain"] ?? ""), error ? lastLine(error) : ""].filter(Boolean).join("\n");
