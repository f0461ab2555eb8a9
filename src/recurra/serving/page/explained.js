// What of a text speaks for the answer, and what against it: on the text itself.

import { unpack } from "recurra/arrays.js";
import { shown } from "recurra/asking.js";
import { h, number } from "recurra/dom.js";
import { directionOf, quoted, tokenNode } from "recurra/tokens.js";

/** Below the answer of a model that reads texts: asked for once the trace is there, so that it holds up nothing. */
export function explained(live) {
  if (!live.model.reads.columns.some(({ kind }) => kind === "text")) return null;
  const place = h("div", { class: "explained" });
  let before = null;
  live.watch(place, ({ trace, answer, target }) => {
    if (!answer) place.replaceChildren();
    if (!trace || trace === before) return;
    before = trace;
    const question = live.ask("/v1/explain", live.body({ ...(target ? { target } : {}), method: "integrated-gradients" }));
    shown(place, question, (found) => drawn(found));
  });
  return place;
}

function drawn(found) {
  const inputs = found.inputs.filter(({ picture }) => !picture);
  const most = Math.max(...inputs.flatMap(({ scores }) => [...unpack(scores).data].map(Math.abs)), Number.MIN_VALUE);
  const rows = inputs.map(({ name, tokens, scores }) => {
    const values = unpack(scores).row(0);
    return h("p", { class: "weighed", dir: directionOf(tokens) }, inputs.length > 1 ? h("span", { class: "quiet" }, `${name}: `) : null,
      tokens.map((token, k) => h("span", { class: values[k] < 0 ? "against" : "for", title: number(values[k]), style: { "--w": (Math.abs(values[k]) / most).toFixed(3) } }, tokenNode(token))));
  });
  return [h("h2", null, `What speaks for ${quoted(found.tokens[0])} (blue) and against it (orange, underlined)`), ...rows];
}
