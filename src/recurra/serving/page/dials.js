// How a model answers: the options that it has, as dials.

import { h } from "recurra/dom.js";

const DRAWING = ["temperature", "top_k", "top_p", "seed"]; // of what is drawn at random
const DIALS = {
  beam: { name: "Beam width", min: 1, max: 12, step: 1, about: "hypotheses that the search keeps; 1 takes the most probable token each time" },
  temperature: { name: "Temperature", min: 0.1, max: 2, step: 0.05, about: "below 1 the probable becomes more probable, above 1 everything more alike" },
  top_k: { name: "Top k", min: 0, max: 50, step: 1, about: "only the k most probable tokens are drawn from; 0: all" },
  top_p: { name: "Top p", min: 0.05, max: 1, step: 0.05, about: "only the most probable tokens that together reach this probability are drawn from" },
  seed: { name: "Seed", min: 0, max: 99, step: 1, about: "the same seed draws the same again" },
  length: { name: "Length", min: 1, max: 400, step: 1, start: 120, about: "the most units that are written" },
  steps: { name: "Steps", min: 1, max: 60, step: 1, about: "how far ahead is forecast" },
};

/** The dials of a model; nothing where it has none. */
export function dials(live, k) {
  const { generation, writes } = live.model;
  if (generation) return panel(live, k, [...DRAWING, "length"], { ...generation, length: DIALS.length.start });
  const { options } = live.model;
  if (writes.kind === "series") return writes.recursive ? panel(live, k, ["steps"], { steps: writes.horizon }) : null;
  return "sample" in options ? panel(live, k, ["beam", ...DRAWING], options) : null;
}

function panel(live, k, names, starts) {
  const samples = "sample" in starts;
  const change = (name, value) => {
    const next = { ...live.now.options, [name]: value };
    for (const one of Object.keys(next)) if (next[one] === starts[one]) delete next[one];
    if (samples && !next.sample) for (const one of DRAWING) delete next[one];
    live.set({ options: next });
  };
  const made = names.map((name) => dial(`dial-${k}-${name}`, DIALS[name], (value) => change(name, value)));
  const sample = samples ? h("input", { type: "checkbox", id: `dial-${k}-sample`, on: { change: () => change("sample", sample.checked) } }) : null;
  const element = h("details", { class: "dials" }, h("summary", null, "How it answers"),
    sample ? h("p", { class: "check" }, sample, h("label", { for: sample.id }, " draw at random instead of searching for the best")) : null,
    h("div", { class: "dial-rows" }, made.map((one) => one.element)));
  live.watch(element, ({ options }) => {
    const now = { ...starts, ...options };
    if (sample) sample.checked = now.sample;
    names.forEach((name, j) => made[j].take(now[name], samples && (name === "beam" ? now.sample : !now.sample)));
  });
  return element;
}

/** One dial: {element, take(value, off)}. */
function dial(id, { name, min, max, step, about }, set) {
  const [slider, shown] = [h("input", { id, type: "range", min, max, step, "aria-describedby": `${id}-about` }), h("output", { for: id })];
  slider.addEventListener("input", () => set(Number(slider.value)));
  return {
    element: h("div", { class: "dial" }, h("label", { for: id }, name), slider, shown, h("p", { class: "quiet", id: `${id}-about` }, about)),
    take(value, off) {
      if (Number(slider.value) !== value) slider.value = value;
      shown.textContent = value;
      slider.disabled = off;
    },
  };
}
