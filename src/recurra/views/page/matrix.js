// A matrix as a picture of cells, with a token at each row and column: hover, click, arrow keys.
//
// Cells of one shade are one path, so 200 by 200 of them are two dozen elements, and the whole is an SVG that can be kept.

import { h, s } from "recurra/dom.js";
import { shortLabel, walk } from "recurra/tokens.js";

const SHADES = 24;
const NARROWEST = 16, WIDEST = 34; // pixels of a cell
const LETTER = 8.5; // pixels of a letter in a label, about
const LONGEST = 18; // letters of a label

/**
 * Args (one record): rows and columns, lists of tokens; rowAxis and columnAxis, the values of the state that they move;
 * shade(i, j) from 0 to 1, or from -1 where numbers have a sign; describe(i, j), a cell in words; name, of the whole.
 */
export function matrix(state, about) {
  const picture = h("div", { class: "picture" });
  const readout = h("p", { class: "readout" });
  const scroll = h("div", {
    class: "scroll", tabindex: 0, role: "application", "aria-roledescription": "matrix",
    "aria-label": `${about.name}; arrow keys move`,
    on: { keydown: (event) => keys(event, state, about) },
  }, picture);
  const element = h("div", { class: "matrix" }, scroll, readout);
  let drawn = null;

  const layout = () => {
    if (!scroll.clientWidth) return;
    drawn = draw(about, scroll.clientWidth);
    picture.replaceChildren(drawn.svg);
    drawn.svg.addEventListener("pointermove", (event) => state.set({ hover: cellAt(event, drawn, about) }));
    drawn.svg.addEventListener("pointerleave", () => state.set({ hover: null }));
    drawn.svg.addEventListener("click", (event) => state.set({ ...cellAt(event, drawn, about), hover: null }));
    mark(state.values);
  };
  const mark = (values) => {
    const at = { ...values, ...values.hover };
    const row = Math.min(at[about.rowAxis], about.rows.length - 1);
    const column = Math.min(at[about.columnAxis], about.columns.length - 1);
    readout.textContent = about.describe(row, column);
    if (drawn) drawn.mark(row, column);
  };
  scroll.addEventListener("scroll", () => drawn?.hold(scroll.scrollLeft));
  new ResizeObserver(layout).observe(scroll);
  state.watch(element, mark);
  return element;
}

function keys(event, state, { rows, columns, rowAxis, columnAxis }) {
  const turned = { ArrowUp: "ArrowLeft", ArrowDown: "ArrowRight" }[event.key];
  const { altKey, ctrlKey, metaKey } = event;
  if (turned) walk({ key: turned, altKey, ctrlKey, metaKey, preventDefault: () => event.preventDefault() }, state, rowAxis, rows.length);
  else walk(event, state, columnAxis, columns.length);
}

function cellAt(event, { svg, left, top, cell, height }, { rows, columns, rowAxis, columnAxis }) {
  const box = svg.getBoundingClientRect();
  const column = Math.floor((event.clientX - box.left - left) / cell);
  const row = Math.floor((event.clientY - box.top - top) / height);
  const found = {};
  if (row >= 0 && row < rows.length) found[rowAxis] = row;
  if (column >= 0 && column < columns.length) found[columnAxis] = column;
  return found;
}

function draw({ rows, columns, shade, name }, room) {
  const [rowNames, columnNames] = [rows, columns].map((tokens) => tokens.map((token) => shortLabel(token, LONGEST)));
  const left = Math.min(room / 3, 16 + LETTER * longest(rowNames));
  const cell = Math.max(NARROWEST, Math.min(WIDEST, (room - left - 4) / columns.length));
  const height = Math.min(cell, 26);
  const turned = LETTER * longest(columnNames) > cell + 4;
  const top = turned ? 16 + LETTER * longest(columnNames) : 26;
  const [across, down] = [left + cell * columns.length + 2, top + height * rows.length + 2];

  const columnTexts = columnNames.map((text, j) => {
    const x = left + (j + 0.5) * cell;
    return turned
      ? s("text", { x: 0, y: 0, transform: `translate(${x + 4} ${top - 6}) rotate(-90)` }, text)
      : s("text", { x, y: top - 8, "text-anchor": "middle" }, text);
  });
  const rowTexts = rowNames.map((text, i) => s("text", { x: left - 8, y: top + (i + 0.5) * height + 5, "text-anchor": "end" }, text));
  const rowLine = s("rect", { class: "line", x: left - 1, width: cell * columns.length + 2, height: height + 1, rx: 3 });
  const columnLine = s("rect", { class: "line", y: top - 1, width: cell + 1, height: height * rows.length + 2, rx: 3 });
  const here = s("rect", { class: "here", width: cell + 1, height: height + 1, rx: 2 });
  const names = s("g", { class: "names" }, s("rect", { class: "ground", x: 0, y: 0, width: left - 2, height: down }), rowTexts);
  const svg = s("svg", { width: across, height: down, viewBox: `0 0 ${across} ${down}`, role: "img", "aria-label": name },
    s("rect", { class: "ground", x: left, y: top, width: cell * columns.length, height: height * rows.length }),
    cells(rows.length, columns.length, shade, { left, top, cell, height }), columnTexts, rowLine, columnLine, here, names);
  return {
    svg, left, top, cell, height,
    mark(row, column) {
      rowTexts.forEach((text, i) => text.classList.toggle("now", i === row));
      columnTexts.forEach((text, j) => text.classList.toggle("now", j === column));
      rowLine.setAttribute("y", top + row * height - 0.5);
      columnLine.setAttribute("x", left + column * cell - 0.5);
      here.setAttribute("x", left + column * cell - 0.5);
      here.setAttribute("y", top + row * height - 0.5);
    },
    hold: (shift) => names.setAttribute("transform", `translate(${shift})`),
  };
}

function cells(rows, columns, shade, { left, top, cell, height }) {
  const paths = new Map();
  const [wide, high] = [(cell - 1).toFixed(1), (height - 1).toFixed(1)];
  for (let i = 0; i < rows; i += 1) {
    for (let j = 0; j < columns; j += 1) {
      const level = Math.round(SHADES * Math.max(-1, Math.min(1, shade(i, j))));
      if (!level) continue;
      const square = `M${(left + j * cell + 0.5).toFixed(1)} ${(top + i * height + 0.5).toFixed(1)}h${wide}v${high}h-${wide}z`;
      paths.set(level, (paths.get(level) ?? "") + square);
    }
  }
  return [...paths].map(([level, d]) => s("path", { class: level > 0 ? "above" : "below", "fill-opacity": (Math.abs(level) / SHADES).toFixed(3), d }));
}

function longest(names) {
  return Math.max(1, ...names.map((name) => [...name].length));
}
