// How the output was found: the tree of all hypotheses that the search considered. Python draws it (search_html.py); here
// its best path can be followed.

import { h, svgOf } from "recurra/dom.js";

export const search = {
  id: "search",
  title: "Search",
  about: {
    text: [
      "Choosing the most probable token at every step need not give the most probable output. Beam search keeps several beginnings of an output, the hypotheses, extends each by one token, and keeps the best of all extensions.",
      "Each box is a hypothesis that ends in this token; the number is the token's probability given those before it. The answer runs along the top; hypotheses that were dropped are dashed.",
    ],
    formula: ["log p(y | x) = Σ_{t} log p(y_{t} | y_{1} … y_{t−1}, x)"],
  },
  applies: (trace) => Boolean(trace.search) && trace.search.nodes.length > 1,
  make(trace, state) {
    const found = trace.search;
    const svg = svgOf(found.svg);
    const boxes = [...svg.querySelectorAll("g")];
    const said = h("p", { class: "readout" });
    const way = wayTo(found, found.outputs[0]?.node ?? 0);
    boxes.forEach((box, k) => {
      box.addEventListener("pointerenter", () => { said.textContent = box.querySelector("title").textContent; });
      box.addEventListener("click", () => state.set({ output: found.nodes[k].step - 1, hover: null }));
    });
    const scroll = h("div", { class: "scroll recurra", tabindex: 0, role: "region", "aria-label": "the tree of the search" }, svg);
    const element = h("div", null, found.summary.map((line) => h("p", null, line)), scroll, said, found.outputs.length > 1 ? outputs(found) : null);
    state.watch(element, ({ output }) => {
      const at = way[Math.min(output, way.length - 1)];
      boxes.forEach((box, k) => box.classList.toggle("now", k === at));
      said.textContent = boxes[at]?.querySelector("title").textContent ?? "";
      const box = boxes[at]?.getBBox();
      if (box && (box.x < scroll.scrollLeft || box.x + box.width > scroll.scrollLeft + scroll.clientWidth)) scroll.scrollLeft = box.x - 60;
    });
    return element;
  },
};

/** The numbers of the nodes from the first token to this one. */
function wayTo({ nodes }, node) {
  const found = [];
  for (let at = node; at; at = nodes[at].parent) found.unshift(at);
  return found;
}

function outputs({ outputs: found }) {
  return h("table", { class: "list" }, h("caption", null, "Outputs, the best first"),
    h("thead", null, h("tr", null, ["output", "score", "log probability"].map((name) => h("th", { scope: "col" }, name)))),
    h("tbody", null, found.map(({ text, score, log_prob: log }) => h("tr", null, h("td", null, h("bdi", null, text)),
      h("td", { class: "amount" }, score.toFixed(3)), h("td", { class: "amount" }, log.toFixed(3))))));
}
