// The numbers of a few units along the text as lines, and the search for others: mark a span of steps and a threshold, and
// see which units of the layer are active there and nowhere else.

import { fixed } from "recurra/cell_lines.js";
import { layerByLayer } from "recurra/choosers.js";
import { fluid, h, s } from "recurra/dom.js";
import { fullSize, paint } from "recurra/heat.js";
import { arraysOf, layersOf, stepAt, unitAt } from "recurra/layers.js";
import { activeRun, matches } from "recurra/match.js";
import { signed } from "recurra/order.js";
import { nameSteps } from "recurra/steps.js";
import { directionOf, quoted, walk } from "recurra/tokens.js";

const PENS = 6; // lines that can be told apart (.pen-0 to .pen-5)
const HEIGHT = 240, EDGE = 10, NEAR = 10; // pixels; `NEAR`: a pointer this close to the threshold takes hold of it
const SHOWN = 12; // matches
const SHARE = 0.3; // of the largest number: the threshold to begin with
const ALL = "all of this unit";

export const units = {
  id: "units",
  title: "Units",
  about: {
    text: [
      "A line is one unit of a layer: its value after each token. A unit that goes up within quotation marks, numbers or names and down after them has learned to detect them.",
      "Mark a span of tokens and set a threshold: the list below has the units of the layer that are beyond the threshold within the span, first those that are so nowhere else.",
    ],
    formula: ["match = |active ∩ span| / |active ∪ span|"],
  },
  applies: (trace) => layersOf(trace).length > 0,
  make: (trace, state) => layerByLayer(trace, state, "unit-lines", (layer, ground) => linesOf(layer, state, ground)),
};

function linesOf(layer, state, ground) {
  const all = Object.fromEntries(arraysOf(layer));
  const what = h("select", { "aria-label": "what is drawn", on: { change: () => draw(state.values) } }, ["hidden", ...Object.keys(all).filter((name) => name !== "hidden"), ALL].map((name) => h("option", null, name)));
  const array = () => all[what.value] ?? all.hidden;
  const chart = chartOf(layer, state, { array, take: (changes) => takeSpan({ ...spanOf(state.values), ...changes }) });
  const legend = h("ul", { class: "legend", "aria-label": "lines" });
  const sliders = spanSliders(layer, (changes) => takeSpan({ ...spanOf(state.values), ...changes }));
  const said = h("p", { role: "status" });
  const list = h("ul", { class: "matches", "aria-label": "units that match" });
  ground.replaceChildren(h("div", { class: "chooser" }, h("label", null, "Numbers ", what), legend), chart.element, sliders.element, said, list);

  function unitsShown(values) {
    const also = values.also.split(",").filter(Boolean).map(Number).filter((unit) => unit < layer.units);
    return [...new Set([unitAt(layer, values), ...also])].slice(0, PENS);
  }
  function lines(values) {
    if (what.value === ALL) return Object.entries(all).slice(0, PENS).map(([name, one]) => ({ name, array: one, unit: unitAt(layer, values) }));
    return unitsShown(values).map((unit) => ({ name: `unit ${unit}`, array: array(), unit }));
  }
  function toggle(unit) {
    const now = unitsShown(state.values);
    const next = now.includes(unit) ? now.filter((one) => one !== unit) : [...now.slice(0, PENS - 1), unit];
    if (next.length) state.set({ layer: layer.name, unit: next[0], also: next.slice(1).join(",") });
  }
  function takeSpan({ from, to, threshold }) {
    state.set({ span: `${Math.min(from, to)}-${Math.max(from, to)},${Number(threshold.toPrecision(3))}` });
  }
  /** The span of the address; without one, where the chosen unit is active. */
  function spanOf(values) {
    const found = values.span.match(/^(\d+)-(\d+),(\d*\.?\d+)$/)?.slice(1).map(Number);
    const last = layer.steps - 1;
    if (found) return { from: Math.min(found[0], last), to: Math.min(found[1], last), threshold: found[2] };
    const threshold = SHARE * (signed(array()) ? fullSize(array()) : 1);
    return { ...activeRun(array(), unitAt(layer, values), threshold), threshold };
  }
  function draw(values) {
    const span = spanOf(values);
    const shown = lines(values);
    chart.draw(values, shown, span);
    sliders.draw(span, fullSize(array()));
    legend.replaceChildren(...shown.map(({ name, array: one, unit }, k) => h("li", null, penSample(k), h("span", null, `${name} `, h("b", null, fixed(one.at(stepAt(layer, values), unit)))),
      what.value !== ALL && shown.length > 1 ? h("button", { type: "button", class: "round", "aria-label": `without unit ${unit}`, on: { click: () => toggle(unit) } }, "×") : null)));
    const found = matches(array(), span.from, span.to, span.threshold);
    said.textContent = sentence(layer, found, span);
    const now = unitsShown(values);
    list.replaceChildren(...found.slice(0, SHOWN).map((match) => matchNode(layer, array(), match, span, now.includes(match.unit), () => toggle(match.unit))));
  }
  return draw;
}

