// Tokens as they are shown: visible, one line, in their place whatever their script; and rows of them to walk along.

import { h } from "recurra/dom.js";

const MARKS = { "<EOS>": ["end", "end of text"], "<GO>": ["begin", "beginning"] };
const SPOKEN = { " ": "space", "\t": "tab", "⇥": "tab", "\n": "line end" };
const BLANK = /[\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0\ufe00-\ufe0f]/;
const UNSEEN = /[\p{C}\p{Zl}\p{Zp}]/u;
const LONGEST = 40; // characters shown of a token; all of them in its title
const MANY = 60; // from here on a row is set closer
const clusters = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** A token as text: spaces as ␣, what cannot be seen by its code point, a lone mark on a dotted circle. */
export function label(token) {
  if (token in MARKS) return { end: "∎", begin: "⊢" }[MARKS[token][0]];
  const shown = [...token].map(shownCharacter).join("").replaceAll(/(?<=[^␣])␣(?=[^␣])/gu, "\u00a0"); // between words
  return /^\p{M}/u.test(shown) ? `◌${shown}` : shown;
}

/** The same, no longer than `longest` characters as readers count them; what was cut is an ellipsis. */
export function shortLabel(token, longest = LONGEST) {
  const pieces = [...clusters.segment(label(token))];
  return pieces.length > longest ? `${pieces.slice(0, longest - 1).map((one) => one.segment).join("")}…` : label(token);
}

/** A token in a sentence, kept apart from the direction of what stands around it. */
export function quoted(token) {
  if (token in MARKS) return MARKS[token][1];
  return token in SPOKEN ? `the ${SPOKEN[token]}` : `“\u2068${shortLabel(token)}\u2069”`;
}

/** A token as an element: <EOS> and <GO> as quiet marks, a very long one cut. */
export function tokenNode(token) {
  if (token in MARKS) {
    const [kind, name] = MARKS[token];
    return h("span", { class: `mark ${kind}`, role: "img", "aria-label": name, title: `${name} (${token})` });
  }
  const short = shortLabel(token);
  const quiet = /^[\s⇥⏎]+$/u.test(token) ? "quiet" : null;
  return h("bdi", { class: quiet, title: short === label(token) ? null : label(token) }, short);
}

/** The direction of a text, from its first letters that have one. */
export function directionOf(tokens) {
  const strong = tokens.join("").match(/[\p{L}]/u);
  return strong && /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u.test(strong[0]) ? "rtl" : "ltr";
}

let count = 0;

/**
 * A row of tokens to walk along with the arrow keys or a pointer: it moves `axis` ("output" or "place") of the state.
 *
 * Gives {element, nodes, mark(values)}; `mark` shows where the state stands. `more(k)`: elements below token k.
 */
export function strip(state, { tokens, axis, name, more = () => [], describe = () => "" }) {
  if (!tokens.length) return { element: h("p", { class: "quiet strip", "data-axis": axis }, "nothing"), nodes: [], mark() {} };
  const id = `strip${(count += 1)}`;
  const nodes = tokens.map((token, k) =>
    h("span", {
      class: "token", role: "option", id: `${id}-${k}`, "aria-selected": "false", "data-place": k,
      "aria-label": [spoken(token), describe(k)].filter(Boolean).join(", "),
      on: {
        click: () => state.set({ [axis]: k }),
        pointerenter: (event) => event.pointerType === "mouse" && state.set({ hover: { [axis]: k } }),
        pointerleave: () => state.set({ hover: null }),
      },
    }, h("span", { class: "word" }, tokenNode(token)), more(k)));
  const direction = directionOf(tokens);
  const element = h("div", {
    class: tokens.length > MANY ? "strip many" : "strip", role: "listbox", tabindex: 0, dir: direction, "aria-label": name, "data-axis": axis,
    "aria-orientation": "horizontal",
    on: { keydown: (event) => walk(event, state, axis, tokens.length, direction) },
  }, nodes);
  return {
    element,
    nodes,
    mark(values) {
      const at = values[axis];
      nodes.forEach((node, k) => {
        node.setAttribute("aria-selected", String(k === at));
        node.classList.toggle("hovered", values.hover?.[axis] === k);
      });
      if (nodes[at]) element.setAttribute("aria-activedescendant", nodes[at].id);
    },
  };
}

/** Moves one value of the state with the keys of a row; true if the key was one of them. */
export function walk(event, state, axis, length, direction = "ltr") {
  if (event.altKey || event.ctrlKey || event.metaKey) return false;
  const [back, on] = direction === "rtl" ? ["ArrowRight", "ArrowLeft"] : ["ArrowLeft", "ArrowRight"];
  const now = state.values[axis];
  const to = { [back]: now - 1, [on]: now + 1, Home: 0, End: length - 1 }[event.key];
  if (to === undefined) return false;
  event.preventDefault();
  state.set({ [axis]: Math.min(to, length - 1), hover: null });
  return true;
}

function spoken(token) {
  if (token in MARKS) return MARKS[token][1];
  return SPOKEN[token] ?? label(token);
}

function shownCharacter(character) {
  if (character === " ") return "␣";
  if (character === "\t") return "⇥";
  if (character === "\n") return "⏎";
  const joins = /[\u200c\u200d]/.test(character); // within emoji and many scripts they shape their neighbours
  if (joins) return character;
  if (!UNSEEN.test(character) && !(BLANK.test(character) && !/[\ufe00-\ufe0f]/.test(character)) && !/\s/.test(character)) return character;
  return `<U+${character.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}>`;
}
