// Examples as the model knows them: in the plane in which their vectors differ most, with the input of the page among
// them, and below it the examples that are nearest to the input, in all dimensions.

import { ask, latest, shown } from "recurra/asking.js";
import { dataChooser, inputOfExample } from "recurra/data_chooser.js";
import { fluid, h, percent, s } from "recurra/dom.js";
import { isEmpty } from "recurra/input_text.js";

const DRAWN = 1000; // examples of the plane
const COUNT = 10; // neighbours
const HEIGHT = 420, EDGE = 14, SIZE = 5; // pixels
const PENS = 6; // kinds that can be told apart
const MOST_LABELS = 24; // more different targets are no labels
const BINS = 5; // of lengths

export const alike = {
  id: "alike",
  title: "Examples alike",
  about: {
    text: [
      "Somewhere in the network a whole input becomes one vector: the last state of an encoder, or the states of all steps pooled into one. Inputs that get nearly the same vector are nearly the same to the network, whatever they look like to us.",
      "Each mark is one example of the data. The plane is the one in which the vectors differ most (principal components); most of the differences may lie outside of it, so what is near in the picture need not be near. The list below compares all numbers of the vectors: these are the examples that the answer may come from.",
    ],
    formula: ["d(a, b) = 1 − a·b / (|a| |b|)"],
  },
  applies: () => true,
  kept: { data: "", by: "cosine", colour: "auto", example: "" },
  make,
};

function make(live) {
  const said = h("p", { role: "status" });
  const notes = h("ul", { class: "notes" });
  const plot = plotOf(live);
  const near = h("div", { class: "near" });
  const askNear = latest(ask); // beside live.ask, which draws the plane
  let body = null, states = null, asked = "";

  const by = chooser("Compare by", [["cosine", "angle"], ["euclid", "distance"]], live, "by");
  const colour = chooser("Marks", [["auto", "label, or right and wrong"], ["right", "right or wrong"], ["length", "length"]], live, "colour");
  const chosen = dataChooser(live, (found) => {
    body = found;
    states = null;
    asked = "";
    plot.clear();
    near.replaceChildren();
    if (body) draw();
  });
  const place = h("div", { class: "alike" });

  async function draw() {
    const sent = { model: live.model.name, ...body };
    await shown(place, live.ask("/v1/states", { ...sent, examples: DRAWN }), (found) => {
      states = found;
      said.textContent = sentence(found);
      notes.replaceChildren(...found.notes.map((note) => h("li", null, note)));
      plot.draw(found, live.state.values);
      return [said, plot.element, notes];
    });
    if (states) compare(live.now);
  }
  function compare({ input }) {
    if (!body || !states || isEmpty(input)) return;
    const question = { model: live.model.name, ...body, input, count: COUNT, by: live.state.values.by, plane: DRAWN };
    const key = JSON.stringify(question);
    if (key === asked) return;
    asked = key;
    shown(near, askNear("/page/beside", question), ({ neighbours, point }) => {
      plot.here(point);
      return nearest(live, neighbours);
    });
  }
  live.watch(place, compare);
  live.state.watch(place, (values) => {
    if (!states) return;
    plot.draw(states, values);
    compare(live.now);
  });
  return h("div", { on: chosen.drops }, h("div", { class: "controls" }, chosen.element, by, colour), place, near);
}

function chooser(name, choices, live, key) {
  const select = h("select", { on: { change: () => live.state.set({ [key]: select.value }) } }, choices.map(([value, title]) => h("option", { value }, title)));
  live.state.watch(select, (values) => { select.value = values[key]; });
  return h("label", null, `${name} `, select);
}

function sentence({ what, explained: [first, second], examples }) {
  return `${examples.length.toLocaleString("en")} examples by ${what}. ${percent(first)} of the variance of these vectors lies across, ${percent(second)} upwards.`;
}

// Which examples are drawn alike

/** The kinds of the examples: [[name, numbers]], at most as many as there are pens. */
export function kindsOf({ examples, unit }, colour) {
  if (colour === "right" && examples.some(({ right }) => right !== null)) return byName(examples.map(({ right }) => (right === null ? "not judged" : right ? "right" : "wrong")));
  if (colour === "length" && examples.some(({ length }) => length !== null)) return byLength(examples.map(({ length }) => length ?? 0), unit);
  const targets = examples.map(({ target }) => target);
  const known = new Set(targets.filter((one) => one !== null));
  if (known.size > 1 && known.size <= MOST_LABELS && known.size < examples.length / 2) return byName(targets.map((one) => one ?? "none"));
  return colour === "auto" && examples.some(({ right }) => right !== null) ? kindsOf({ examples, unit }, "right") : [["all", examples.map((_, k) => k)]];
}

