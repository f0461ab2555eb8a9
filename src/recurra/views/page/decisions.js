// What else could have been written: the distribution at one position, and how sure the network was along the output.

import { h, number, percent } from "recurra/dom.js";
import { label, quoted, shortLabel, tokenNode, walk } from "recurra/tokens.js";

const LONGEST = 12; // letters of a token below its bars
const MANY = 40; // positions; from here on columns are narrow

export const decisions = {
  id: "decisions",
  title: "Decisions",
  about: {
    text: [
      "At each position the network gives every token of its vocabulary a probability. The entropy measures how undecided it was: 0 bits where it was certain, 1 bit for the toss of a coin, 3 bits for a choice among eight equally probable tokens.",
      "The rank is 1 if nothing was more probable. The surprisal of a token is the negative logarithm of its probability: the less expected a token, the larger its surprisal.",
    ],
    formula: ["p_{t} = softmax(W h_{t} + b)", "entropy = −Σ_{v} p_{t}(v) log_{2} p_{t}(v)", "surprisal = −log_{2} p_{t}(token)"],
  },
  applies: (trace) => trace.decisions.length > 0,
  make(trace, state) {
    const table = h("div", { class: "distribution" });
    const element = h("div", { class: "decisions" }, rows(trace, state), table);
    state.watch(element, ({ output, hover }) => {
      const at = Math.min(hover?.output ?? output, trace.decisions.length - 1);
      table.replaceChildren(...distribution(trace.decisions[at], at, trace.decisions.length));
    });
    return element;
  },
};

/** How surprising a decision was, in bits. */
export function surprise({ probability }) {
  return probability > 0 ? Math.max(0, -Math.log2(probability)) : Infinity;
}

/** A decision in words. */
export function decisionSentence(decision) {
  const best = decision.top[0];
  const given = `${quoted(decision.token)} has a probability of ${percent(decision.probability)}`;
  if (decision.rank === 1 || !best) return `${given}.`;
  return `${given}, rank ${decision.rank.toLocaleString("en")}; the most probable is ${quoted(best[0])} with ${percent(best[1])}.`;
}

/** Scrolls across so far that a column is seen. */
function within(scroll, { offsetLeft, offsetWidth }) {
  const left = offsetLeft - scroll.offsetLeft;
  if (left < scroll.scrollLeft) scroll.scrollLeft = left;
  if (left + offsetWidth > scroll.scrollLeft + scroll.clientWidth) scroll.scrollLeft = left + offsetWidth - scroll.clientWidth;
}

function distribution(decision, at, length) {
  const named = decision.top.some(([token]) => token === decision.token) ? decision.top : [...decision.top, [decision.token, decision.probability]];
  const rest = Math.max(0, 1 - named.reduce((sum, [, chance]) => sum + chance, 0));
  const facts = [
    ["entropy", `${decision.entropy.toFixed(2)} bits`],
    ["rank", decision.rank.toLocaleString("en")],
    ["surprisal", `${surprise(decision).toFixed(2)} bits`],
    decision.loss === null ? null : ["loss", number(decision.loss)],
    decision.copied === null ? null : ["copied from the input", percent(decision.copied)],
  ].filter(Boolean);
  return [
    h("h3", null, `Position ${at + 1} of ${length}`),
    h("dl", { class: "facts" }, facts.map(([name, value]) => h("div", null, h("dt", null, name), h("dd", null, value)))),
    h("table", { class: "bars" },
      h("caption", null, "The most probable tokens"),
      h("tbody", null,
        named.map(([token, chance]) => bar(tokenNode(token), chance, token === decision.token)),
        rest > 0.0005 ? bar(h("span", { class: "quiet" }, "all others"), rest, false) : null)),
  ];
}

function bar(name, chance, chosen) {
  return h("tr", { class: chosen ? "chosen" : null },
    h("th", { scope: "row" }, name, chosen ? h("span", { class: "unseen" }, " (written)") : null),
    h("td", { class: "amount" }, percent(chance)),
    h("td", { class: "length", "aria-hidden": "true" }, h("span", { style: { width: `${100 * chance}%` } })));
}

/** Probability, entropy and copied share along the output, one column a position. */
function rows(trace, state) {
  const found = trace.decisions;
  const most = Math.max(1, ...found.map((one) => one.entropy));
  const kinds = [
    ["probability", (one) => one.probability, percent, 1],
    ["entropy", (one) => one.entropy, (value) => `${value.toFixed(2)} bits`, most],
    found.some((one) => one.copied !== null) ? ["copied", (one) => one.copied ?? 0, percent, 1] : null,
  ].filter(Boolean);
  const columns = found.map((one, k) =>
    h("div", { class: one.rank === 1 ? "column" : "column second", title: `${label(one.token)}: ${decisionSentence(one)}`, on: {
      click: () => state.set({ output: k }),
      pointerenter: (event) => event.pointerType === "mouse" && state.set({ hover: { output: k } }),
      pointerleave: () => state.set({ hover: null }),
    } },
    kinds.map(([kind, value, , full]) => h("span", { class: `bar ${kind}` }, h("span", { style: { height: `${(100 * value(one)) / full}%` } }))),
    h("span", { class: "name" }, tokenNode(shortLabel(one.token, LONGEST) === label(one.token) ? one.token : shortLabel(one.token, LONGEST))),
    h("span", { class: "rank" }, one.rank === 1 ? "" : `${one.rank}.`)));
  const words = found.some((one) => shortLabel(one.token, LONGEST).length > 3 && one.token !== "<EOS>");
  const scroll = h("div", {
    class: `scroll columns ${words ? "words" : ""} ${found.length > MANY ? "many" : ""}`, tabindex: 0, role: "slider", "aria-label": "position in the output", "aria-valuemin": 1,
    "aria-valuemax": found.length, on: { keydown: (event) => walk(event, state, "output", found.length) },
  }, columns);
  new ResizeObserver(() => within(scroll, columns[Math.min(state.values.output, found.length - 1)])).observe(scroll);
  const names = h("div", { class: "kinds", "aria-hidden": "true" },
    kinds.map(([kind, , text, full]) => h("span", null, kind, h("small", null, text(full)))), h("span", { class: "name" }));
  state.watch(scroll, ({ output, hover }) => {
    const at = Math.min(output, found.length - 1);
    columns.forEach((column, k) => {
      column.classList.toggle("now", k === at);
      column.classList.toggle("hovered", k === hover?.output);
    });
    if (!hover) within(scroll, columns[at]);
    scroll.setAttribute("aria-valuenow", at + 1);
    scroll.setAttribute("aria-valuetext", `${at + 1}: ${decisionSentence(found[at])}`);
  });
  return h("div", { class: "along" }, names, scroll);
}