function penSample(k) {
  return s("svg", { class: `sample pen-${k % PENS}`, viewBox: "0 0 24 8", "aria-hidden": "true" }, s("path", { d: "M0 4H24" }));
}

function sentence(layer, found, { from, to, threshold }) {
  const exact = found.filter(({ score }) => score === 1).length;
  const where = from === to ? `at ${quoted(layer.tokens[from])}` : `from ${quoted(layer.tokens[from])} to ${quoted(layer.tokens[to])} (steps ${from + 1} to ${to + 1})`;
  return `${exact} of ${layer.units} units are beyond ${fixed(threshold)} ${where} and nowhere else; ${found.length} are beyond it at some of these steps.`;
}

/** A unit that matches: a button that puts it into the chart, what it does along the text, and how well it matches. */
function matchNode(layer, array, { unit, sign, inside, outside }, { from, to, threshold }, shown, toggle) {
  const canvas = h("canvas", { "aria-hidden": "true" });
  paint(canvas, layer.steps, 1, (t) => array.at(t, unit), fullSize(array));
  const length = to - from + 1;
  const there = inside === length ? (outside ? "all of the span" : "exactly there") : `${inside} of ${length}`;
  const side = sign < 0 ? `below ${fixed(-threshold)}, ` : "";
  return h("li", null, h("button", { type: "button", "aria-pressed": String(shown), on: { click: toggle } },
    h("b", null, `unit ${unit}`), h("span", { class: "row", dir: directionOf(layer.tokens), style: { "--from": from / layer.steps, "--length": length / layer.steps } }, canvas), h("span", { class: "quiet" }, `${side}${there}${outside ? `, and at ${outside} other${outside > 1 ? "s" : ""}` : ""}`)));
}

/** Span and threshold as three sliders, for keys and fingers. */
function spanSliders(layer, take) {
  const slider = (name, step, changed) => h("input", { type: "range", step, "aria-label": name, on: { input: (event) => take(changed(Number(event.target.value))) } });
  const from = slider("first step of the span", 1, (value) => ({ from: value }));
  const to = slider("last step of the span", 1, (value) => ({ to: value }));
  const threshold = slider("threshold", 0.01, (value) => ({ threshold: value }));
  const texts = [from, to, threshold].map(() => h("span"));
  return {
    element: h("div", { class: "sliders" }, [["from", from], ["to", to], ["beyond", threshold]].map(([name, input], k) => h("label", null, h("span", { class: "quiet" }, name), input, texts[k]))),
    draw(span, full) {
      for (const [input, key] of [[from, "from"], [to, "to"]]) {
        input.max = layer.steps - 1;
        input.value = span[key];
        input.setAttribute("aria-valuetext", `step ${span[key] + 1}, ${quoted(layer.tokens[span[key]])}`);
      }
      threshold.max = full;
      threshold.value = span.threshold;
      [quoted(layer.tokens[span.from]), quoted(layer.tokens[span.to]), fixed(span.threshold)].forEach((text, k) => (texts[k].textContent = text));
    },
  };
}

