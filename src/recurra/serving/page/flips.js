// The smallest change of a text that another answer follows from.

import { shown } from "recurra/asking.js";
import { h } from "recurra/dom.js";
import { inputOf } from "recurra/input_text.js";
import { quoted, shortLabel } from "recurra/tokens.js";

const READ = ["text", "tokens"], WRITTEN = ["text", "label", "number", "tags"];

export const flips = {
  id: "flip",
  title: "Smallest change",
  about: {
    text: [
      "How firmly does an answer stand? If one other letter is enough to change it, not very. The model is asked about many inputs that differ from this one in one token, and if none of them is answered otherwise, in two.",
      "Which tokens are tried first, the gradient says: it tells to the first order how much less probable the answer becomes if the vector of a token is replaced by that of another one. What is found is true, since the model itself answers each input; that nothing smaller exists is proven only where everything was tried.",
    ],
    formula: ["(e_{v} − x_{i}) · ∂ log p(y | x) / ∂x_{i}"],
  },
  applies: ({ model, trace }) => trace !== null && READ.includes(model.reads.kind) && WRITTEN.includes(model.writes.kind),
  make(live) {
    const { kind, labels = [] } = live.model.writes;
    const place = h("div", { class: "flips", role: "status" });
    const output = h("select", { id: "flip-output" });
    const to = h("select", { id: "flip-to" }, h("option", { value: "" }, "any other"), labels.map((one) => h("option", { value: one }, one)));
    const threshold = h("input", { id: "flip-threshold", type: "number", step: "any", required: true });
    const asking = () => ({
      ...(kind === "text" || kind === "tags" ? { output: Number(output.value) } : {}),
      ...(labels.length && to.value ? { to: to.value } : {}),
      ...(kind === "number" ? { threshold: Number(threshold.value) } : {}),
    });
    const find = () => shown(place, live.ask("/v1/flip", live.body(asking())), (found) => drawn(found, live));
    const controls = h("form", { class: "controls", on: { submit: (event) => { event.preventDefault(); find(); } } },
      kind === "text" || kind === "tags" ? h("label", null, kind === "tags" ? "The tag of " : "Token of the output ", output) : null,
      labels.length ? h("label", null, "Wanted ", to) : null,
      kind === "number" ? h("label", null, "The other side of ", threshold) : null,
      h("button", { type: "submit" }, "Find it"));
    const element = h("div", null, controls, place);
    let before = null;
    live.watch(element, ({ trace, answer }) => {
      if (!trace || trace === before) return;
      before = trace;
      const tokens = kind === "tags" ? trace.source_tokens : trace.decisions.map(({ token }) => token);
      output.replaceChildren(...tokens.map((token, k) => h("option", { value: k }, `${k + 1}: ${shortLabel(token, 20)}`)));
      if (kind === "number" && !threshold.value) threshold.value = answer?.text ?? "";
      place.replaceChildren();
    });
    return element;
  },
};

function drawn(found, live) {
  const tried = `${found.singles.toLocaleString("en")} of ${found.possible.toLocaleString("en")} inputs with one token changed${found.doubles ? ` and ${found.doubles} with two` : ""} were tried, those first of which the gradient expects most.`;
  const said = `Looked for: ${found.wanted}. ${found.found.length ? "" : "None was found. "}${tried}`;
  return [
    h("p", { class: "verdict" }, said),
    found.found.length ? h("ul", { class: "choices" }, found.found.map((one) => h("li", null,
      h("button", { type: "button", "aria-label": `ask about ${one.given}`, on: { click: () => live.set({ input: inputOf(live.model, one.given) }) } },
        h("span", null, one.edits.map(words).join(" and "), ": ", h("bdi", null, one.given)), h("span", { class: "quiet" }, quoted(one.answer)))))) : null,
    found.left_out ? h("p", { class: "quiet" }, `${found.left_out} more changes of as many tokens do it, too.`) : null,
  ];
}

function words({ was, now }) {
  return now ? `${quoted(now)} instead of ${quoted(was)}` : `${quoted(was)} left out`;
}
