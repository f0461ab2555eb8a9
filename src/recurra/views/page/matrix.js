// A matrix as a picture of cells, with a token at each row and column: hover, click, arrow keys.
//
// Cells of one shade are one path, so 200 by 200 of them are two dozen elements, and the whole is an SVG that can be kept.

import { h, s } from "recurra/dom.js";
import { shortLabel, walk } from "recurra/tokens.js";
import { rowAt } from "recurra/trace.js";

const SHADES = 24;
const NARROWEST = 16, WIDEST = 34; // pixels of a cell
const LETTER = 8.5; // pixels of a letter in a label, about
const LONGEST = 18; // letters of a label

/**
 * Args (one record): rows and columns, lists of tokens; rowAxis and columnAxis, the values of the state that they move,
 * columnAxis null if columns are walked by themselves; rowPlaces, the position of each row, if it is not its number;
 * shade(i, j) from 0 to 1, or from -1 where numbers have a sign; describe(i, j), a cell in words; name, of the whole.
 */
export function matrix(state, about) {
  const picture = h("div", { class: "picture" });
  const readout = h("p", { class: "readout" });
  const scroll = h("div", {
    class: "scroll", tabindex: 0, role: "application", "aria-roledescription": "matrix",
    "aria-label": `${about.name}; arrow keys move`,
    on: { keydown: (event) => keys(event) },
  }, picture);
  const element = h("div", { class: "matrix" }, scroll, readout);
  const places = about.rowPlaces ?? about.rows.map((_, i) => i);
  let drawn = null;
  let own = 0; // the column, where no value of the state says it

  const move = ({ row, column }, hover) => {
    const found = {};
    if (row !== undefined) found[about.rowAxis] = places[row];
    if (column !== undefined && about.columnAxis) found[about.columnAxis] = column;
    if (column !== undefined && !about.columnAxis) own = column;
    state.set(hover ? { hover: Object.keys(found).length ? found : null } : { ...found, hover: null });
    if (!about.columnAxis) mark(state.values);
  };
  const layout = () => {
    if (!scroll.clientWidth) return;
    drawn = draw(about, scroll.clientWidth);
    picture.replaceChildren(drawn.svg);
    drawn.svg.addEventListener("pointermove", (event) => move(cellAt(event, drawn, about), true));
    drawn.svg.addEventListener("pointerleave", () => state.set({ hover: null }));
    drawn.svg.addEventListener("click", (event) => move(cellAt(event, drawn, about), false));
    drawn.hold(scroll);
    mark(state.values);
  };
  const mark = (values) => {
    const at = { ...values, ...values.hover };
    const row = rowAt(places, at[about.rowAxis]);
    const column = Math.min(about.columnAxis ? at[about.columnAxis] : own, about.columns.length - 1);
    readout.textContent = about.describe(row, column);
    if (!drawn) return;
    drawn.mark(row, column);
    if (!values.hover) show(scroll, drawn, row, column);
  };
  const keys = (event) => {
    const { rows, columns, rowAxis, columnAxis } = about;
    const turned = turn(event);
    if (turned) {
      const row = rowAt(places, state.values[rowAxis]) + turned;
      move({ row: Math.max(0, Math.min(rows.length - 1, row)) }, false);
      event.preventDefault();
    } else if (columnAxis) walk(event, state, columnAxis, columns.length);
    else walk(event, { values: { own }, set: ({ own: column }) => move({ column }, false) }, "own", columns.length);
  };
  scroll.addEventListener("scroll", () => drawn?.hold(scroll));
  new ResizeObserver(layout).observe(scroll);
  state.watch(element, mark);
  return element;
}

/** By how many rows a key goes down; 0 if it is not one for rows. */
function turn({ key, altKey, ctrlKey, metaKey }) {
  return altKey || ctrlKey || metaKey ? 0 : ({ ArrowUp: -1, ArrowDown: 1 }[key] ?? 0);
}

/** Scrolls so far that a cell is seen beside the labels that stay. */
function show(scroll, { left, top, cell, height }, row, column) {
  const [x, y] = [left + column * cell, top + row * height];
  if (x - left < scroll.scrollLeft) scroll.scrollLeft = x - left;
  if (x + cell > scroll.scrollLeft + scroll.clientWidth) scroll.scrollLeft = x + cell - scroll.clientWidth;
  if (y - top < scroll.scrollTop) scroll.scrollTop = y - top;
  if (y + height > scroll.scrollTop + scroll.clientHeight) scroll.scrollTop = y + height - scroll.clientHeight;
}

/** The row and the column under the pointer; each is missing where it is over labels. */
function cellAt(event, { svg, left, top, cell, height }, { rows, columns }) {
  const box = svg.getBoundingClientRect();
  const column = Math.floor((event.clientX - box.left - left) / cell);
  const row = Math.floor((event.clientY - box.top - top) / height);
  return {
    row: row >= 0 && row < rows.length ? row : undefined,
    column: column >= 0 && column < columns.length ? column : undefined,
  };
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
  const heads = s("g", { class: "names" }, s("rect", { class: "ground", x: 0, y: 0, width: across, height: top - 2 }), columnTexts);
  const corner = s("rect", { class: "corner", x: 0, y: 0, width: left - 2, height: top - 2 });
  const svg = s("svg", { width: across, height: down, viewBox: `0 0 ${across} ${down}`, role: "img", "aria-label": name },
    s("rect", { class: "ground", x: left, y: top, width: cell * columns.length, height: height * rows.length }),
    cells(rows.length, columns.length, shade, { left, top, cell, height }), rowLine, columnLine, here, names, heads, corner);
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
    /** Keeps the labels in sight. */
    hold({ scrollLeft, scrollTop }) {
      names.setAttribute("transform", `translate(${scrollLeft})`);
      heads.setAttribute("transform", `translate(0 ${scrollTop})`);
      corner.setAttribute("transform", `translate(${scrollLeft} ${scrollTop})`);
    },
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
