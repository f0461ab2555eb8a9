// A conversation with a model that remembers nothing by itself: it is given the turns so far, of which it reads the last.
//
// The input is what was said up to the last turn of the person; the reply to that is the answer, or the alternative that
// was chosen instead (live.now.target).

import { h } from "recurra/dom.js";
import { redrawn } from "recurra/redrawn.js";

/** The conversation, with a field for what is said next. */
export function conversation(live, k) {
  const { turns: memory } = live.model.reads;
  const log = h("div", { class: "turns", role: "log", "aria-label": "conversation", tabindex: 0 });
  const field = h("textarea", { id: `input-${k}`, rows: 1, spellcheck: "false", autocomplete: "off", dir: "auto", on: { keydown: (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    say(field.value);
  } } });
  const reply = () => live.now.target || live.now.answer?.text || "";
  const answered = () => Boolean(live.now.answer) && live.now.answer.source === (live.now.input ?? []).join("\t");
  const say = (text) => {
    if (!text.trim()) return;
    const before = live.now.input ?? [];
    live.set({ input: before.length ? [...before, ...(answered() ? [reply()] : []), text.trim()] : [text.trim()] });
    field.value = "";
  };
  const forget = () => { live.set({ input: [] }); field.focus(); };
  const first = live.model.examples.map((one) => one.at(-1));
  const element = h("div", { class: "conversation" }, log,
    h("div", { class: "field" }, h("label", { for: field.id }, "What you say"), h("div", { class: "say" }, field,
      h("button", { type: "button", on: { click: () => say(field.value) } }, "Say it"),
      h("button", { type: "button", title: "Begin another conversation", on: { click: forget } }, "Forget"))),
    first.length ? h("div", { class: "examples", role: "group", "aria-label": "examples" }, h("span", { class: "quiet" }, "Say"),
      first.map((text) => h("button", { type: "button", class: "chip", on: { click: () => say(text) } }, h("bdi", null, text)))) : null,
    h("p", { class: "quiet" }, `The model reads the last ${memory} turns; what was said before is forgotten (grey).`));
  live.watch(log, ({ input }) => {
    const said = input ?? [];
    const read = said.length - memory;
    const turn = (text, whose, at) => h("p", { class: `turn ${whose}${at < read ? " forgotten" : ""}` }, h("span", { class: "unseen" }, whose === "person" ? "You: " : "Model: "), h("bdi", null, text));
    const shown = said.map((text, at) => turn(text, (said.length - at) % 2 ? "person" : "model", at));
    if (said.length) shown.push(answered() ? turn(reply() || "(nothing)", "model", said.length) : h("p", { class: "turn model" }, "…"));
    redrawn(log, shown.length ? shown : [h("p", { class: "quiet" }, "Nothing has been said yet.")]);
    log.scrollTop = log.scrollHeight;
  });
  return element;
}
