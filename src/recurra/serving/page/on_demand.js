// Views of the trace that cost more than the trace: they are asked for when they are opened.

import { attribution } from "recurra/attribution.js";
import { shown } from "recurra/asking.js";
import { h } from "recurra/dom.js";
import { gradients } from "recurra/gradients.js";

const METHODS = ["integrated-gradients", "gradient", "leave-one-out"];

/** What an output rests on, by a method that can be chosen. */
export const attributionAsked = {
  ...attribution,
  applies: ({ trace }) => trace !== null && !attribution.applies(trace),
  make(live) {
    const select = h("select", { id: "attribution-method", on: { change: () => place.draw() } }, METHODS.map((one) => h("option", { value: one }, one.replaceAll("-", " "))));
    const place = asked(live, attribution, () => ({ attribution: select.value }));
    return h("div", null, h("p", { class: "controls" }, h("label", null, "Method ", select)), place.element);
  },
};

/** How strongly each loss depends on each state before it. */
export const gradientsAsked = {
  ...gradients,
  applies: ({ trace }) => trace !== null && trace.layers.length > 0 && !gradients.applies(trace),
  make: (live) => asked(live, gradients, () => ({ gradients: true })).element,
};

/** A view of a trace that is asked for with more: {element, draw()}. */
function asked(live, view, more) {
  const element = h("div");
  let before = null;
  const draw = () => {
    const { target } = live.now;
    const body = live.body({ ...(target ? { target } : {}), ...more() });
    if (live.model.generation) body.options = {};
    shown(element, live.ask("/page/trace", body), ({ traces: [trace] }) =>
      view.applies(trace) ? view.make(trace, live.state) : h("p", { class: "quiet" }, trace.notes.join(" ") || "There is nothing to show for this input."));
  };
  live.watch(element, ({ trace }) => {
    if (!trace || trace === before) return;
    before = trace;
    draw();
  });
  return { element, draw };
}
