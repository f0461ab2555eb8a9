// What the eye sees first: the text that was read, what was written, and the link between them.

import { unpack } from "recurra/arrays.js";
import { lookSentence } from "recurra/attention.js";
import { decisionSentence, surprise } from "recurra/decisions.js";
import { h, percent, s } from "recurra/dom.js";
import { litPicture } from "recurra/picture.js";
import { forecastSentence, seriesCharts } from "recurra/series.js";
import { quoted, strip, tokenNode, walk } from "recurra/tokens.js";
import { focusOf, isSingle, isTied } from "recurra/trace.js";

/** The text, the output, and what links them. */
export function overview(trace, state, name = "") {
  const weights = trace.attention ? unpack(trace.attention.weights) : null; // [T, S]
  const make = makerFor(trace);
  return h("section", { class: `overview ${make.name}`, "aria-label": name || "text and output" }, name ? h("h2", { class: "which" }, name) : null, make(trace, state, weights), own(trace), steps(trace, state, weights));
}

/** Where another output than the model's own was asked about: what it would have written itself. */
function own({ target, prediction }) {
  if (target === null || target === prediction) return null;
  return h("p", { class: "quiet" }, "The model's own output is ", h("bdi", null, prediction || "empty"), ".");
}

function makerFor(trace) {
  if (isTied(trace)) return tied;
  if (isSingle(trace)) return single;
  if (trace.series?.length) return forecast;
  return trace.attention?.picture ? pictured : translated;
}

/** A series and how it goes on. */
function forecast(trace, state) {
  return h("div", { class: "stage" }, h("h2", null, "What was read, and the forecast"), seriesCharts(trace, state));
}

/** A text and another one. */
function translated(trace, state, weights) {
  const source = strip(state, { tokens: trace.source_tokens, axis: "place", name: "the text that was read" });
  const target = outputStrip(trace, state);
  const threads = weights ? s("svg", { class: "threads", "aria-hidden": "true" }) : null;
  const stage = h("div", { class: "stage" }, threads, line("Text", source.element), line(outputTitle(trace), target.element));
  const draw = (values) => {
    source.mark(values);
    target.mark(values);
    if (!weights) return;
    const focus = focusOf(values);
    const from = (k) => (focus.output === undefined ? 0 : weights.at(Math.min(focus.output, weights.shape[0] - 1), k));
    const to = (t) => (focus.place === undefined ? 0 : weights.at(t, Math.min(focus.place, weights.shape[1] - 1)));
    shade(source.nodes, from);
    shade(target.nodes, to);
    threads.replaceChildren(...curves(stage, source.nodes, target.nodes, weights, focus));
  };
  state.watch(stage, draw);
  new ResizeObserver(() => draw(state.values)).observe(stage);
  return stage;
}

/** A picture and a text. */
function pictured(trace, state, weights) {
  const lit = litPicture(trace.attention.picture, 260);
  const target = outputStrip(trace, state);
  const stage = h("div", { class: "stage beside" }, h("div", null, h("h2", null, "Picture"), lit.element),
    h("div", null, h("h2", null, outputTitle(trace)), target.element));
  state.watch(stage, (values) => {
    target.mark(values);
    lit.light([...weights.row(Math.min(values.hover?.output ?? values.output, weights.shape[0] - 1))]);
  });
  return stage;
}

/** A text, or a picture, and one answer to it: what of it was weighed, and the labels that were possible. */
function single(trace, state, weights) {
  const decision = trace.decisions[0];
  const answer = h("p", { class: "result" }, h("strong", null, h("bdi", null, trace.prediction)), decision ? h("span", { class: "quiet" }, percent(decision.probability)) : null);
  const picture = trace.attention?.picture;
  if (picture) {
    const lit = litPicture(picture, 260);
    lit.light([...weights.row(0)]);
    return h("div", { class: "stage" }, line("Picture", lit.element), line("Answer", answer));
  }
  const source = strip(state, {
    tokens: trace.source_tokens, axis: "place", name: "the text that was read",
    describe: (k) => (weights ? percent(weights.at(0, k)) : ""),
  });
  const stage = h("div", { class: "stage" }, line("Text", source.element), line("Answer", answer));
  if (weights) shade(source.nodes, (k) => weights.at(0, k) / Math.max(...weights.row(0)));
  state.watch(stage, source.mark);
  return stage;
}

