// A language model that writes on.

import { h } from "recurra/dom.js";

export function continued(live) {
  return h("div", { class: "continued" });
}
