// A text with its tags: what belongs together in one box, with the name of the tag below it, so that the colour is not alone.

import { h, percent } from "recurra/dom.js";
import { tokenNode } from "recurra/tokens.js";

const COLOURS = 6; // tag-0 ... in play.css

/** The text of an answer; a click on a token goes to it in the views below. */
export function taggedText({ answer }, live) {
  const { tokens, tags, probabilities, spans } = answer.details;
  const kinds = [...new Set(live.model.writes.labels.map(kindOf).filter((kind) => kind !== "O"))];
  const pieces = spans ? piecesOf(spans, tokens.length) : tokens.map((_, k) => ({ begin: k, end: k + 1, kind: tags[k] }));
  const word = (k) => h("button", { type: "button", class: "word", "data-key": k, title: `${tags[k]}, ${percent(probabilities[k])}`,
    "aria-label": `${tokens[k]}: ${tags[k]}, ${percent(probabilities[k])}`, on: { click: () => live.state.set({ output: k }) } }, tokenNode(tokens[k]));
  const bare = pieces.every(({ kind }) => kind === null || kind === "O");
  return [h("div", { class: "tagged", dir: "auto" }, pieces.flatMap(({ begin, end, kind }) => {
    const words = Array.from({ length: end - begin }, (_, k) => word(begin + k));
    if (kind === null || kind === "O") return words;
    return h("span", { class: `span tag-${Math.max(0, kinds.indexOf(kindOf(kind))) % COLOURS}` }, h("span", null, words), h("span", { class: "name" }, kind));
  })), bare ? h("p", { class: "quiet" }, "No span was found.") : null];
}

/** A tag without what says where a span begins. */
function kindOf(tag) {
  return tag.replace(/^[BIESLUMW][-_](?=.)/, "");
}

/** The spans and what is between them, in order: {begin, end, kind}. */
function piecesOf(spans, count) {
  const found = [];
  let at = 0;
  for (const { begin, end, kind } of [...spans].sort((one, other) => one.begin - other.begin)) {
    if (begin > at) found.push({ begin: at, end: begin, kind: null });
    found.push({ begin, end, kind });
    at = end;
  }
  if (at < count) found.push({ begin: at, end: count, kind: null });
  return found;
}
