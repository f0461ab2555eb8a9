// One step of a cell as in a textbook: its drawing with this step's numbers on the wires, the equations with the same
// numbers put in, and below them every unit of the layer.

import { equationNodes, fixed } from "recurra/cell_lines.js";
import { beginsUnknown, follows, linesAt, numbersAt, readDrawing, valueOf } from "recurra/cell_numbers.js";
import { cellPicture } from "recurra/cell_picture.js";
import { layerChooser, unitChooser } from "recurra/choosers.js";
import { h } from "recurra/dom.js";
import { paint } from "recurra/heat.js";
import { arraysOf, layerAt, layersOf, nextStep, previousStep, stepAt, unitAt } from "recurra/layers.js";
import { reading } from "recurra/reading.js";
import { spokenSymbol, symbol } from "recurra/symbols.js";
import { quoted, shortLabel, strip } from "recurra/tokens.js";

export const cell = {
  id: "cell",
  title: "Cell",
  about: {
    text: [
      "A recurrent network reads one token at a time with the same cell. The cell takes what it remembers from the step before and the token that comes in, and makes from both what it remembers next.",
      "Gates are numbers between 0 (shut) and 1 (open), one for each unit: they say how much of the memory is kept, how much is written into it, and how much is shown. The numbers on the wires are those of one unit at one step.",
      "What goes into an activation is worked out from what came out of it. Products with weights sum over all units and have no number of their own here.",
    ],
    formula: ["σ(a) = 1 / (1 + exp(−a))", "tanh(a) = 2 σ(2a) − 1"],
  },
  applies: (trace) => layersOf(trace).length > 0,
  make(trace, state) {
    const layers = layersOf(trace);
    const ground = h("div", { class: "step" });
    const element = h("div", { class: "cell" },
      h("div", { class: "controls" }, layerChooser(layers, state), unitChooser(layers, state)), ground);
    let shown = null, draw = null;
    state.watch(element, (values) => {
      const layer = layerAt(layers, values);
      if (layer !== shown) [ground.replaceChildren(), (draw = stepOf(layer, trace, state, ground))];
      shown = layer;
      draw(values);
    });
    return element;
  },
};

/** What a step of a layer looks like, put into an element; gives what draws it again. */
function stepOf(layer, trace, state, ground) {
  const drawing = drawingOf(layer);
  const walking = walk(layer, trace, state);
  const parts = drawing ? drawnStep(layer, drawing, state) : plainStep(layer, state);
  ground.append(walking.element, parts.element);
  return (values) => {
    const t = stepAt(layer, values), unit = unitAt(layer, values);
    walking.draw(values, t);
    parts.draw(t, unit);
  };
}

/** The drawing of a layer's cell, if there is one and the layer does what it says. */
function drawingOf(layer) {
  const all = JSON.parse(document.getElementById("recurra-cells")?.textContent ?? "{}");
  const found = all[layer.activation ? `${layer.cell} ${layer.activation}` : layer.cell];
  const drawing = found && readDrawing(found);
  return drawing && follows(layer, drawing) ? drawing : null;
}

/** The tokens that a layer reads, and buttons that go the way it went. */
function walk(layer, trace, state) {
  const go = (t) => state.set({ [layer.axis]: layer.places[t], hover: null });
  const row = strip(state, { tokens: layer.tokens, axis: layer.axis, name: "the tokens that this layer reads" });
  const back = h("button", { type: "button", on: { click: () => go(previousStep(layer, at)) } }, "← step before");
  const on = h("button", { type: "button", on: { click: () => go(nextStep(layer, at)) } }, "step after →");
  const said = h("p");
  let at = 0;
  const written = layer.axis === "output" && trace.target_tokens.length === layer.steps ? trace.target_tokens : null;
  return {
    element: h("div", { class: "walk" }, row.element, h("div", { class: "go" }, back, said, on)),
    draw(values, t) {
      at = t;
      row.mark(values);
      centre(row.element, row.nodes[values[layer.axis]]);
      back.disabled = previousStep(layer, t) === null;
      on.disabled = nextStep(layer, t) === null;
      const number = layer.backward ? layer.steps - t : t + 1;
      said.replaceChildren(h("b", null, `Step ${number} of ${layer.steps}`), ` reads ${quoted(layer.tokens[t])}`, written ? `; written: ${quoted(written[t])}` : "");
    },
  };
}

/** Scrolls what is wider than its place so that a part of it can be seen. */
function centre(wide, part) {
  if (!part || !wide || wide.scrollWidth <= wide.clientWidth) return;
  const [window, box] = [wide, part].map((one) => one.getBoundingClientRect());
  if (box.left < window.left || box.right > window.right) wide.scrollLeft += (box.left + box.right - window.left - window.right) / 2;
}