function byName(names) {
  const found = new Map();
  names.forEach((name, k) => found.set(name, [...(found.get(name) ?? []), k]));
  const sorted = [...found].sort(([, one], [, other]) => other.length - one.length);
  if (sorted.length <= PENS) return sorted;
  const rest = sorted.slice(PENS - 1).flatMap(([, numbers]) => numbers);
  return [...sorted.slice(0, PENS - 1), ["others", rest]];
}

function byLength(lengths, unit) {
  const sorted = [...lengths].sort((one, other) => one - other);
  const edges = [...new Set(Array.from({ length: BINS }, (_, k) => sorted[Math.floor((k * sorted.length) / BINS)]))];
  return edges.map((edge, k) => {
    const below = edges[k + 1] ?? Infinity;
    const numbers = lengths.flatMap((length, n) => (length >= edge && length < below ? [n] : []));
    const most = Math.max(...numbers.map((n) => lengths[n]));
    return [`${edge === most ? edge : `${edge} to ${most}`} ${unit}`, numbers];
  });
}

// The plot

/** {element, draw(states, values), here(point), clear()}: the marks, and a ring where the input of the page lies. */
function plotOf(live) {
  const svg = s("svg", { class: "plane", height: HEIGHT, "aria-hidden": "true" });
  const readout = h("p", { class: "readout", role: "status" });
  const open = h("button", { type: "button", class: "open", hidden: true, on: { click: () => opened() } }, "Ask the model about it");
  const legend = h("ul", { class: "legend" });
  const ground = h("div", { class: "plane-ground", tabindex: 0, role: "slider", "aria-label": "example", on: { keydown, click } }, svg);
  const element = h("div", { class: "plane-view" }, legend, ground, h("div", { class: "chosen-example" }, readout, open));
  let width = 0, found = null, kinds = [], own = null, at = [], order = [], now = -1;

  fluid(ground, (wide) => { width = wide; paint(); });

  function draw(states, values) {
    const fresh = states !== found;
    found = states;
    kinds = kindsOf(states, values.colour);
    const wanted = states.examples.findIndex(({ line }) => String(line) === values.example);
    if (fresh || wanted >= 0) now = wanted;
    order = states.examples.map((_, k) => k).sort((one, other) => states.examples[one].point[0] - states.examples[other].point[0] || one - other);
    ground.setAttribute("aria-valuemin", 1);
    ground.setAttribute("aria-valuemax", states.examples.length);
    legend.replaceChildren(...kinds.map(([name, numbers], k) => h("li", null, sample(k), h("bdi", null, name), ` (${numbers.length.toLocaleString("en")})`)), own ? h("li", null, ring(), "the input") : "");
    paint();
    say();
  }
  function paint() {
    if (!width || !found) return;
    svg.setAttribute("width", width);
    svg.setAttribute("viewBox", `0 0 ${width} ${HEIGHT}`);
    const points = found.examples.map(({ point }) => point);
    const every = own ? [...points, own] : points;
    const bounds = [0, 1].map((axis) => [Math.min(...every.map((one) => one[axis])), Math.max(...every.map((one) => one[axis]))]);
    const scaled = (value, [least, most], room) => (most > least ? EDGE + ((value - least) / (most - least)) * (room - 2 * EDGE) : room / 2);
    const place = ([x, y]) => [scaled(x, bounds[0], width), HEIGHT - scaled(y, bounds[1], HEIGHT)];
    at = points.map(place);
    svg.replaceChildren(
      ...kinds.flatMap(([, numbers], k) => numbers.map((n) => mark(k, at[n], n === now))),
      own ? s("circle", { class: "own", cx: place(own)[0], cy: place(own)[1], r: 9 }) : "",
      now >= 0 ? s("circle", { class: "held", cx: at[now][0], cy: at[now][1], r: 8 }) : "");
  }
  function say() {
    const one = found?.examples[now];
    readout.replaceChildren(...(one ? exampleText(one) : ["Click a mark, or move along them with the arrow keys, to see its example."]));
    open.hidden = !one || inputOfExample(live.model, one.text) === undefined;
    ground.setAttribute("aria-valuenow", Math.max(0, order.indexOf(now)) + 1);
    ground.setAttribute("aria-valuetext", one ? readout.textContent : "no example chosen");
  }
  function choose(n) {
    now = n;
    live.state.set({ example: n < 0 ? "" : String(found.examples[n].line) });
    paint();
    say();
  }
  function click(event) {
    if (!found) return;
    const box = svg.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top];
    let best = -1, least = 20 ** 2;
    at.forEach(([px, py], n) => {
      const away = (px - x) ** 2 + (py - y) ** 2;
      if (away < least) [best, least] = [n, away];
    });
    choose(best);
  }
  function keydown(event) {
    if (!found) return;
    if (event.key === "Enter") return opened();
    const here = order.indexOf(now);
    const next = { ArrowLeft: here - 1, ArrowDown: here - 1, ArrowRight: here + 1, ArrowUp: here + 1, Home: 0, End: order.length - 1 }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    choose(order[Math.max(0, Math.min(order.length - 1, next))]);
  }
  function opened() {
    const input = found?.examples[now] && inputOfExample(live.model, found.examples[now].text);
    if (input !== undefined) live.set({ input });
  }
  return {
    element,
    draw,
    here(point) { own = point; if (found) draw(found, live.state.values); },
    clear() { found = null; own = null; now = -1; svg.replaceChildren(); legend.replaceChildren(); readout.replaceChildren(); open.hidden = true; },
  };
}

