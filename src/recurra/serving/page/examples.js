// How an example is shown on the button that takes it.

import { h } from "recurra/dom.js";
import { shortLabel } from "recurra/tokens.js";

const LONGEST = 32; // characters

/** A text by its beginning, an image small, a dialogue by its last turn, columns by their cells; numbers by their count. */
export function EXAMPLE_NAMES(example, k) {
  if (typeof example === "string") return h("bdi", null, cut(example));
  if (example?.image) return h("img", { src: example.image, alt: `example ${k + 1}` });
  return `example ${k + 1}`;
}

function cut(text) {
  return [...text].length > LONGEST ? `${[...text].slice(0, LONGEST - 1).join("")}…` : text;
}
