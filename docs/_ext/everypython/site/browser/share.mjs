// A link that carries a cell's code and the Python that it was run on, in its fragment: no server ever sees it.
// What such a link brings is text by anybody: its size is bounded, and nothing of it becomes markup or runs.

import { element } from "./outputs.mjs";

const LONGEST = 30_000; // letters of a fragment
const MOST = 100_000; // bytes that it may unfold to
const LINGERS = 2000; // milliseconds

async function through(bytes, transform, most) {
  const reader = new Blob([bytes]).stream().pipeThrough(transform).getReader();
  const parts = [];
  let size = 0;
  for (let { done, value } = await reader.read(); !done; { done, value } = await reader.read()) {
    size += value.length;
    if (size > most) {
      reader.cancel().catch(() => {});
      throw new Error("it is too long");
    }
    parts.push(value);
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}

const base64url = (bytes) =>
  btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join("")).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");

const bytesOf = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));

export async function fragment(said) {
  const bytes = new TextEncoder().encode(JSON.stringify(said));
  return base64url(await through(bytes, new CompressionStream("deflate-raw"), Infinity));
}

// What a fragment says: {cell, python, code}.
export async function linked(text) {
  if (text.length > LONGEST) throw new Error("it is too long");
  let said;
  try {
    const bytes = await through(bytesOf(text), new DecompressionStream("deflate-raw"), MOST);
    said = Object(JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes)));
  } catch (error) {
    throw new Error(error.message === "it is too long" ? error.message : "it is broken");
  }
  const { cell, python, code } = said;
  if (![cell, python, code].every((each) => typeof each === "string")) throw new Error("it is broken");
  return { cell, python, code };
}

// Copies a link to what stands in a cell, or shows it where a page may not copy. Returns words for what it did.
export async function link(place, python) {
  const address = new URL(location.href);
  address.search = "";
  const said = await fragment({ cell: place.id, python, code: place.source ?? place.published });
  if (said.length > LONGEST) return `What stands in ${place.number} is too long for a link.`;
  address.hash = `run=${said}`;
  const copied = await navigator.clipboard?.writeText(address.href).then(() => true, () => false);
  place.link?.remove();
  if (copied) {
    const button = place.part("share");
    button.textContent = "Copied";
    setTimeout(() => (button.textContent = "Share"), LINGERS);
    return `A link to ${place.number} is copied.`;
  }
  const label = `Link to ${place.number} as it stands here`;
  place.link = element("input", { class: "run-link", readonly: "", "aria-label": label, value: address.href });
  place.controls.append(place.link);
  place.link.select();
  return `The link to ${place.number} is in the field below it.`;
}
