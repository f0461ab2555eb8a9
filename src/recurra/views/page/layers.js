// The layers of a trace as the views of gates and states read them: arrays unpacked, steps in the order in which each
// layer went, and where each step stands in the text.

import { unpack } from "recurra/arrays.js";
import { axisOf } from "recurra/trace.js";

const known = new WeakMap();

/**
 * The layers that took steps through a text and remember something. Each is a record
 *
 *   name, cell, backward, activation, tokens   as in the trace
 *   steps, units                               how many
 *   gates, states                              {name: array [steps, units]}
 *   before                                     {name: array [units]}, before the first step; empty where it is not known
 *   axis                                       which value of the state moves along it: "output" or "place"
 *   places                                     step -> that value
 *   shown                                      what stands at the places: its own tokens, or as readers see them
 */
export function layersOf(trace) {
  if (!known.has(trace)) known.set(trace, trace.layers.filter(hasSteps).map((layer) => layerOf(layer, trace)));
  return known.get(trace);
}

/** The layer that the state names, else the first. */
export function layerAt(layers, { layer }) {
  return layers.find((one) => one.name === layer) ?? layers[0];
}

/** The step at which the state stands; where a token of the text is several steps, the first of them. */
export function stepAt(layer, values) {
  const step = layer.places.findIndex((place) => place >= values[layer.axis]);
  return step < 0 ? layer.steps - 1 : step;
}

/** The unit that the state names, held within the layer; as long as nothing was chosen, the one that changes most. */
export function unitAt(layer, values) {
  return values.layer || values.unit ? Math.min(values.unit, layer.units - 1) : liveliest(layer.states.hidden, 1)[0];
}

/** The step that the layer took before step t; null if t is where it began. */
export function previousStep({ backward, steps }, t) {
  const before = backward ? t + 1 : t - 1;
  return before < 0 || before >= steps ? null : before;
}

/** The step that the layer took after step t; null at its end. */
export function nextStep({ backward, steps }, t) {
  return previousStep({ backward: !backward, steps }, t);
}

/** The number of a state of a unit before step t; NaN where the trace does not say what a layer began from. */
export function stateBefore(layer, name, t, unit) {
  const before = previousStep(layer, t);
  if (before !== null) return layer.states[name].at(before, unit);
  return name in layer.before ? layer.before[name].at(unit) : NaN;
}

/** Gates and states in one, in the order of the equations: [[name, array], ...]. */
export function arraysOf({ gates, states }) {
  return [...Object.entries(gates), ...Object.entries(states)];
}

/** The units whose numbers differ most from step to step, the first of them the most; the lower one of equals first. */
export function liveliest(array, count) {
  if (!ranked.has(array)) ranked.set(array, byLiveliness(array));
  return ranked.get(array).slice(0, count);
}

const ranked = new WeakMap();

function byLiveliness(array) {
  const [steps, units] = array.shape;
  const spread = Array.from({ length: units }, (_, unit) => {
    let sum = 0, squares = 0;
    for (let t = 0; t < steps; t += 1) sum += array.at(t, unit);
    for (let t = 0; t < steps; t += 1) squares += (array.at(t, unit) - sum / steps) ** 2;
    return squares;
  });
  return spread.map((_, unit) => unit).sort((one, other) => spread[other] - spread[one] || one - other);
}

/** A layer in words: "LSTM, 64 units, from the last token to the first". */
export function inWords({ cell, units, backward }) {
  return [cell, `${units} units`, backward ? "from the last token to the first" : null].filter(Boolean).join(", ");
}

function hasSteps({ cell, tokens, states }) {
  return cell !== null && tokens.length > 0 && "hidden" in states;
}

function layerOf(found, trace) {
  const [gates, states, before] = ["gates", "states", "before"].map((kind) =>
    Object.fromEntries(Object.entries(found[kind] ?? {}).map(([name, values]) => [name, unpack(values)])));
  const axis = axisOf(found);
  const shown = trace[axis === "output" ? "target_tokens" : "source_tokens"];
  const [steps, units] = states.hidden.shape;
  const places = placesOf(found.tokens, shown);
  const own = places.every((place, step) => place === step);
  return { ...found, gates, states, before, steps, units, axis, places, shown: own ? found.tokens : shown };
}

/** For each token of a layer the one it is a part of as readers see them; where that cannot be told, one like the other. */
function placesOf(tokens, shown) {
  const own = tokens.map((token) => [...token].length), whole = shown.map((token) => [...token].length);
  const alike = tokens.length !== shown.length && tokens.join("") === shown.join("");
  if (!alike) return tokens.map((_, step) => Math.min(step, Math.max(0, shown.length - 1)));
  let place = 0, end = whole[0], at = 0;
  return tokens.map((_, step) => {
    while (at >= end && place < shown.length - 1) end += whole[(place += 1)];
    at += own[step];
    return place;
  });
}
