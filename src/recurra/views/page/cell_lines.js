// The equations of a cell, with symbols and with the numbers of one step put in.

import { WIDEST } from "recurra/cell_numbers.js";
import { markupOf } from "recurra/equations.js";
import { h } from "recurra/dom.js";
import { symbol, symbolButton } from "recurra/symbols.js";

/** A number with three decimals and a true minus. */
export function fixed(value) {
  const text = value.toFixed(3);
  return Number(text) === 0 ? "0.000" : text.replace("-", "−");
}

/** What `linesAt` of cell_numbers.js gives, as elements. `value(markup)`: the number of a symbol. */
export function equationNodes(lines, drawing, value) {
  const [equations, notes] = [lines.filter(({ equation }) => equation), lines.filter(({ equation }) => !equation)];
  const said = h("p", { class: "note" }, notes.flatMap(({ text }, k) => [k ? "; " : "", ...symbol(text)]));
  return [...equations.map((line) => equationNode(line, drawing, value)), ...(notes.length ? [said] : [])];
}

function equationNode({ equation, left, result, computed, input }, drawing, value) {
  const numbers = Number.isNaN(computed) ? (input ? withInput(equation.right.name, input) : null) : withNumbers(equation.right, value, drawing);
  const found = [numbers && [equals(), ...numbers], Number.isNaN(result) ? null : [equals(), h("output", { "data-q": left }, fixed(result))]];
  return h("div", { class: "equation", "data-q": left },
    h("div", null, symbolButton(left, drawing), equals(), withSymbols(equation.right, drawing)), h("div", { class: "numbers" }, found.flat()));
}

function equals() {
  return h("span", { class: "equals" }, "=");
}

/** σ(2.588); where the result is so near its bound that rounding hides the input: σ(> 9.2). */
function withInput(name, { low, high }) {
  const short = (value) => value.toFixed(1).replace("-", "−");
  const known = Number.isFinite(high - low);
  const inside = known ? (high - low < WIDEST ? fixed : short)((low + high) / 2) : Number.isFinite(low) ? `> ${short(low)}` : `< ${short(high)}`;
  return [name, "(", h("span", { class: "number" }, inside), ")"];
}

function withSymbols(tree, drawing) {
  const leaf = ({ kind, markup, text }) => (kind === "symbol" ? symbol(markup) : text);
  const named = (quantity, nodes) => h("span", { class: "symbol", "data-q": quantity, "data-role": drawing.roles[quantity] }, nodes);
  return written(tree, leaf, "\u2009", named, drawing);
}

function withNumbers(tree, value, drawing) {
  const leaf = ({ kind, markup, text }, alone) => {
    const number = kind === "symbol" ? fixed(value(markup)) : text;
    return h("span", { class: "number" }, number.startsWith("−") && !alone ? `(${number})` : number);
  };
  const named = (quantity, nodes) => h("span", { "data-q": quantity, "data-role": drawing.roles[quantity] }, nodes);
  return written(tree, leaf, " · ", named, drawing);
}

/**
 * A tree as nodes. Whatever of it is a quantity of the drawing is put into what `named(quantity, nodes)` makes; `alone`:
 * nothing stands beside it.
 */
function written(tree, leaf, times, named, drawing, alone = true) {
  const of = (inner, apart = false) => written(inner, leaf, times, named, drawing, apart);
  const joined = (parts, between) => parts.flatMap((part, k) => (k ? [between, of(part)] : [of(part)])).flat();
  const nodes = {
    call: () => [tree.name, "(", of(tree.inside, true), ")"].flat(),
    group: () => ["(", of(tree.inside, true), ")"].flat(),
    product: () => joined(tree.factors, times),
    quotient: () => joined([tree.over, tree.under], " / "),
    sum: () => tree.terms.flatMap(({ sign, inside }, k) => [k ? (sign < 0 ? " − " : " + ") : "", of(inside)]),
  }[tree.kind]?.() ?? [leaf(tree, alone)];
  const quantity = drawing.quantities[markupOf(tree)];
  return quantity === undefined ? nodes.flat() : [named(quantity, nodes.flat())];
}
