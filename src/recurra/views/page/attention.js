// Where the network looked: a matrix, lines between the two texts, or the picture once for each word.

import { largestOf, unpack } from "recurra/arrays.js";
import { choice, h, percent, s } from "recurra/dom.js";
import { matrix } from "recurra/matrix.js";
import { cellName, looks } from "recurra/picture.js";
import { quoted, tokenNode, walk } from "recurra/tokens.js";
import { focusOf } from "recurra/trace.js";

export const attention = {
  id: "attention",
  title: "Attention",
  about: {
    text: [
      "At each step the network gives every token of the input a score, and a softmax turns the scores into weights that add up to one. The network then reads the weighted mean of the encoder's states, the context: a weight of 90 % means that it looked almost only at that token.",
      "A row is one token of the output, a column one token of the input; the darker, the more weight. The weights show where information was taken from, not why the answer is what it is.",
    ],
    formula: ["e_{ts} = score(h_{t}, h_{s})", "a_{ts} = exp(e_{ts}) / Σ_{s′} exp(e_{ts′})", "context_{t} = Σ_{s} a_{ts} h_{s}"],
  },
  applies: (trace) => Boolean(trace.attention) && trace.source_tokens.length > 0 && trace.target_tokens.length > 0,
  make(trace, state) {
    const weights = unpack(trace.attention.weights);
    if (trace.attention.picture) return looks(trace, state, weights);
    const ground = h("div");
    const kinds = [weightMatrix, lines];
    const buttons = choice("attention as", ["Matrix", "Lines"], (k) => ground.replaceChildren(kinds[k](trace, state, weights)));
    const columns = trace.attention.columns ?? [];
    const note = columns.length > 1 ? h("p", { class: "quiet" }, `The weights of each column add up to 100 % by themselves: ${columns.map(({ name }) => name).join(", ")}.`) : null;
    return h("div", null, buttons, ground, note);
  },
};

/** What an output looked at, in words. */
export function lookSentence(trace, weights, output) {
  if (!trace.source_tokens.length) return "";
  const row = weights.row(output);
  let first = 0;
  const most = columnsOf(trace).filter(({ tokens }) => tokens).map(({ name, tokens }) => {
    const best = first + largestOf(row.slice(first, first + tokens));
    first += tokens;
    const place = trace.attention.picture ? cellName(trace.attention.picture, best) : quoted(trace.source_tokens[best]);
    return `${name ? `in ${name} ` : ""}most at ${place} (${percent(row[best])})`;
  });
  return `It looks ${most.join(", ")}.`;
}

/** The columns of the input, whose weights add up to 1 each: [{name, tokens}]; a single one has no name. */
function columnsOf({ attention, source_tokens: tokens }) {
  return attention.columns ?? [{ name: "", tokens: tokens.length }];
}

function weightMatrix(trace, state, weights) {
  return matrix(state, {
    rows: trace.target_tokens, columns: trace.source_tokens, rowAxis: "output", columnAxis: "place",
    shade: (i, j) => weights.at(i, j),
    describe: (i, j) => `${quoted(trace.target_tokens[i])} looks at ${quoted(trace.source_tokens[j])}: ${percent(weights.at(i, j))}`,
    name: "Attention: output down, input across",
  });
}

const ROW = 30, BETWEEN = 180, LEAST = 0.02;

/** Two columns of tokens with a line for each weight; it scrolls down, so any length has room. */
function lines(trace, state, weights) {
  const sides = [["place", trace.source_tokens, "input"], ["output", trace.target_tokens, "output"]];
  const [sources, targets] = sides.map(([axis, tokens, name]) =>
    h("ul", { class: `side ${axis}`, tabindex: 0, "aria-label": name, on: { keydown: (event) => downwards(event, state, axis, tokens.length) } },
      tokens.map((token, k) => h("li", { on: {
        click: () => state.set({ [axis]: k }),
        pointerenter: () => state.set({ hover: { [axis]: k } }),
        pointerleave: () => state.set({ hover: null }),
      } }, h("span", null, tokenNode(token)), h("span", { class: "share" })))));
  const high = ROW * Math.max(trace.source_tokens.length, trace.target_tokens.length);
  const threads = [];
  for (let t = 0; t < trace.target_tokens.length; t += 1) {
    weights.row(t).forEach((weight, k) => {
      if (weight < LEAST) return;
      const [from, to] = [ROW * (k + 0.5), ROW * (t + 0.5)];
      const d = `M0 ${from}C${BETWEEN / 2} ${from} ${BETWEEN / 2} ${to} ${BETWEEN} ${to}`;
      threads.push({ t, k, path: s("path", { class: "thread", d, "stroke-width": (0.8 + 5 * weight).toFixed(2), style: { "--o": (0.25 + 0.75 * weight).toFixed(3) } }) });
    });
  }
  const svg = s("svg", { viewBox: `0 0 ${BETWEEN} ${high}`, height: high, preserveAspectRatio: "none", role: "img", "aria-label": "Lines from the input to the output" }, threads.map(({ path }) => path));
  const element = h("div", { class: "lines" }, sources, svg, targets);
  state.watch(element, (values) => {
    const focus = focusOf(values);
    for (const { t, k, path } of threads) path.classList.toggle("on", t === focus.output || k === focus.place);
    const share = (t, k) => (t === undefined || k === undefined ? 0 : weights.at(t, k));
    [...sources.children].forEach((node, k) => partner(node, share(focus.output, k), focus.place === k));
    [...targets.children].forEach((node, t) => partner(node, share(t, focus.place), focus.output === t));
  });
  return element;
}

function partner(node, weight, here) {
  node.style.setProperty("--w", weight.toFixed(3));
  node.classList.toggle("here", here);
  node.lastChild.textContent = weight >= 0.005 ? percent(weight) : "";
}

function downwards(event, state, axis, length) {
  const key = { ArrowUp: "ArrowLeft", ArrowDown: "ArrowRight" }[event.key] ?? event.key;
  const { altKey, ctrlKey, metaKey } = event;
  walk({ key, altKey, ctrlKey, metaKey, preventDefault: () => event.preventDefault() }, state, axis, length);
}
