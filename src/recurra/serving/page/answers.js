// What a model answers, for each kind of answer.

import { h } from "recurra/dom.js";

/** The place of the answer, which follows it. */
export function answerOf(live) {
  const draw = ANSWERS[live.model.writes.kind] ?? ANSWERS.text;
  const place = h("div", { class: "answer", role: "region", "aria-label": "answer", "aria-live": "polite" });
  live.watch(place, (now) => place.replaceChildren(...(now.answer ? [draw(now.answer, live)].flat() : [])));
  return place;
}

const ANSWERS = { text: textAnswer };

function textAnswer({ text }) {
  return h("p", { class: "result" }, text ? h("strong", null, h("bdi", null, text)) : h("span", { class: "quiet" }, "The answer is empty."));
}
