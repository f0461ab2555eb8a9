// Symbols as formulas write them: "h_{t-1}" is an italic h with a small t−1 below, "tanh c_t" has an upright name.

import { h } from "recurra/dom.js";

const PIECE = /_\{([^}]*)\}|_(.)|([A-Za-z]+)|([^A-Za-z_]+)/g;

/** A symbol as elements. */
export function symbol(markup) {
  return [...markup.matchAll(PIECE)].map(([, braced, single, letters, other]) => {
    if (braced ?? single) return h("sub", null, signs(braced ?? single));
    if (letters) return letters.length === 1 ? h("i", null, letters) : letters;
    return signs(other);
  });
}

/** The symbol of a quantity of a drawing, to point at and to press. */
export function symbolButton(quantity, { symbols, roles }) {
  const markup = symbols[quantity];
  return h("button", {
    type: "button", class: "symbol", "data-q": quantity, "data-role": roles[quantity], "aria-label": spokenSymbol(markup),
  }, symbol(markup));
}

/** A symbol for screen readers: "h at t−1". */
function spokenSymbol(markup) {
  return signs(markup.replace(/_\{([^}]*)\}|_(.)/g, (_, braced, single) => ` at ${braced ?? single}`)).replace(/′/g, " prime");
}

function signs(text) {
  return text.replaceAll("-", "−").replaceAll("'", "′");
}
