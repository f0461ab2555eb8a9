// What a view knows of the page: described at the head of live_views.js.

import { ask, latest } from "recurra/asking.js";

/** The `live` of one view on one side of the bench. */
export function liveOf(page, side) {
  return {
    model: side.model,
    models: page.models,
    state: page.state,
    set: side.set,
    get now() {
      return side.now.values;
    },
    watch: side.now.watch,
    ask: latest(ask),
    body: (more = {}) => ({ model: side.model.name, input: side.now.values.input, options: side.now.values.options, ...more }),
  };
}
