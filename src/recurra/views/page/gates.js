// Every gate and state of every unit along the text: time across, units down, so that a column is a step and a row a unit.

import { fixed } from "recurra/cell_lines.js";
import { layerChooser } from "recurra/choosers.js";
import { fluid, h, percent, s } from "recurra/dom.js";
import { fullSize, paint } from "recurra/heat.js";
import { arraysOf, inWords, layerAt, layersOf, stepAt, unitAt } from "recurra/layers.js";
import { ORDERS, saturation, signed } from "recurra/order.js";
import { nameSteps } from "recurra/steps.js";
import { directionOf, quoted, walk } from "recurra/tokens.js";

const ROOM = 16; // pixels of a step, from which on maps stand beside each other
const HIGH = 256, UNIT = 3, LOW = 96; // pixels: the height of a map, of one unit where there are few, of the lowest map
const KEY = "The stronger the colour, the larger the number: blue above 0, orange below. Shares are of all units and steps; " +
  "the line is the mean over the units; where numbers can be negative, the mean of their absolute values.";
const WIDE = "(min-width: 56rem)"; // here all layers are shown to begin with

export const gates = {
  id: "gates",
  title: "Gates",
  about: {
    text: [
      "Each map is one gate or state of a layer: a column for each token, a row for each unit. A gate that is blue from left to right is always open; a vertical stripe is a step at which the whole layer does the same.",
      "A gate is called saturated where it is below 0.1 or above 0.9: there it is nearly a switch, and hardly any gradient passes through it. A unit whose forget gate stays above 0.9 remembers for long.",
      "Sorting by similarity puts units that behave alike on this text next to each other.",
    ],
    formula: ["saturated: σ(a) < 0.1 or σ(a) > 0.9"],
  },
  applies: (trace) => layersOf(trace).length > 0,
  make(trace, state) {
    const layers = layersOf(trace);
    const names = [...new Set(layers.flatMap((layer) => arraysOf(layer).map(([name]) => name)))];
    const order = selectOf("Order of the units", "order of the units", Object.keys(ORDERS), "similarity");
    const by = selectOf("of", "gate or state that the order is of", names, names.find((name) => ["forget", "update"].includes(name)) ?? "hidden");
    const all = h("input", { type: "checkbox" });
    all.checked = window.matchMedia(WIDE).matches;
    const sections = layers.map((layer) => layerMaps(layer, state));
    const controls = h("div", { class: "controls" }, layerChooser(layers, state),
      layers.length > 1 ? h("label", { class: "chooser" }, all, " all layers") : null, h("div", { class: "chooser" }, order.element, by.element));
    const key = h("p", { class: "quiet" }, KEY);
    const element = h("div", { class: "gates" }, controls, key, sections.map((section) => section.element));

    const sort = () => sections.forEach((section) => section.sort(order.select.value, by.select.value));
    const show = (values) => sections.forEach((section, k) => {
      section.element.hidden = !all.checked && layers[k] !== layerAt(layers, values);
      if (!section.element.hidden) section.draw(values, layers[k] === layerAt(layers, values));
    });
    const sortAnew = () => {
      sort();
      show(state.values);
    };
    for (const { select } of [order, by]) select.addEventListener("change", sortAnew);
    all.addEventListener("change", () => show(state.values));
    sort();
    state.watch(element, show);
    return element;
  },
};

function selectOf(name, said, options, chosen) {
  const select = h("select", { "aria-label": said }, options.map((option) => h("option", { value: option, selected: option === chosen }, option)));
  return { select, element: h("label", null, `${name} `, select) };
}

/** All maps of a layer, its units in one order: {element, sort(order, name), draw(values, current)}. */
function layerMaps(layer, state) {
  let order = [], pointed = null;
  const place = (t) => layer.places[t];
  const point = (t, row) => {
    pointed = row === null ? null : order[row];
    state.set({ hover: t === null ? null : { [layer.axis]: place(t) } });
    if (t === null || state.values.hover?.[layer.axis] === place(t)) mark(state.values, true);
  };
  const take = (t, row) => state.set({ layer: layer.name, unit: order[row], [layer.axis]: place(t), hover: null });
  const maps = arraysOf(layer).map(([name, array]) => map(layer, name, array, state, { point, take, row: () => order.indexOf(unitAt(layer, state.values)), order: () => order }));
  const readout = h("p", { class: "readout" });
  const open = (tab, text) => h("button", { type: "button", on: { click: () => state.set({ tab, layer: layer.name }) } }, text);
  const table = columnTable(layer, () => order);
  const element = h("section", { class: "layer-maps", "aria-label": layer.name },
    h("h3", null, layer.name, h("span", { class: "quiet" }, ` ${inWords(layer)}`)),
    h("div", { class: "maps", style: { "--least": `${Math.max(208, ROOM * layer.steps)}px` } }, maps.map((one) => one.element)),
    h("div", { class: "unit-readout" }, readout, h("div", { class: "choice", role: "group", "aria-label": "this unit" }, open("cell", "Cell at this step"), open("units", "Along the text"))),
    table.element);
  element.addEventListener("focusin", () => readout.setAttribute("aria-live", "polite"));
  element.addEventListener("focusout", () => readout.removeAttribute("aria-live"));

  const mark = (values, current) => {
    const at = values.hover?.[layer.axis] ?? values[layer.axis];
    const t = stepAt(layer, { [layer.axis]: at });
    const unit = pointed ?? (current ? unitAt(layer, values) : null);
    const row = unit === null ? null : order.indexOf(unit);
    for (const one of maps) one.mark(t, row);
    table.draw(t);
    const numbers = unit === null ? "" : arraysOf(layer).map(([name, array]) => `${name} ${fixed(array.at(t, unit))}`).join(", ");
    readout.textContent = unit === null ? `${quoted(layer.tokens[t])}: point at a map.` : `${quoted(layer.tokens[t])}, unit ${unit}: ${numbers}`;
  };
  return {
    element,
    sort(how, name) {
      order = ORDERS[how](layer.gates[name] ?? layer.states[name] ?? layer.states.hidden);
      for (const one of maps) one.paint(order);
    },
    draw: mark,
  };
}

