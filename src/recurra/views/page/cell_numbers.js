// The numbers of one step of a cell: what stands on the wires of its drawing, for one unit.
//
// A drawing comes from Python: {svg, symbols: {quantity: markup}, equations: [text], gates: {quantity: name in the trace},
// roles: {quantity: name of a colour}}. What a trace does not have, as products with W and U, has no number here.

import { sizeOf } from "recurra/arrays.js";
import { activationInput, compute, readEquation, readExpression } from "recurra/equations.js";
import { previousStep, stateBefore } from "recurra/layers.js";

const STATES = { h: "hidden", c: "cell" };
const ROUNDING = 5e-5; // by how much a number of a trace may be off, of the largest of its array
const MISS = 3e-3; // by how much an equation may miss, of the largest number: each factor is rounded
export const WIDEST = 0.05; // bounds that are further apart say only on which side of them something is
const CHECKED = 200; // steps and units that are computed before a drawing is believed

/** Everything about a drawing that does not depend on the step. */
export function readDrawing(drawing) {
  const expressions = Object.entries(drawing.symbols).map(([quantity, markup]) => [quantity, readExpression(markup)]);
  return {
    ...drawing,
    composed: expressions.filter(([quantity, tree]) => tree && tree.kind !== "symbol" && !(quantity in drawing.gates)),
    lines: drawing.equations.map((text) => ({ text, equation: readEquation(text) })),
    quantities: Object.fromEntries(Object.entries(drawing.symbols).map(([quantity, markup]) => [markup, quantity])),
  };
}

/** {quantity: number} of one unit at one step; a quantity whose number is not known is not there. */
export function numbersAt(layer, drawing, t, unit) {
  const numbers = {};
  for (const [quantity, name] of Object.entries(drawing.gates)) numbers[quantity] = layer.gates[name].at(t, unit);
  for (const [quantity, name] of Object.entries(STATES)) {
    if (!(`${quantity}_prev` in drawing.symbols)) continue;
    numbers[quantity] = layer.states[name].at(t, unit);
    numbers[`${quantity}_prev`] = stateBefore(layer, name, t, unit);
  }
  for (const { equation } of drawing.lines) recover(layer, drawing, numbers, equation);
  const value = valueOf(drawing, numbers);
  for (const [quantity, tree] of drawing.composed) numbers[quantity] = compute(tree, value);
  return Object.fromEntries(Object.entries(numbers).filter(([, number]) => !Number.isNaN(number)));
}

/** The sum of an Elman cell stands in no trace: it is what its activation gives the state for. */
function recover(layer, drawing, numbers, equation) {
  if (equation?.right.inside?.kind !== "symbol") return;
  const [left, inside] = [equation.left, equation.right.inside.markup].map((markup) => drawing.quantities[markup]);
  if (inside === undefined || inside in numbers || !(left in numbers)) return;
  const { low, high } = activationInput(equation, numbers[left], errorOf(layer, drawing, left));
  numbers[inside] = high - low < WIDEST ? (low + high) / 2 : NaN;
}

/** What gives the number of a symbol from those of the quantities. */
export function valueOf(drawing, numbers) {
  return (markup) => numbers[drawing.quantities[markup]] ?? NaN;
}

/** How far off a number of a quantity may be: a trace is rounded. */
function errorOf(layer, drawing, quantity) {
  const array = quantity in drawing.gates ? layer.gates[drawing.gates[quantity]] : layer.states[STATES[quantity]];
  return ROUNDING * sizeOf(array);
}

/**
 * The equations at a step: [{text, equation, left: quantity, result, input, computed}].
 *
 * `result` is the number of the left side as the trace has it, `computed` what the numbers of the right side give (NaN
 * where it has weights in it), `input` what its activation was given (see `activationInput`), where that can be told.
 */
export function linesAt(layer, drawing, numbers) {
  const value = valueOf(drawing, numbers);
  return drawing.lines.map(({ text, equation }) => {
    const left = equation ? drawing.quantities[equation.left] : undefined;
    if (left === undefined) return { text, equation: null };
    const result = numbers[left] ?? NaN;
    const computed = compute(equation.right, value);
    const given = Number.isNaN(computed) && !Number.isNaN(result) && equation.right.kind === "call";
    const input = given ? activationInput(equation, result, errorOf(layer, drawing, left)) : null;
    return { text, equation, left, result, computed, input };
  });
}

/** Whether a layer has what a drawing shows, and its numbers are those that the equations give. */
export function follows(layer, drawing) {
  const named = Object.values(drawing.gates);
  if (named.length !== Object.keys(layer.gates).length || !named.every((name) => name in layer.gates)) return false;
  if ("c_prev" in drawing.symbols && !("cell" in layer.states)) return false;
  const miss = MISS * Math.max(1, ...[...Object.values(layer.gates), ...Object.values(layer.states)].map(sizeOf));
  for (let k = 0; k < CHECKED; k += 1) {
    const t = (k * 7) % layer.steps, unit = (k * 13) % layer.units;
    const numbers = numbersAt(layer, drawing, t, unit);
    for (const { left, result, computed } of linesAt(layer, drawing, numbers)) {
      if (left !== undefined && Math.abs(computed - result) > miss) return false;
    }
  }
  return true;
}

/** Whether a step is the first that the layer took and the trace does not say what it began from. */
export function beginsUnknown(layer, t) {
  return previousStep(layer, t) === null && !("hidden" in layer.before);
}
