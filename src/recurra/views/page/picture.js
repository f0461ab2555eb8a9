// The image that was read, lit where the network looked.

import { largestOf } from "recurra/arrays.js";
import { h, number, percent } from "recurra/dom.js";
import { paint } from "recurra/heat.js";
import { quoted, tokenNode } from "recurra/tokens.js";

const DARKEST = 0.85; // so that what is dimmed can still be made out

/** The pixels of a picture on a canvas of their own size. */
function pictureNode({ height, width, channels, pixels }) {
  const bytes = Uint8Array.from(atob(pixels), (character) => character.charCodeAt(0));
  const canvas = h("canvas", { width, height });
  const image = new ImageData(width, height);
  for (let k = 0; k < width * height; k += 1) {
    const at = k * channels;
    const [red, green, blue] = channels === 1 ? [bytes[at], bytes[at], bytes[at]] : bytes.subarray(at, at + 3);
    image.data.set([red, green, blue, channels === 4 ? bytes[at + 3] : 255], 4 * k);
  }
  canvas.getContext("2d").putImageData(image, 0, 0);
  return canvas;
}

/** A cell of a picture in words. */
export function cellName({ columns }, cell) {
  return `row ${Math.floor(cell / columns) + 1}, column ${(cell % columns) + 1}`;
}

/** A picture under a mask: `light(weights)` shows where these weights of its cells are, `tint(scores, most)` their signs. */
export function litPicture(picture, side) {
  const scale = side / Math.max(picture.height, picture.width);
  const mask = h("canvas", { class: "mask", width: picture.columns, height: picture.rows });
  const size = { width: `${picture.width * scale}px`, height: `${picture.height * scale}px` };
  const element = h("div", { class: "lit", role: "img", style: size }, pictureNode(picture), mask);
  return {
    element,
    tint(scores, most) {
      element.classList.add("tinted");
      paint(mask, picture.columns, picture.rows, (column, row) => scores[row * picture.columns + column], most / DARKEST);
      const best = largestOf(scores.map(Math.abs));
      element.setAttribute("aria-label", `counts most: ${cellName(picture, best)}, ${number(scores[best])}`);
    },
    light(weights) {
      const largest = Math.max(...weights);
      const image = new ImageData(picture.columns, picture.rows);
      weights.forEach((weight, k) => {
        image.data[4 * k + 3] = Math.round(255 * DARKEST * (largest > 0 ? 1 - weight / largest : 1));
      });
      mask.getContext("2d").putImageData(image, 0, 0);
      const best = largestOf(weights);
      element.setAttribute("aria-label", `most weight: ${cellName(picture, best)}, ${percent(weights[best])}`);
    },
  };
}

/** The picture once for each token of the output. */
export function looks(trace, state, weights) {
  const figures = trace.target_tokens.map((token, t) => {
    const lit = litPicture(trace.attention.picture, 132);
    lit.light([...weights.row(t)]);
    return h("button", { type: "button", class: "look", "aria-label": `${quoted(token)}: ${lit.element.getAttribute("aria-label")}`,
      on: { click: () => state.set({ output: t }) } }, lit.element, h("span", null, tokenNode(token)));
  });
  const element = h("div", { class: "looks" }, figures);
  state.watch(element, ({ output }) => figures.forEach((figure, t) => figure.setAttribute("aria-pressed", String(t === output))));
  return element;
}