/** One gate or state: its mean over time, and below it every unit. */
function map(layer, name, array, state, { point, take, row, order }) {
  const direction = directionOf(layer.tokens);
  const [steps, units] = array.shape;
  const full = fullSize(array);
  const canvas = h("canvas", { "aria-hidden": "true", class: units > HIGH ? "fine" : null });
  const [column, line] = [h("div", { class: "at-step" }), h("div", { class: "at-unit" })];
  const height = Math.max(LOW, Math.min(HIGH, UNIT * units));
  const ground = h("div", {
    class: "ground", tabindex: 0, role: "application", "aria-roledescription": "heat map", style: { height: `${height}px` },
    "aria-label": `${name} of ${layer.name}: ${steps} steps across, ${units} units down. Arrow keys move, Enter opens the unit.`,
    on: {
      pointermove: (event) => point(...cellAt(event)),
      pointerleave: () => point(null, null),
      click: (event) => take(...cellAt(event)),
      keydown: keys,
    },
  }, canvas, column, line);
  const names = h("div", { class: "step-names", "aria-hidden": "true" });
  const element = h("figure", { class: "map", dir: direction },
    h("figcaption", null, h("b", null, name), " ", h("span", { class: "quiet" }, sentence(array, full))), names, meanLine(array, full), ground);
  fluid(ground, (width) => nameSteps(names, layer.tokens, width / steps));

  function cellAt(event) {
    const box = ground.getBoundingClientRect();
    const across = (direction === "rtl" ? box.right - event.clientX : event.clientX - box.left) / box.width;
    const down = (event.clientY - box.top) / box.height;
    return [held(across * steps, steps), held(down * units, units)];
  }
  function keys(event) {
    const by = { ArrowUp: -1, ArrowDown: 1, PageUp: -10, PageDown: 10 }[event.key];
    const t = stepAt(layer, state.values);
    if (by !== undefined) {
      event.preventDefault();
      take(t, held(row() + by, units));
    } else if (event.key === "Enter") state.set({ layer: layer.name, unit: order()[row()], tab: "units" });
    else walk(event, state, layer.axis, layer.places.at(-1) + 1, direction);
  }
  return {
    element,
    paint: (all) => paint(canvas, steps, units, (t, k) => array.at(t, all[k]), full),
    mark(t, k) {
      column.style.setProperty("inset-inline-start", `${(100 * t) / steps}%`);
      column.style.setProperty("width", `${100 / steps}%`);
      line.hidden = k === null;
      if (k === null) return;
      line.style.setProperty("top", `${(100 * k) / units}%`);
      line.style.setProperty("height", `${100 / units}%`);
    },
  };
}

function held(value, count) {
  return Math.max(0, Math.min(count - 1, Math.floor(value)));
}

/** "above 0.9 in 41.0 %, below 0.1 in 3.0 %, mean 0.712" */
function sentence(array, full) {
  const { mean, low, high, least, most } = saturation(array);
  const colour = full > 1 ? `; full colour at ${full.toFixed(1)}` : "";
  return `above ${most} in ${percent(high)}, below ${least.toFixed(1).replace("-", "−")} in ${percent(low)}, mean ${fixed(mean)}${colour}`;
}

/** The mean over the units at each step; of numbers with a sign, which would cancel, the mean of their absolute values. */
function meanLine(array, full) {
  const [steps, units] = array.shape;
  const y = (value) => (1 - value / full).toFixed(4);
  const means = Array.from({ length: steps }, (_, t) => array.row(t).reduce((sum, value) => sum + Math.abs(value), 0) / units);
  const points = means.map((value, t) => `${t + 0.5},${y(value)}`);
  const drawn = [`0,${y(means[0])}`, ...points, `${steps},${y(means.at(-1))}`].join(" ");
  return s("svg", { class: "mean", "data-part": "", viewBox: `0 0 ${steps} 1`, preserveAspectRatio: "none", role: "img", "aria-label": `${signed(array) ? "mean absolute value" : "mean"} over the units, from ${fixed(Math.min(...means))} to ${fixed(Math.max(...means))}` },
    s("line", { class: "zero", x1: 0, x2: steps, y1: 1, y2: 1 }), s("polyline", { points: drawn }));
}

/** The numbers of one step as a table, made when it is opened. */
function columnTable(layer, order) {
  const table = h("table");
  const summary = h("summary");
  const element = h("details", { on: { toggle: () => draw(at) } }, summary, h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "numbers of this step" }, table));
  let at = 0;
  const draw = (t) => {
    at = t;
    summary.textContent = `Numbers of step ${t + 1}, ${quoted(layer.tokens[t])}`;
    if (!element.open) return;
    const all = arraysOf(layer);
    table.replaceChildren(
      h("thead", null, h("tr", null, h("th", { scope: "col" }, "unit"), all.map(([name]) => h("th", { scope: "col" }, name)))),
      h("tbody", null, order().map((unit) => h("tr", null, h("th", { scope: "row" }, unit), all.map(([, array]) => h("td", { class: "number" }, fixed(array.at(t, unit))))))));
  };
  return { element, draw };
}
