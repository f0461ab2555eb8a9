// Every array of the trace: its name, its shape, and how its numbers are distributed. Each can be saved as a table.

import { statistics, unpack } from "recurra/arrays.js";
import { h, number, s } from "recurra/dom.js";
import { download } from "recurra/keep.js";

const BINS = 24, WIDE = 96, HIGH = 24;

export const numbers = {
  id: "arrays",
  title: "Arrays",
  about: {
    text: [
      "A network is arithmetic on arrays of numbers. A gate or a state of a layer has a row for each step and a number for each unit: 11 steps of 64 units are 11 × 64.",
      "The histogram shows how the numbers are distributed from the least to the largest. Gates that are mostly near 0 or 1 act as switches; states near −1 or 1 are where tanh saturates.",
      "All of them in one file: “JSON” at the foot of the page, or in Python trace.save(\"trace.npz\").",
    ],
    formula: ["h ∈ ℝ^{steps × units}"],
  },
  applies: (trace) => arraysIn(trace).length > 0,
  make(trace) {
    const head = ["array", "shape", "least", "mean", "largest", "standard deviation", "histogram", ""];
    const groups = grouped(arraysIn(trace));
    return h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "table of all arrays" },
      h("table", { class: "list" },
        h("thead", null, h("tr", null, head.map((name) => (name ? h("th", { scope: "col" }, name) : h("td", null))))),
        [...groups].map(([group, found]) => h("tbody", null,
          h("tr", null, h("th", { scope: "rowgroup", colspan: head.length }, group)), found.map(row)))));
  },
};

/** All arrays: {group, name, tokens, array}. */
function arraysIn(trace) {
  const found = [];
  const add = (group, name, value, tokens) => {
    const array = unpack(value);
    if (array.data.length) found.push({ group, name, tokens, array });
  };
  if (trace.attention && trace.target_tokens.length) add("attention", "weights", trace.attention.weights, trace.target_tokens);
  for (const { name, cell, gates, states, tokens } of trace.layers) {
    const group = cell ? `${name}, ${cell}` : name;
    for (const [kind, value] of [...Object.entries(gates), ...Object.entries(states)]) add(group, kind, value, tokens);
  }
  for (const [name, value] of Object.entries(trace.gradients?.norms ?? {})) add("gradients, |∂L/∂h|", name, value, trace.gradients.tokens);
  return found;
}

function grouped(arrays) {
  const groups = new Map();
  for (const one of arrays) groups.set(one.group, [...(groups.get(one.group) ?? []), one]);
  return groups;
}

function row({ group, name, tokens, array }) {
  const { least, mean, largest, deviation } = statistics(array);
  const save = () => download(`${`${group} ${name}`.replaceAll(/[^\w.]+/g, "-")}.csv`, "text/csv", table(tokens, array));
  return h("tr", null, h("th", { scope: "row" }, name), h("td", null, array.shape.join(" × ")),
    [least, mean, largest, deviation].map((value) => h("td", { class: "amount" }, number(value))), h("td", null, histogram(array, least, largest)),
    h("td", null, h("button", { type: "button", "aria-label": `${name} of ${group} as CSV`, on: { click: save } }, "CSV")));
}

function histogram({ data }, least, largest) {
  const counts = new Array(BINS).fill(0);
  for (const value of data) counts[Math.min(BINS - 1, Math.floor((BINS * (value - least)) / (largest - least || 1)))] += 1;
  const most = Math.max(...counts);
  const bars = counts.map((count, k) => `M${(k * WIDE) / BINS} ${HIGH}v${-(HIGH * count) / most}h${WIDE / BINS - 0.5}V${HIGH}z`);
  return s("svg", { class: "histogram", width: WIDE, height: HIGH, "aria-hidden": "true" }, s("path", { class: "above", d: bars.join("") }));
}

function table(tokens, { shape, row: rowAt }) {
  const head = ["token", ...Array.from({ length: shape[1] }, (_, unit) => unit)].join(",");
  return [head, ...tokens.map((token, step) => [`"${token.replaceAll('"', '""')}"`, ...rowAt(step)].join(","))].join("\r\n");
}
