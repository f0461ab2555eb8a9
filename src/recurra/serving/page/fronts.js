// What a person meets first: what the model does in a sentence, a place for the input with examples to click, and the
// answer. The editor follows from what the model reads (editors.js), the answer from what it writes (answers.js), and the
// dials from the options that it has (dials.js).

import { refusalNode } from "recurra/asking.js";
import { answerOf } from "recurra/answers.js";
import { dials } from "recurra/dials.js";
import { h } from "recurra/dom.js";
import { editorOf } from "recurra/editors.js";
import { titleOf } from "recurra/main.js";

const LEADS = {
  text: "It writes its answer one token after the other. Choose a token of the output below to see where the network looked, what else it considered, and the numbers inside its cells.",
  label: "It reads all of the input and then decides. Below stands what happened on the way: which parts of the input counted, and what its layers held at every step.",
  number: "It reads all of the input and then gives a number. Below stands what happened on the way, step by step.",
  tags: "It gives every token a tag. Choose a token to see how sure the network was, and what its cells held there.",
  next: "It reads what stands there and says what could come next; so it can also write on. Bars below a token show how much the network was surprised by it.",
  series: "It reads the past and says how it goes on, with an interval. Drag the last number, and see what follows.",
};

const READ = { text: "a text", image: "an image", series: "a series", vector: "numbers", number: "a number", category: "a category", columns: "several columns" };

/** What the model does, in a few words; tasks with one answer read many kinds of input. */
function titleFor({ task, reads, writes }) {
  const single = { label: "a label", number: "a number" }[writes.kind];
  return single ? `A network that reads ${READ[reads.kind]} and gives it ${single}` : titleOf(task);
}

/** The front of one side; `k` is its number where two stand side by side, else null. */
export function front(live, k) {
  const { model } = live;
  const title = k === null ? titleFor(model) : `${k + 1}: ${model.name}`;
  const refusal = h("div", { class: "refusals" });
  live.watch(refusal, (now) => refusal.replaceChildren(...(now.refusal ? [refusalNode(now.refusal)] : [])));
  return h("section", { class: "front", "aria-label": k === null ? "question and answer" : title },
    h("div", { class: "lead" }, h("h1", null, title), k === null ? h("p", { class: "quiet" }, LEADS[model.writes.kind]) : null, notes(model)),
    h("div", { class: "ask" }, editorOf(live, k ?? 0), k ? null : dials(live, k ?? 0)),
    h("div", null, refusal, answerOf(live, k === null ? "answer" : `answer ${k + 1}`)));
}

/** What it is made of, and what is to be known of its training. */
function notes({ description, caveats }) {
  return h("ul", { class: "notes" }, [description, ...caveats].map((note) => h("li", null, note)));
}