/** Six shapes, so that colours are not needed to tell them apart. */
function mark(k, [x, y]) {
  const d = SIZE;
  const shapes = [
    () => s("circle", { cx: x, cy: y, r: d - 0.5 }),
    () => s("path", { d: `M${x} ${y - d}L${x + d} ${y}L${x} ${y + d}L${x - d} ${y}Z` }),
    () => s("path", { d: `M${x} ${y - d}L${x + d} ${y + d}L${x - d} ${y + d}Z` }),
    () => s("rect", { x: x - d + 1, y: y - d + 1, width: 2 * d - 2, height: 2 * d - 2 }),
    () => s("path", { d: `M${x} ${y + d}L${x + d} ${y - d}L${x - d} ${y - d}Z` }),
    () => s("path", { d: `M${x - d} ${y}H${x + d}M${x} ${y - d}V${y + d}`, class: "cross" }),
  ];
  const one = shapes[k]();
  one.classList.add("mark-of", `kind-${k}`);
  return one;
}

const sample = (k) => s("svg", { class: "sample", viewBox: "0 0 14 14", width: 14, height: 14, "aria-hidden": "true" }, mark(k, [7, 7]));
const ring = () => s("svg", { class: "sample", viewBox: "0 0 20 20", width: 16, height: 16, "aria-hidden": "true" }, s("circle", { class: "own", cx: 10, cy: 10, r: 8 }));

function exampleText({ line, text, target, answer, right }) {
  const judged = right === null ? "" : right ? " (right)" : " (wrong)";
  return [
    `Line ${line.toLocaleString("en")}: `, h("bdi", null, text),
    ...(target !== null ? [" → ", h("bdi", null, target)] : []),
    ...(answer !== null && answer !== target ? ["; the model answers ", h("bdi", null, answer)] : []),
    judged,
  ];
}

// The neighbours

function nearest(live, { found, examples, tied, by, notes }) {
  const judged = found.some(({ target }) => target !== null);
  const rows = found.map(({ line, text, target, distance }) => {
    const input = inputOfExample(live.model, text);
    const shownText = input === undefined ? h("bdi", null, text) : h("button", { type: "button", class: "plain", on: { click: () => live.set({ input }) } }, h("bdi", null, text));
    return h("tr", null, h("td", { class: "number" }, distance.toFixed(5)), h("td", { class: "number" }, line.toLocaleString("en")), h("td", null, shownText), judged ? h("td", null, h("bdi", null, target ?? "")) : null);
  });
  return [
    h("h3", null, `Nearest to the input, of ${examples.toLocaleString("en")} examples`),
    h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "nearest examples" }, h("table", { class: "examples-table" },
      h("thead", null, h("tr", null, [by === "cosine" ? "1 − cosine" : "distance", "line", "input", ...(judged ? ["right"] : [])].map((name) => h("th", { scope: "col" }, name)))),
      h("tbody", null, rows))),
    tied ? h("p", { class: "quiet" }, `${tied.toLocaleString("en")} more ${tied === 1 ? "is" : "are"} as far away as the last one.`) : null,
    notes.length ? h("ul", { class: "notes" }, notes.map((note) => h("li", null, note))) : null,
  ];
}
