// The bench: what is asked is answered, and then traced, a moment after it has changed; what is outdated is given up.

import { h } from "recurra/dom.js";
import { front } from "recurra/fronts.js";
import { textOf } from "recurra/input_text.js";
import { liveOf } from "recurra/live.js";
import { LIVE_VIEWS } from "recurra/live_views.js";
import { inspector } from "recurra/main.js";
import { sideOf } from "recurra/side.js";

const PAUSE = 160; // milliseconds without a change before the server is asked

/** One model, or two side by side: {chosen, element, follow(values of the state), questions(more), end()}. */
export function bench(page, chosen) {
  const sides = chosen.map((model, k) => sideOf(page, model, k));
  const fronts = sides.map((side, k) => front(liveOf(page, side), chosen.length > 1 ? k : null));
  const live = LIVE_VIEWS.map((one) => ({
    ...one,
    applies: ([trace = null]) => one.applies({ model: chosen[0], trace }),
    make: () => one.make(liveOf(page, sides[0], chosen[1])),
  }));
  const inside = inspector(page.state, page.root, live);
  const cells = h("script", { type: "application/json", id: "recurra-cells" }); // where cell.js finds drawings
  const element = h("div", { class: "bench" }, h("div", { class: "fronts" }, fronts), h("h2", { class: "inside" }, "Inside the network"), inside.element, cells);
  let waiting = 0, asked = null, begun = false;

  async function compute() {
    asked = new AbortController();
    const { signal } = asked;
    element.setAttribute("aria-busy", "true");
    const found = await Promise.all(sides.map((side) => side.answered(signal)));
    if (signal.aborted) return;
    const drawn = found.filter(Boolean);
    cells.textContent = JSON.stringify(Object.assign({}, ...drawn.map((one) => one.cells)));
    if (drawn.length || sides.every((side) => side.empty())) inside.show(drawn.flatMap((one) => one.traces));
    element.removeAttribute("aria-busy");
  }

  return {
    chosen,
    element,
    follow(values) {
      const first = chosen[0].examples[0];
      if (!begun && !values.input && first !== undefined) values = { ...values, input: textOf(chosen[0], first) };
      const changed = sides.map((side) => side.follow(values)).some(Boolean);
      if (!changed) return;
      asked?.abort();
      page.view.clearTimeout(waiting);
      waiting = page.view.setTimeout(compute, begun ? PAUSE : 0);
      begun = true;
      page.state.set({ input: values.input });
    },
    questions: (more) => sides.filter((side) => !side.empty()).map((side) => side.question(more)),
    end() {
      page.view.clearTimeout(waiting);
      asked?.abort();
    },
  };
}
