// What a model answers, for each kind of answer (writes.kind of GET /v1/models).

import { explained } from "recurra/explained.js";
import { continued } from "recurra/continued.js";
import { h, number, percent } from "recurra/dom.js";
import { redrawn } from "recurra/redrawn.js";
import { taggedText } from "recurra/tagged.js";
import { label } from "recurra/tokens.js";

const MOST = 6; // labels that are shown
const LONG = 40; // letters of an answer; a longer one is set smaller
const TINY = 0.001; // a probability below this is shown by its logarithm

/** The place of the answer, under a name; it follows what is answered. */
export function answerOf(live, name) {
  const [draw, ...below] = ANSWERS[live.model.writes.kind];
  const [place, said] = [h("div"), h("p", { class: "unseen", role: "status" })];
  live.watch(place, (now) => {
    if (now.written) redrawn(place, result(now.written));
    else redrawn(place, now.answer ? [draw(now, live), unknown(now.answer)] : h("p", { class: "quiet" }, "The answer will stand here."));
    said.textContent = now.answer?.text ?? "";
  });
  return h("div", { class: "answer", role: "region", "aria-label": name }, place, said, below.map((make) => make(live)));
}

/** How each kind is drawn, and what stands below it. */
const ANSWERS = {
  text: [textAnswer],
  label: [labelAnswer, explained],
  number: [numberAnswer, explained],
  tags: [taggedText],
  next: [nextAnswer, continued],
  series: [seriesAnswer],
};

/** A text, and what else could have been written. */
function textAnswer({ answer, target }, live) {
  const { alternatives } = answer;
  const rows = alternatives.map(({ text, log_prob: log }) => [text, text, log === null ? null : Math.exp(log), log]);
  return [
    result(answer.text),
    alternatives[0].finished ? null : h("p", { class: "quiet" }, "It is cut off at the maximum length."),
    rows.length > 1 ? choices("Found by the search; choose one to look inside it", rows, target || answer.text, live) : null,
  ];
}

/** The answer in one line, large. */
function result(text) {
  return h("p", { class: text.length > LONG ? "result long" : "result" }, text ? h("strong", null, h("bdi", null, text)) : h("span", { class: "quiet" }, "The answer is empty."));
}

/** A label, and how probable the others are. */
function labelAnswer({ answer, target }, live) {
  const all = Object.entries(answer.details.probabilities).sort((one, other) => other[1] - one[1]);
  const shown = all.slice(0, MOST);
  if (target && !shown.some(([name]) => name === target)) shown.push(...all.filter(([name]) => name === target));
  const left = all.length - shown.length;
  return [
    result(answer.text),
    choices("Probabilities; choose a label to look for what speaks for it", shown.map(([name, share]) => [name, name, share]), target || answer.text, live),
    left ? h("p", { class: "quiet" }, `${left} more ${left > 1 ? "labels" : "label"}, together ${percent(Math.max(0, 1 - shown.reduce((sum, [, share]) => sum + share, 0)))}`) : null,
  ];
}

function numberAnswer({ answer }) {
  return result(answer.text);
}

/** What could come next: each adds itself to the text. */
function nextAnswer({ answer, input }, live) {
  const rows = answer.alternatives.map(({ text, score }) => h("li", null, h("button", { type: "button", class: "chip", "data-key": text,
    on: { click: () => live.set({ input: appended(input, text, live.model.writes.units) }) } }, h("bdi", null, label(text)), " ", h("span", { class: "quiet" }, percent(score)))));
  return [h("h2", null, "What comes next; choose one to write it"), h("ul", { class: "chips" }, rows)];
}

/** A text with one more unit: words stand apart, and what begins with a word begins with "▁". */
function appended(input, unit, units) {
  if (unit === "<EOS>") return input;
  if (units === "words") return `${input.trimEnd()} ${unit}`;
  return input + unit.replaceAll("▁", " ");
}

/** The next numbers of each column, with their intervals. */
function seriesAnswer({ answer }) {
  const { times, columns, undated } = answer.details;
  const [first] = Object.values(columns);
  const steps = first.median.map((_, k) => times[k] ?? `+${k + 1}`);
  const bounds = Object.keys(first.quantiles);
  const share = bounds.length > 1 ? `${Math.round(100 * (bounds.at(-1) - bounds[0]))} % interval` : null;
  const told = undated ? [h("p", { class: "quiet" }, `The model reads the calendar (${undated.join(", ")}), and this series has no dates.`)] : [];
  return told.concat(Object.entries(columns).map(([name, { median, quantiles }]) => {
    const rows = Object.values(quantiles);
    return h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": `forecast of ${name || "the series"}` }, h("table", { class: "list" },
      h("caption", null, h("bdi", null, name || "Forecast")),
      h("thead", null, h("tr", null, ["step", "forecast", share].filter(Boolean).map((one) => h("th", { scope: "col" }, one)))),
      h("tbody", null, steps.map((step, k) => h("tr", null, h("th", { scope: "row" }, step), h("td", { class: "amount" }, h("strong", null, number(median[k]))),
        share ? h("td", { class: "amount" }, `${number(rows[0][k])} to ${number(rows.at(-1)[k])}`) : null)))));
  }));
}

/** Outputs as buttons with the length of a bar for each share: [key, name, share or null, its logarithm]. */
function choices(title, rows, chosen, live) {
  return [h("h2", null, title), h("ul", { class: "choices" }, rows.map(([key, name, share, log]) => h("li", null, h("button", {
    type: "button", "data-key": key, "aria-pressed": String(key === chosen), on: { click: () => live.set({ target: key === rows[0][0] ? "" : key }) },
  }, h("span", { class: "share", style: { width: `${100 * (share ?? 0)}%` } }), h("bdi", null, name || "(empty)"), share === null ? null : h("span", { class: "quiet" }, share < TINY && log ? `log p = ${number(log)}` : percent(share))))))];
}

function unknown({ unknown: found }) {
  const units = [...new Set(found)].map((unit) => `“${label(unit)}”`);
  return units.length ? h("p", { class: "quiet" }, `Not known to the model: ${units.join(", ")}.`) : null;
}