/** A text with something under each of its tokens: a tag, or how surprising the next token was. */
function tied(trace, state) {
  const tags = trace.task === "tag";
  const written = trace.target_tokens;
  const most = Math.max(4, ...trace.decisions.map(surprise).filter(Number.isFinite));
  const bars = (k) => h("span", { class: "surprise" }, h("span", { style: { height: `${(100 * Math.min(most, surprise(trace.decisions[k]))) / most}%` } }));
  const row = strip(state, {
    tokens: trace.source_tokens, axis: "place", name: tags ? "the text with its tags" : "the text that was read",
    describe: (k) => (trace.decisions[k] && !tags ? decisionSentence(trace.decisions[k]) : written[k] === undefined ? "" : tags ? written[k] : `then ${quoted(written[k])}`),
    more: (k) => [
      !tags && trace.decisions[k] ? bars(k) : null,
      h("span", { class: tags && written[k] === "O" ? "below quiet" : "below" }, tokenNode(written[k] ?? "")),
    ],
  });
  const title = tags ? "Text and tags" : "Text, and what came next";
  const stage = h("div", { class: tags ? "stage tags" : "stage next" }, line(title, row.element));
  state.watch(stage, row.mark);
  return stage;
}

/** Where the state stands, with buttons to go on, and in words. */
function steps(trace, state, weights) {
  const axis = isSingle(trace) ? "place" : "output";
  const tokens = axis === "output" ? trace.target_tokens : trace.source_tokens;
  if (!tokens.length) return h("p", { class: "said", role: "status" }, axis === "output" ? "The output is empty." : "The input is empty.");
  const go = (by) => state.set({ [axis]: Math.max(0, Math.min(tokens.length - 1, state.values[axis] + by)), hover: null });
  const back = h("button", { type: "button", class: "round", "aria-label": "previous", on: { click: () => go(-1) } }, "‹");
  const on = h("button", { type: "button", class: "round", "aria-label": "next", on: { click: () => go(1) } }, "›");
  const said = h("p", { class: "said", role: "status" });
  const element = h("div", { class: "steps", on: { keydown: (event) => event.target.closest("button") && walk(event, state, axis, tokens.length) } }, back, on, said);
  state.watch(element, (values) => {
    const at = Math.min(values[axis], tokens.length - 1);
    back.disabled = at <= 0;
    on.disabled = at >= tokens.length - 1;
    said.replaceChildren(h("b", null, `${at + 1} of ${tokens.length}`), ` ${sentence(trace, weights, axis, at)}`);
  });
  return element;
}

function sentence(trace, weights, axis, at) {
  if (axis === "place") {
    const weighed = weights ? `: its weight in the answer is ${percent(weights.at(0, at))}` : "";
    return `${quoted(trace.source_tokens[at])}${weighed}.`;
  }
  if (trace.series?.length) return `${quoted(trace.target_tokens[at])}: ${forecastSentence(trace, at)}.`;
  const decision = trace.decisions[at];
  const first = decision ? decisionSentence(decision) : `${quoted(trace.target_tokens[at])}.`;
  return weights && at < weights.shape[0] ? `${first} ${lookSentence(trace, weights, at)}` : first;
}

function line(title, element) {
  return h("div", { class: "line" }, h("h2", null, title), element);
}

function outputStrip(trace, state) {
  return strip(state, {
    tokens: trace.target_tokens, axis: "output", name: "the output",
    describe: (k) => (trace.decisions[k] ? percent(trace.decisions[k].probability) : ""),
  });
}

function outputTitle(trace) {
  return trace.target === null ? "Output" : "Target";
}

function shade(nodes, weight) {
  nodes.forEach((node, k) => node.style.setProperty("--w", weight(k).toFixed(3)));
}

const LEAST = 0.03; // a smaller weight has no curve
const CONTEXT = 0.3; // of the other outputs only curves of this weight are there, faintly,
const ROOM = 130; // pixels: and none where the two texts are further apart, because they have several lines

function curves(stage, sources, targets, weights, focus) {
  const ground = stage.getBoundingClientRect();
  const places = (nodes, edge) => nodes.map((node) => {
    const box = node.getBoundingClientRect();
    return [box.left + box.width / 2 - ground.left, box[edge] - ground.top];
  });
  const [tops, feet] = [places(targets, "top"), places(sources, "bottom")];
  const far = tops.length && feet.length && Math.max(...tops.map((place) => place[1])) - Math.min(...feet.map((place) => place[1])) > ROOM;
  const found = [];
  for (let t = 0; t < Math.min(targets.length, weights.shape[0]); t += 1) {
    weights.row(t).forEach((weight, k) => {
      const on = t === focus.output || k === focus.place;
      if (!feet[k] || weight < (on ? LEAST : far ? Infinity : CONTEXT)) return;
      const [[x, y], [u, v]] = [feet[k], tops[t]];
      const middle = (y + v) / 2;
      found.push([on, s("path", { class: on ? "thread on" : "thread", d: `M${x} ${y}C${x} ${middle} ${u} ${middle} ${u} ${v}`,
        "stroke-width": (1 + 4 * weight).toFixed(2), style: on ? { "stroke-opacity": (0.25 + 0.75 * weight).toFixed(3) } : null })]);
    });
  }
  return found.sort((one, other) => one[0] - other[0]).map(([, path]) => path);
}
