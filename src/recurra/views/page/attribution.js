// What an output depends on: how much each token of the input, and of the output before it, speaks for it or against it.

import { unpack } from "recurra/arrays.js";
import { h, number } from "recurra/dom.js";
import { litPicture } from "recurra/picture.js";
import { directionOf, quoted, tokenNode } from "recurra/tokens.js";
import { rowAt } from "recurra/trace.js";

const METHODS = {
  "integrated-gradients": "Integrated gradients: the input is scaled up from the baseline in small steps, and the gradients on the way are summed.",
  gradient: "Gradient times input: how quickly the output would change if this token's vector grew.",
  "leave-one-out": "Leave one out: how much the output changes when this token is replaced by the baseline.",
};

export const attribution = {
  id: "attribution",
  title: "What counted",
  about: {
    text: [
      "Attention shows where a network looked; an attribution shows what its output depends on. A bar that goes up (blue) speaks for the output, one that goes down (orange) against it.",
      "The scores of integrated gradients add up: together they are the difference between the output for this input and the output for the baseline, an input without information. So a token's score is its share of that difference.",
    ],
    formula: ["score_{s} = (x_{s} − x′_{s}) · ∫_{0}^{1} ∂F(x′ + α(x − x′))/∂x_{s} dα", "Σ_{s} score_{s} = F(x) − F(x′)"],
  },
  applies: (trace) => Boolean(trace.attribution) && trace.attribution.outputs.length > 0,
  make(trace, state) {
    const found = trace.attribution;
    const said = h("p");
    const inputs = found.inputs.map((one) => inputView(one, found));
    const element = h("div", { class: "attribution" }, said, inputs.map((one) => one.element),
      h("p", { class: "quiet" }, METHODS[found.method] ?? found.method), found.notes.map((note) => h("p", { class: "quiet" }, note)));
    state.watch(element, ({ output, hover }) => {
      const row = rowAt(found.outputs, hover?.output ?? output);
      said.textContent = sentence(found, row);
      inputs.forEach((one) => one.draw(row));
    });
    return element;
  },
};

function sentence({ tokens, instead, values, baselines, explained }, row) {
  const rather = instead.length ? ` rather than ${quoted(instead[row])}` : "";
  return `Why ${quoted(tokens[row])}${rather}: the ${explained.replace("-", " ")} is ${number(values[row])}, and would be ${number(baselines[row])} for the baseline.`;
}

/** One of the things that were read: {element, draw(row)}. */
function inputView({ name, tokens, scores, picture }, { inputs, explained }) {
  const values = unpack(scores);
  const sizes = sizesOf(inputs, explained);
  const [element, draw] = picture ? cells(picture) : bars(tokens, explained);
  const heading = inputs.length > 1 ? h("h3", null, name === "source" ? "the input" : name === "output" ? "the output so far" : name) : null;
  return { element: h("div", null, heading, element), draw: (row) => draw([...values.row(row)], sizes[row]) };
}

/** The largest score of each output; where they are parts of numbers by itself, for their units differ, else that of all. */
function sizesOf(inputs, explained) {
  const arrays = inputs.map(({ scores }) => unpack(scores));
  const rows = Array.from({ length: arrays[0].shape[0] }, (_, row) => Math.max(...arrays.flatMap((array) => [...array.row(row)].map(Math.abs)), Number.MIN_VALUE));
  return explained === "number" ? rows : rows.map(() => Math.max(...rows));
}

function bars(tokens, explained) {
  const nodes = tokens.map((token) => h("li", null, h("span", { class: "up" }, h("span")), h("span", { class: "word" }, tokenNode(token)), h("span", { class: "down" }, h("span")), h("span", { class: "score" })));
  const element = h("ul", { class: "scores", dir: directionOf(tokens) }, nodes);
  const draw = (values, most) => nodes.forEach((node, k) => {
    const [up, , down, score] = node.children;
    up.firstChild.style.setProperty("height", `${(100 * Math.max(0, values[k])) / most}%`);
    down.firstChild.style.setProperty("height", `${(100 * Math.max(0, -values[k])) / most}%`);
    score.textContent = explained === "number" ? part(values[k], most) : nats(values[k]);
    node.title = number(values[k]);
  });
  return [element, draw];
}

function cells(picture) {
  const lit = litPicture(picture, 260);
  return [lit.element, lit.tint];
}

function nats(value) {
  return Math.abs(value) < 0.005 ? "" : `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(Math.abs(value) < 1 ? 2 : 1)}`;
}

/** A part of a number, in its own units; nothing where it is too small to matter. */
function part(value, most) {
  return Math.abs(value) < most / 200 ? "" : `${value < 0 ? "−" : "+"}${Math.abs(value).toLocaleString("en", { maximumSignificantDigits: 3 })}`;
}
