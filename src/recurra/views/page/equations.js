// Equations of a cell as they stand below its drawing ("c_t = f c_{t-1} + i c'_t"): read, computed, and written out with
// symbols or with numbers.
//
// A tree is made of
//   {kind: "number", text}        {kind: "symbol", markup}      {kind: "call", name, inside}
//   {kind: "product", factors}    {kind: "quotient", over, under}
//   {kind: "sum", terms: [{sign: 1 or -1, inside}]}             {kind: "group", inside}: parentheses

const ATOM = /\s*(?:(\d+)|(tanh|ReLU|σ|g(?=\())|([A-Za-z]'?(?:_\{[^}]*\}|_[A-Za-z])?)|([-+/()]))/y;

const sigmoid = (a) => 1 / (1 + Math.exp(-a));
const logit = (y) => Math.log(y / (1 - y));
const FUNCTIONS = {
  σ: sigmoid,
  tanh: Math.tanh,
  ReLU: (a) => Math.max(0, a),
  g: (a) => (a >= 0 ? a + 0.5 : sigmoid(a)),
};
const INVERSES = {
  σ: logit,
  tanh: Math.atanh,
  ReLU: (y) => (y > 0 ? y : NaN), // 0 comes from all that is not above 0
  g: (y) => (y >= 0.5 ? y - 0.5 : logit(y)),
};

/** "c_t = f c_{t-1} + i c'_t" as {left: "c_t", right: tree}; null for what is no equation of this kind. */
export function readEquation(text) {
  const [left, right, more] = text.split(" = ");
  const tree = right === undefined || more !== undefined ? null : readExpression(right);
  return tree && { left, right: tree };
}

/** An expression as a tree; null if it is none. */
export function readExpression(text) {
  const atoms = atomsOf(text);
  if (!atoms) return null;
  let at = 0;
  const peek = (kind) => atoms[at]?.[0] === kind;
  const take = (kind) => (peek(kind) ? atoms[at++] : null);

  function sum() {
    const first = product();
    const terms = [{ sign: 1, inside: first }];
    while (first && (peek("+") || peek("-"))) {
      const sign = take("+") ? 1 : (take("-"), -1);
      terms.push({ sign, inside: product() });
    }
    if (terms.some(({ inside }) => !inside)) return null;
    return terms.length > 1 ? { kind: "sum", terms } : first;
  }
  function product() {
    const factors = [];
    for (let factor = single(); factor; factor = single()) factors.push(factor);
    if (!factors.length) return null;
    const over = factors.length > 1 ? { kind: "product", factors } : factors[0];
    if (!take("/")) return over;
    const under = single();
    return under && { kind: "quotient", over, under };
  }
  function single() {
    if (peek("number")) return { kind: "number", text: take("number")[1] };
    if (peek("symbol")) return { kind: "symbol", markup: take("symbol")[1] };
    if (peek("name")) {
      const name = take("name")[1];
      const inside = take("(") ? closed() : single();
      return inside && { kind: "call", name, inside };
    }
    const inside = take("(") ? closed() : null;
    return inside && { kind: "group", inside };
  }
  function closed() {
    const inside = sum();
    return take(")") && inside;
  }
  const tree = sum();
  return at === atoms.length ? tree : null;
}

/** The number of a tree, NaN if one of its symbols has none. `value(markup)` is the number of a symbol. */
export function compute(tree, value) {
  const of = (inner) => compute(inner, value);
  switch (tree.kind) {
    case "number": return Number(tree.text);
    case "symbol": return value(tree.markup);
    case "call": return FUNCTIONS[tree.name](of(tree.inside));
    case "product": return tree.factors.reduce((result, factor) => result * of(factor), 1);
    case "quotient": return of(tree.over) / of(tree.under);
    case "sum": return tree.terms.reduce((result, { sign, inside }) => result + sign * of(inside), 0);
    case "group": return of(tree.inside);
  }
}

/**
 * What the activation of an equation, whose right side is nothing else, was given: {low, high}, the bounds that the
 * rounding of its result leaves.
 *
 * Args: `result` the number of the left side; `error` by how much it may be off.
 */
export function activationInput({ right }, result, error) {
  const inverse = INVERSES[right.name];
  const low = inverse(result - error), high = inverse(result + error);
  if (right.name === "ReLU" && !(result > error)) return { low: -Infinity, high: Math.max(0, result + error) };
  return { low: Number.isNaN(low) ? -Infinity : low, high: Number.isNaN(high) ? Infinity : high };
}

/** A tree as the equations write it: "f c_{t-1}". */
export function markupOf(tree) {
  switch (tree.kind) {
    case "number": return tree.text;
    case "symbol": return tree.markup;
    case "call": return tree.inside.kind === "symbol" ? `${tree.name} ${tree.inside.markup}` : `${tree.name}(${markupOf(tree.inside)})`;
    case "product": return tree.factors.map(markupOf).join(" ");
    case "quotient": return `${markupOf(tree.over)} / ${markupOf(tree.under)}`;
    case "sum": return tree.terms.map(({ sign, inside }, k) => (k ? `${sign < 0 ? "-" : "+"}` : "") + markupOf(inside)).join("");
    case "group": return `(${markupOf(tree.inside)})`;
  }
}

function atomsOf(text) {
  const atoms = [];
  ATOM.lastIndex = 0;
  const whole = text.trimEnd();
  while (ATOM.lastIndex < whole.length) {
    const found = ATOM.exec(whole);
    if (!found) return null;
    const [, number, name, symbol, sign] = found;
    atoms.push(number ? ["number", number] : name ? ["name", name] : symbol ? ["symbol", symbol] : [sign, sign]);
  }
  return atoms;
}
