// What a person meets first: what the model does in a sentence, a place for the input with examples to click, and the
// answer. The editor follows from what the model reads (editors.js), the answer from what it writes (answers.js), and the
// dials from the options that it has (dials.js).

import { refusalNode } from "recurra/asking.js";
import { answerOf } from "recurra/answers.js";
import { h } from "recurra/dom.js";
import { editorOf } from "recurra/editors.js";
import { titleOf } from "recurra/main.js";

/** The front of one side; `k` is its number where two stand side by side, else null. */
export function front(live, k) {
  const { model } = live;
  const title = k === null ? titleOf(model.task) : `${k + 1}: ${model.name}`;
  const editor = editorOf(live, k ?? 0);
  const refusal = h("div", { class: "refusals" });
  live.watch(refusal, (now) => refusal.replaceChildren(...(now.refusal ? [refusalNode(now.refusal)] : [])));
  return h("section", { class: "front", "aria-label": k === null ? "question and answer" : title },
    h("h1", null, title), caveats(model), editor, refusal, answerOf(live));
}

function caveats({ caveats: found }) {
  return found.length ? h("ul", { class: "notes" }, found.map((note) => h("li", null, note))) : null;
}
