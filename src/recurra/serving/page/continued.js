// A language model that writes on: token by token, with the dials of the front, beginning again when one of them is turned.

import { latest, refusalNode, streamed } from "recurra/asking.js";
import { h } from "recurra/dom.js";
import { isEmpty } from "recurra/input_text.js";

const LENGTH = 120; // units, unless the dial says otherwise

/** Below what could come next: how the text may go on. */
export function continued(live) {
  const write = latest((body, take, signal) => streamed("/v1/generate", body, take, signal));
  const [before, after] = [h("span", { class: "quiet" }), h("span")];
  const place = h("p", { class: "writing", dir: "auto" }, before, after);
  const refusals = h("div");
  let asked = "";
  const begin = async () => {
    const { input, options } = live.now;
    after.textContent = "";
    refusals.replaceChildren();
    before.textContent = input.length > 80 ? `…${input.slice(-80)}` : input;
    place.setAttribute("aria-busy", "true");
    try {
      await write(live.body({ options: { length: LENGTH, ...options } }), (piece) => after.append(piece));
    } catch (error) {
      if (error.name === "AbortError") return;
      refusals.replaceChildren(refusalNode(error));
    }
    place.removeAttribute("aria-busy");
  };
  const keep = () => after.textContent && live.set({ input: live.now.input + after.textContent });
  const other = () => live.set({ options: { ...live.now.options, seed: (live.now.options.seed ?? live.model.generation.seed) + 1 } });
  const element = h("div", { class: "continued" }, h("h2", null, "How it may go on"), place, refusals,
    h("div", { class: "tools" }, h("button", { type: "button", on: { click: other } }, "Another one"), h("button", { type: "button", on: { click: keep } }, "Keep it")));
  live.watch(element, ({ input, options, answer }) => {
    const question = JSON.stringify([input, options]);
    if (isEmpty(input) || !answer || answer.source !== input || question === asked) return;
    asked = question;
    begin();
  });
  return element;
}
