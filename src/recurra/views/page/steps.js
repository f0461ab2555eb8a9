// The tokens of a layer beside a picture of its steps, each at its column.

import { h } from "recurra/dom.js";
import { shortLabel } from "recurra/tokens.js";

const LETTERS = 12; // pixels of a step, from which on each has its token
const LETTER = 9, NUMBER = 28; // pixels of a letter and of a number, about
const LONGEST = 10; // letters of a token

/** Fills an element with a name for each step of `width` pixels; where tokens have no room, with some of their numbers. */
export function nameSteps(element, tokens, width) {
  const roomy = width >= LETTERS;
  const labels = tokens.map((token) => shortLabel(token, LONGEST));
  const every = [1, 2, 5, 10, 20, 50, 100, 200].find((count) => count * width > NUMBER) ?? 500;
  element.classList.toggle("turned", roomy && labels.some((text) => [...text].length * LETTER > width));
  element.replaceChildren(...labels.map((text, t) => h("span", null, h("bdi", null, roomy ? text : (t + 1) % every ? "" : t + 1))));
}
