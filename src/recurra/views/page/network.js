// The network that answered, drawn by Python: each layer once with its loop, or over a few steps side by side.

import { choice, h, svgOf } from "recurra/dom.js";

const WAYS = { rolled: "Rolled", unrolled: "Unrolled" };

export const network = {
  id: "network",
  title: "Network",
  about: {
    text: [
      "Rolled, each layer is drawn once, and its loop carries its state to the next step. Unrolled, the layer is drawn once for every step, and all copies share the same weights.",
      "A bidirectional layer has two halves, each reading from one end. The numbers are the sizes of the vectors.",
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