function drawnStep(layer, drawing, state) {
  const picture = cellPicture(drawing);
  const equations = h("div", { class: "equations" });
  const meaning = h("p", { class: "meaning", role: "status" });
  const unknown = h("p", { class: "note" }, "The trace does not say what this layer began from.");
  const rows = ["h_prev", "c_prev", ...Object.keys(drawing.gates), "c", "h"].filter((quantity) => quantity in drawing.symbols);
  const named = [...new Set(rows)].map((quantity) => ({
    name: [h("button", { type: "button", class: "symbol", "data-q": quantity, "data-role": drawing.roles[quantity], "aria-label": spokenSymbol(drawing.symbols[quantity]) }, symbol(drawing.symbols[quantity])),
      h("span", { class: "quiet" }, drawing.gates[quantity] ?? "")],
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
      equations.replaceChildren(...equationNodes(linesAt(layer, drawing, numbers), drawing, valueOf(drawing, numbers)));
      unknown.hidden = !beginsUnknown(layer, t);
      meaning.replaceChildren(...reading(layer, unit, numbers));
      units.draw(t, unit);
      light();
    },
  };
}

/** A cell without a drawing: its numbers alone. */
function plainStep(layer, state) {
  const rows = arraysOf(layer).map(([name, array]) => ({ name, array }));
  const units = unitRows(layer, rows, state, (t) => ({ array }) => (unit) => array.at(t, unit));
  const note = h("p", { class: "note" }, `There is no drawing of a cell ${layer.cell} with these gates; here are its numbers.`);
  return { element: h("div", null, note, units.element), draw: units.draw };
}

/**
 * A row for each quantity: its name, the number of the chosen unit, all units as a strip of colours, their mean.
 *
 * `numbersOf(t)` gives for a row the function from a unit to its number.
 */
function unitRows(layer, rows, state, numbersOf) {
  const strips = rows.map(() => h("canvas", { "aria-hidden": "true" }));
  const [own, means] = [rows, rows].map((all) => all.map(() => h("td", { class: "number" })));
  const marker = h("div", { class: "marker", "aria-hidden": "true" });
  const pick = (event) => {
    const box = event.currentTarget.getBoundingClientRect();
    state.set({ layer: layer.name, unit: Math.floor(((event.clientX - box.left) / box.width) * layer.units) });
  };
  const head = h("th", { scope: "col" });
  const table = h("table", { class: "units" },
    h("caption", null, "All units at this step; a click on the colours takes a unit"),
    h("thead", null, h("tr", null, h("td"), head, h("th", { scope: "col", class: "colours" }, `units 0 to ${layer.units - 1}`), h("th", { scope: "col" }, "mean"))),
    h("tbody", null, rows.map((row, k) => h("tr", { "data-q": row.quantity }, h("th", { scope: "row" }, row.name), own[k], h("td", { class: "colours", on: { click: pick } }, strips[k]), means[k]))));
  const element = h("div", { class: "unit-rows" }, table);
  return {
    element,
    draw(t, unit) {
      const numbers = numbersOf(t);
      head.textContent = `unit ${unit}`;
      rows.forEach((row, k) => {
        const number = numbers(row);
        const all = Array.from({ length: layer.units }, (_, one) => number(one));
        const known = all.every((value) => !Number.isNaN(value));
        paint(strips[k], layer.units, 1, (one) => all[one], known ? Math.max(1, ...all.map(Math.abs)) : 1);
        own[k].textContent = known ? fixed(all[unit]) : "unknown";
        means[k].textContent = known ? fixed(all.reduce((sum, value) => sum + value, 0) / layer.units) : "";
        strips[k].parentElement.style.setProperty("--at", `${(100 * (unit + 0.5)) / layer.units}%`);
      });
    },
  };
}

/** Lights up whatever is of one quantity: pointed at, focused, or held by a click. Gives what does so after a redraw. */
function highlighter(element) {
  let held = null, pointed = null;
  const light = () => {
    const lit = pointed ?? held;
    element.classList.toggle("lighting", lit !== null);
    for (const node of element.querySelectorAll("[data-q]")) {
      node.classList.toggle("alight", node.dataset.q === lit);
      if (node.matches("button")) node.setAttribute("aria-pressed", String(node.dataset.q === held));
    }
  };
  const point = (event) => {
    pointed = event.target.closest("[data-q]")?.dataset.q ?? null;
    light();
    if (event.type === "focusin") centre(element.querySelector(".drawing"), element.querySelector(".drawing .wire.alight"));
  };
  element.addEventListener("pointerover", point);
  element.addEventListener("pointerleave", () => [(pointed = null), light()]);
  element.addEventListener("focusin", point);
  element.addEventListener("focusout", () => [(pointed = null), light()]);
  element.addEventListener("click", (event) => {
    const found = event.target.closest("[data-q]")?.dataset.q ?? null;
    if (event.target.closest(".colours")) return;
    held = found === held ? null : found;
    light();
  });
  return light;
}
