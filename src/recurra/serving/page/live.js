// What a view knows of the page: described at the head of live_views.js.

import { ask, latest } from "recurra/asking.js";

/** The `live` of one view on one side of the bench; `other`: the model of the other side, if there is one. */
export function liveOf(page, side, other = null) {
  return {
    model: side.model,
    beside: other === side.model ? null : other,
    models: page.models,
    state: page.state,
    set: side.set,
    get now() {
      return side.now.values;
    },
    watch: (element, draw) => watch(element, draw, side.now, page.state),
    ask: latest(ask),
    body: (more = {}) => ({ model: side.model.name, input: side.now.values.input, options: side.now.values.options, ...more }),
  };
}

/** Calls `draw(now)` now and after each change while the element can be seen, also when it is seen again after one. */
function watch(element, draw, now, state) {
  let drawn = now.values;
  const look = () => {
    if (!element.isConnected) ends.forEach((end) => end());
    else if (now.values !== drawn && !element.closest("[hidden]")) {
      drawn = now.values;
      draw(drawn);
    }
  };
  const ends = [now, state].map((one) => one.subscribe(look));
  draw(drawn);
}
