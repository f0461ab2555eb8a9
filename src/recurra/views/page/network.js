// The network that answered, drawn by Python: each layer once with its loop, or over a few steps side by side.

import { choice, h, svgOf } from "recurra/dom.js";

const WAYS = { rolled: "Rolled", unrolled: "Unrolled" };

export const network = {
  id: "network",
  title: "Network",
  about: {
    text: [
      "Rolled, each layer is drawn once; the loop says that it hands its state on to its own next step. Unrolled, the same layer stands there once for every step, and all copies have the same weights.",
      "A layer that reads in both directions has two halves, one from each end. The numbers are sizes: how many entries a vector has.",
    ],
    formula: ["h_{t} = layer(x_{t}, h_{t−1})"],
  },
  applies: (trace) => Boolean(trace.drawings),
  make(trace) {
    const pictures = Object.keys(WAYS).map((way) => picture(trace.drawings[way]));
    const show = (chosen) => pictures.forEach((one, k) => { one.hidden = k !== chosen; });
    return h("div", null, choice("how the network is drawn", Object.values(WAYS), show), pictures);
  },
};

function picture(text) {
  const svg = svgOf(text);
  svg.style.setProperty("min-width", `min(${svg.getAttribute("width")}px, 44rem)`); // narrower, nobody could read it: it scrolls
  return h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "drawing of the network" }, svg);
}
