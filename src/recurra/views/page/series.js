// A forecast: the window that was read as a line, and its continuation with the interval.

import { fluid, h, number, s } from "recurra/dom.js";
import { shortLabel, walk } from "recurra/tokens.js";

const WIDEST = 960, HIGH = 168, LEFT = 64, RIGHT = 24, TOP = 12, FOOT = 28; // pixels
const NAMED = 90; // pixels from one name of a step to the next, at least

/** A chart for each column; steps of the past are places, steps ahead outputs. */
export function seriesCharts(trace, state) {
  const targets = trace.series.filter(({ median }) => median.length);
  const past = trace.source_tokens.length;
  const names = [...trace.source_tokens, ...targets[0].median.map((_, k) => nameAhead(trace.target_tokens[k * targets.length], targets))];
  const charts = trace.series.map((column, k) => chart(column, { names, past, column: k, targets: targets.length }, state));
  const element = h("div", { class: "series" }, charts.map((one) => one.element));
  state.watch(element, (values) => charts.forEach((one) => one.mark(values)));
  return element;
}

/** An output of a forecast in words: its number with the interval. */
export function forecastSentence(trace, output) {
  const targets = trace.series.filter(({ median }) => median.length);
  const { median, low, high } = targets[output % targets.length];
  return interval(median, low, high, Math.floor(output / targets.length));
}

function interval(median, low, high, step) {
  return `${number(median[step])} (${number(low[step])} to ${number(high[step])})`;
}

/** Of "+1 load" the step, where several columns are forecast. */
function nameAhead(token, targets) {
  return targets.length > 1 ? token.slice(0, -targets[0].name.length - 1) : token;
}

/** One column: {element, mark(values)}. */
function chart(column, about, state) {
  const { name, past, median, low, high } = column;
  const said = h("span", { class: "quiet" });
  const ground = h("div");
  let drawn = null;
  const click = (event) => {
    const step = drawn.stepAt(event.clientX - ground.getBoundingClientRect().left);
    if (step >= 0 && step < past.length) state.set({ place: step });
    else if (step >= past.length && step - past.length < median.length) state.set({ output: (step - past.length) * about.targets + about.column });
  };
  const element = h("figure", { tabindex: 0, role: "slider", "aria-label": `step of ${name || "the series"}`, "aria-valuemin": 1, "aria-valuemax": about.past,
    on: { click, keydown: (event) => walk(event, state, "place", about.past) } }, h("figcaption", null, h("bdi", null, name), " ", said), ground);
  const mark = (values) => {
    const place = Math.min(values.place, about.past - 1);
    const step = Math.min(Math.floor(values.output / about.targets), median.length - 1);
    drawn?.mark(place, step);
    const read = past[place] === null ? "missing" : number(past[place]);
    said.textContent = `${about.names[place]}: ${read}${step < 0 ? "" : `; ${about.names[about.past + step]}: ${interval(median, low, high, step)}`}`;
    element.setAttribute("aria-valuenow", place + 1);
    element.setAttribute("aria-valuetext", said.textContent);
  };
  fluid(ground, (width) => {
    drawn = draw(column, about, Math.min(width, WIDEST));
    ground.replaceChildren(drawn.svg);
    mark(state.values);
  });
  return { element, mark };
}

function draw({ name, past, median, low, high }, { names, past: read }, wide) {
  const known = [...past.filter((value) => value !== null), ...median, ...low, ...high];
  const [least, most] = [Math.min(...known), Math.max(...known)];
  const room = most - least || Math.abs(least) || 1;
  const span = (wide - LEFT - RIGHT) / names.length; // of a step
  const x = (step) => LEFT + (step + 0.5) * span;
  const y = (value) => TOP + ((most - value) / room) * (HIGH - TOP - FOOT);
  const points = (values, from) => values.map((value, k) => (value === null ? null : [x(from + k), y(value)]));
  const joined = [...points(past.slice(-1), read - 1), ...points(median, read)];
  const band = median.length ? `${path([...points(low, read), ...points(high, read).reverse()])}Z` : "";
  const every = Math.ceil(NAMED / span);
  const labels = names.map((text, step) => (step % every ? null : s("text", { x: x(step), y: HIGH - 6, "text-anchor": "middle" }, shortLabel(text, 12))));
  const scale = (most > least ? [most, least] : [most]).map((value) => s("g", null, s("line", { class: "rule", x1: LEFT, x2: wide - RIGHT, y1: y(value), y2: y(value) }),
    s("text", { x: LEFT - 8, y: y(value) + 5, "text-anchor": "end" }, number(value))));
  const cursors = ["place", "output"].map((axis) => s("circle", { class: `cursor ${axis}`, r: 6 }));
  const svg = s("svg", { width: wide, height: HIGH, viewBox: `0 0 ${wide} ${HIGH}`, role: "img", "aria-label": `${name || "the series"}: ${read} steps read, ${median.length} forecast` },
    scale, s("line", { class: "now", x1: x(read - 0.5), x2: x(read - 0.5), y1: TOP, y2: HIGH - FOOT }), s("path", { class: "band", d: band }),
    s("path", { class: "past", d: path(points(past, 0)) }), s("path", { class: "ahead", d: path(joined) }), labels, cursors);
  return {
    svg,
    stepAt: (left) => Math.floor((left - LEFT) / span),
    mark(place, step) {
      put(cursors[0], points(past, 0)[place]);
      put(cursors[1], step < 0 ? null : [x(read + step), y(median[step])]);
    },
  };
}

function put(cursor, place) {
  cursor.style.display = place ? "" : "none";
  if (!place) return;
  cursor.setAttribute("cx", place[0]);
  cursor.setAttribute("cy", place[1]);
}

/** A line through points; null leaves a gap. */
function path(points) {
  return points.map((point, k) => (point ? `${k && points[k - 1] ? "L" : "M"}${point[0].toFixed(1)} ${point[1].toFixed(1)}` : "")).join("");
}
