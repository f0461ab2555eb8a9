// Which layer and which unit: the controls that the views of gates and states have in common.

import { h } from "recurra/dom.js";
import { inWords, layerAt, layersOf, liveliest, unitAt } from "recurra/layers.js";

const SUGGESTED = 6; // units that are offered by name

/**
 * A view of one layer at a time: the choosers, and below them what `fill(layer, ground)` puts into an element; it gives
 * what draws that again, `draw(values)`.
 */
export function layerByLayer(trace, state, name, fill) {
  const layers = layersOf(trace);
  const ground = h("div");
  const element = h("div", { class: name }, h("div", { class: "controls" }, layerChooser(layers, state), unitChooser(layers, state)), ground);
  let shown = null, draw = null;
  state.watch(element, (values) => {
    const layer = layerAt(layers, values);
    if (layer !== shown) draw = fill(layer, ground);
    shown = layer;
    draw(values);
  });
  return element;
}

/** The layers by name, with buttons to go up and down through them. */
export function layerChooser(layers, state) {
  const take = ({ name }) => state.set({ layer: name, unit: unitAt(layerAt(layers, state.values), state.values) });
  const select = h("select", { on: { change: () => take(layers[select.selectedIndex]) } },
    layers.map(({ name }) => h("option", { value: name }, name)));
  const go = (by) => take(layers[layers.indexOf(layerAt(layers, state.values)) + by]);
  const up = h("button", { type: "button", class: "round", "aria-label": "the layer above", on: { click: () => go(1) } }, "↑");
  const down = h("button", { type: "button", class: "round", "aria-label": "the layer below", on: { click: () => go(-1) } }, "↓");
  const said = h("span", { class: "quiet" });
  const element = h("div", { class: "chooser" }, h("label", null, "Layer ", select), down, up, said);
  state.watch(element, (values) => {
    const layer = layerAt(layers, values);
    const at = layers.indexOf(layer);
    select.value = layer.name;
    up.disabled = at === layers.length - 1;
    down.disabled = at === 0;
    said.textContent = inWords(layer);
  });
  return element;
}

/** A unit by its number, and those that change most along the text. */
function unitChooser(layers, state) {
  const take = (unit) => state.set({ layer: layerAt(layers, state.values).name, unit });
  const input = h("input", { type: "number", min: 0, step: 1, on: { input: () => input.value && take(Number(input.value)) } });
  const lively = h("span", { class: "choice", role: "group", "aria-label": "units that change most" });
  const element = h("div", { class: "chooser" }, h("label", null, "Unit ", input), h("span", { class: "quiet" }, "change most:"), lively);
  let shown = null;
  state.watch(element, (values) => {
    const layer = layerAt(layers, values);
    if (layer !== shown) lively.replaceChildren(...liveliest(layer.states.hidden, SUGGESTED).map((unit) =>
      h("button", { type: "button", "data-unit": unit, on: { click: () => take(unit) } }, unit)));
    shown = layer;
    const unit = unitAt(layer, values);
    input.max = layer.units - 1;
    if (document.activeElement !== input || Number(input.value) !== unit) input.value = unit;
    for (const button of lively.children) button.setAttribute("aria-pressed", String(Number(button.dataset.unit) === unit));
  });
  return element;
}
