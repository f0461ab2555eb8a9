// One step of a cell as in a textbook: its drawing with this step's numbers on the wires, the equations with the same
// numbers put in, and below them every unit of the layer.

import { equationNodes } from "recurra/cell_lines.js";
import { beginsUnknown, follows, linesAt, numbersAt, readDrawing, valueOf } from "recurra/cell_numbers.js";
import { cellPicture } from "recurra/cell_picture.js";
import { walkAlong } from "recurra/cell_walk.js";
import { layerByLayer } from "recurra/choosers.js";
import { h } from "recurra/dom.js";
import { highlighter } from "recurra/highlight.js";
import { arraysOf, layersOf, unitAt } from "recurra/layers.js";
import { reading } from "recurra/reading.js";
import { symbolButton } from "recurra/symbols.js";
import { directionOf, shortLabel, walk } from "recurra/tokens.js";
import { unitRows } from "recurra/unit_rows.js";

export const cell = {
  id: "cell",
  title: "Cell",
  about: {
    text: [
      "A recurrent network reads one token at a time with the same cell. From its state after the previous step and the current token, the cell computes its next state.",
      "Gates are numbers between 0 (closed) and 1 (open), one for each unit: they control how much of the memory is kept, how much is written into it, and how much of it is output. The numbers on the wires are those of one unit at one step.",
      "The input of an activation function is computed back from its output. Products with weight matrices are sums over all units and have no number of their own here.",
    ],
    formula: ["σ(a) = 1 / (1 + exp(−a))", "tanh(a) = 2 σ(2a) − 1"],
  },
  applies: (trace) => layersOf(trace).length > 0,
  make: (trace, state) => layerByLayer(trace, state, "cell", (layer, ground) => stepOf(layer, trace, state, ground)),
};

/** What a step of a layer looks like, put into an element; gives what draws it again. */
function stepOf(layer, trace, state, ground) {
  const drawing = drawingOf(layer);
  const walking = walkAlong(layer, trace, state, (values) => draw(values));
  const parts = drawing ? drawnStep(layer, drawing, state) : plainStep(layer, state);
  ground.replaceChildren(h("div", { on: { keydown: (event) => walkFrom(event, layer, state) } }, walking.element, parts.element));
  const draw = (values) => {
    const t = walking.step(values);
    walking.draw(values, t);
    parts.draw(t, unitAt(layer, values));
  };
  return draw;
}

/** Arrow keys go along the text wherever the focus is, but for a row of tokens, which has its own, and what they scroll. */
function walkFrom(event, layer, state) {
  const { target } = event;
  if (target.closest(".strip") || target.scrollWidth > target.clientWidth + 1) return;
  walk(event, state, layer.axis, layer.shown.length, directionOf(layer.shown));
}

/** The drawing of a layer's cell, if there is one and the layer does what it says. */
function drawingOf(layer) {
  const all = JSON.parse(document.getElementById("recurra-cells")?.textContent ?? "{}");
  const found = all[layer.activation ? `${layer.cell} ${layer.activation}` : layer.cell];
  const drawing = found && readDrawing(found);
  return drawing && follows(layer, drawing) ? drawing : null;
}

function drawnStep(layer, drawing, state) {
  const picture = cellPicture(drawing);
  const equations = h("div", { class: "equations" });
  const meaning = h("p", { class: "meaning", role: "status" });
  const unknown = h("p", { class: "note" }, "The trace does not have the initial state of this layer.");
  const rows = ["h_prev", "c_prev", ...Object.keys(drawing.gates), "c", "h"].filter((quantity) => quantity in drawing.symbols);
  const named = [...new Set(rows)].map((quantity) => ({
    name: [symbolButton(quantity, drawing), h("span", { class: "quiet" }, drawing.gates[quantity] ?? "")],
    quantity,
  }));
  const units = unitRows(layer, named, state, (t) => {
    const all = Array.from({ length: layer.units }, (_, unit) => numbersAt(layer, drawing, t, unit));
    return ({ quantity }) => (unit) => all[unit][quantity] ?? NaN;
  });
  const element = h("div", null, meaning, picture.element, unknown, equations, units.element);
  const light = highlighter(element);
  return {
    element,
    draw(t, unit) {
      const numbers = numbersAt(layer, drawing, t, unit);
      picture.draw(numbers, shortLabel(layer.tokens[t], 12));
      const focused = equations.contains(document.activeElement) ? document.activeElement.dataset.q : null;
      equations.replaceChildren(...equationNodes(linesAt(layer, drawing, numbers), drawing, valueOf(drawing, numbers)));
      unknown.hidden = !beginsUnknown(layer, t);
      meaning.replaceChildren(...reading(layer, unit, numbers));
      units.draw(t, unit);
      light();
      equations.querySelector(`button[data-q="${focused}"]`)?.focus();
    },
  };
}

/** A cell without a drawing: its numbers alone. */
function plainStep(layer, state) {
  const rows = arraysOf(layer).map(([name, array]) => ({ name, array }));
  const units = unitRows(layer, rows, state, (t) => ({ array }) => (unit) => array.at(t, unit));
  const note = h("p", { class: "note" }, `There is no drawing for a ${layer.cell} cell with these gates; these are its numbers.`);
  return { element: h("div", null, note, units.element), draw: units.draw };
}