/** The chart: {element, draw(values, lines, span)}. Dragging marks a span, or moves the threshold where it begins there. */
function chartOf(layer, state, { array, take }) {
  const direction = directionOf(layer.tokens);
  const svg = s("svg", { height: HEIGHT, role: "img", "aria-label": "lines along the text" });
  const names = h("div", { class: "step-names", "aria-hidden": "true" });
  const plot = h("div", {
    class: "plot", tabindex: 0, role: "slider", "aria-label": "step", "aria-valuemin": 1, "aria-valuemax": layer.steps,
    on: { keydown: (event) => walk(event, state, layer.axis, layer.places.at(-1) + 1, direction), pointerdown, pointermove, pointerup, pointercancel: () => (drag = null),
      pointerleave: () => drag || state.set({ hover: null }) },
  }, svg);
  const element = h("div", { class: "line-chart", dir: direction }, plot, names);
  let width = 0, last = null, drag = null;
  fluid(plot, (now) => {
    width = now;
    nameSteps(names, layer.tokens, width / layer.steps);
    if (last) draw(...last);
  });

  const bounds = () => [signed(array()) ? -fullSize(array()) : 0, fullSize(array())];
  const y = (value) => {
    const [least, most] = bounds();
    return EDGE + ((most - value) / (most - least)) * (HEIGHT - 2 * EDGE);
  };
  const x = (t) => ((direction === "rtl" ? layer.steps - t - 0.5 : t + 0.5) * width) / layer.steps;

  function at(event) {
    const box = plot.getBoundingClientRect();
    const across = (direction === "rtl" ? box.right - event.clientX : event.clientX - box.left) / box.width;
    const [least, most] = bounds();
    const value = most - ((event.clientY - box.top - EDGE) / (HEIGHT - 2 * EDGE)) * (most - least);
    return { t: Math.max(0, Math.min(layer.steps - 1, Math.floor(across * layer.steps))), size: Math.max(0.001, Math.min(most, Math.abs(value))), down: event.clientY - box.top };
  }
  function pointerdown(event) {
    const { t, down } = at(event);
    const { threshold } = last[2];
    const near = [threshold, -threshold].some((value) => Math.abs(y(value) - down) < NEAR);
    drag = { near, from: t, moved: false };
    plot.setPointerCapture(event.pointerId);
  }
  function pointermove(event) {
    const { t, size } = at(event);
    if (!drag) return state.set({ hover: { [layer.axis]: layer.places[t] } });
    drag.moved ||= drag.near || t !== drag.from;
    if (drag.moved) take(drag.near ? { threshold: size } : { from: drag.from, to: t });
  }
  function pointerup(event) {
    if (drag && !drag.moved) state.set({ [layer.axis]: layer.places[at(event).t], hover: null });
    drag = null;
  }

  function draw(values, lines, span) {
    last = [values, lines, span];
    const t = stepAt(layer, { ...values, ...values.hover });
    plot.setAttribute("aria-valuenow", t + 1);
    plot.setAttribute("aria-valuetext", `step ${t + 1}, ${quoted(layer.tokens[t])}: ${lines.map(({ name, array: one, unit }) => `${name} ${fixed(one.at(t, unit))}`).join(", ")}`);
    if (!width) return;
    svg.setAttribute("width", width);
    svg.setAttribute("viewBox", `0 0 ${width} ${HEIGHT}`);
    const column = width / layer.steps;
    const [least, most] = bounds();
    const left = Math.min(x(span.from), x(span.to)) - column / 2;
    const rule = (value, name) => s("line", { class: name, x1: 0, x2: width, y1: y(value), y2: y(value) });
    svg.replaceChildren(
      s("rect", { class: "span", x: left, y: 0, width: column * (span.to - span.from + 1), height: HEIGHT }),
      s("rect", { class: "now", x: x(t) - column / 2, y: 0, width: column, height: HEIGHT }),
      rule(0, "zero"), rule(span.threshold, "threshold"), least < 0 ? rule(-span.threshold, "threshold") : "",
      ...[most, 0, least].map((value) => s("text", { x: 2, y: y(value) + (value === most ? 12 : -4) }, Number(value.toFixed(2)).toString().replace("-", "−"))),
      ...lines.map(({ array: one, unit }, k) => s("g", { class: `pen-${k % PENS}` },
        s("polyline", { points: layer.tokens.map((_, step) => `${x(step).toFixed(1)},${y(one.at(step, unit)).toFixed(1)}`).join(" ") }),
        s("circle", { cx: x(t), cy: y(one.at(t, unit)), r: 4 }))));
  }
  return { element, draw };
}
