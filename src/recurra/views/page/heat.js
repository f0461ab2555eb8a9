// Numbers as colours on a canvas: blue above zero, orange below, the stronger the larger. One number is one pixel, which
// the page then stretches, so a layer of 512 units and 200 steps is painted at once.

import { sizeOf } from "recurra/arrays.js";

const ABOVE = [59, 130, 246], BELOW = [245, 139, 11];

/** Paints `number(column, row)` for every pixel of a canvas of this size; a number of the size `full` is opaque. */
export function paint(canvas, columns, rows, number, full = 1) {
  canvas.width = columns;
  canvas.height = rows;
  const image = new ImageData(columns, rows);
  for (let row = 0, at = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1, at += 4) {
      const value = number(column, row);
      const colour = value < 0 ? BELOW : ABOVE;
      image.data[at] = colour[0];
      image.data[at + 1] = colour[1];
      image.data[at + 2] = colour[2];
      image.data[at + 3] = Math.min(255, Math.round((255 * Math.abs(value)) / full));
    }
  }
  canvas.getContext("2d").putImageData(image, 0, 0);
}

/** The size at which a colour is full: 1, or the largest number where that is larger. */
export function fullSize(array) {
  return Math.max(1, sizeOf(array));
}
