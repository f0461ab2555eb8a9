// The way of a layer through its tokens: a row of them, and buttons that go the way the layer went.

import { h } from "recurra/dom.js";
import { nextStep, previousStep, stepAt } from "recurra/layers.js";
import { quoted, strip } from "recurra/tokens.js";

/** {element, step(values), draw(values, step)}; `redraw(values)` is called where a step changes but not its place. */
export function walkAlong(layer, trace, state, redraw) {
  const go = (t) => {
    at = t;
    if (layer.places[t] === state.values[layer.axis]) redraw(state.values);
    else state.set({ [layer.axis]: layer.places[t], hover: null });
  };
  const row = strip(state, { tokens: layer.shown, axis: layer.axis, name: "the tokens that this layer reads" });
  const back = h("button", { type: "button", on: { click: () => go(previousStep(layer, at)) } }, "← previous step");
  const on = h("button", { type: "button", on: { click: () => go(nextStep(layer, at)) } }, "next step →");
  const said = h("p");
  let at = 0;
  const written = layer.axis === "output" && trace.target_tokens.length === layer.steps ? trace.target_tokens : null;
  return {
    element: h("div", { class: "walk" }, row.element, h("div", { class: "go" }, back, said, on)),
    /** The step where the state stands; of several steps at one place the one that a button led to. */
    step(values) {
      return layer.places[at] === values[layer.axis] ? at : (at = stepAt(layer, values));
    },
    draw(values, t) {
      row.mark(values);
      centre(row.element, row.nodes[values[layer.axis]]);
      back.disabled = previousStep(layer, t) === null;
      on.disabled = nextStep(layer, t) === null;
      const number = layer.backward ? layer.steps - t : t + 1;
      const then = written ? `; written: ${quoted(written[t])}` : "";
      said.replaceChildren(h("b", null, `Step ${number} of ${layer.steps}`), ` reads ${quoted(layer.tokens[t])}${then}`);
    },
  };
}

/** Scrolls what is wider than its place so that a part of it can be seen. */
export function centre(wide, part) {
  if (!part || !wide || wide.scrollWidth <= wide.clientWidth) return;
  const [window, box] = [wide, part].map((one) => one.getBoundingClientRect());
  if (box.left < window.left || box.right > window.right) wide.scrollLeft += (box.left + box.right - window.left - window.right) / 2;
}
