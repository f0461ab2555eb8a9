// Why this output and not another one: both side by side, and what speaks for the one and for the other at each step. Python
// makes the table (contrast.py); here a step of it leads to the same position of the output.

import { h } from "recurra/dom.js";

export const contrast = {
  id: "contrast",
  title: "Contrast",
  about: {
    text: [
      "The model gives every output a probability: the product of those of its tokens, each after those before it. Two outputs can therefore be compared token by token.",
      "The number of a step is the difference of the two log-probabilities there. The numbers add up to the log-odds, the logarithm of how many times as probable the first output is; so a step with a large number decides.",
    ],
    formula: ["log p(y | x) − log p(y′ | x) = Σ_{t} (log p(y_{t} | y_{<t}, x) − log p(y′_{t} | y′_{<t}, x))"],
  },
  applies: (trace) => Boolean(trace.contrast),
  make({ contrast: found }, state) {
    const parsed = new DOMParser().parseFromString(found.html, "text/html").body.children;
    const element = h("div", { class: "recurra" }, [...parsed].map((node) => document.importNode(node, true)));
    const rows = [...element.querySelectorAll("tbody tr")];
    let next = 0;
    const positions = found.steps.map(({ first }) => (first === null ? null : next++));
    rows.forEach((row, k) => {
      if (positions[k] !== null) row.addEventListener("click", () => state.set({ output: positions[k], hover: null }));
    });
    state.watch(element, ({ output }) => rows.forEach((row, k) => {
      if (positions[k] === output) row.setAttribute("aria-current", "step");
      else row.removeAttribute("aria-current");
    }));
    return element;
  },
};
