// A step of a cell in a sentence, for those who do not read formulas.

import { fixed } from "recurra/cell_lines.js";
import { h, percent } from "recurra/dom.js";

const SENTENCES = {
  LSTM: ({ f, i, "c'": candidate, c, o, h: hidden }) =>
    [`keeps ${percent(f)} of its memory, adds ${percent(i)} of the candidate ${fixed(candidate)}, so that its memory becomes `, h("b", null, fixed(c)), `; it outputs ${percent(o)} of the tanh of its memory: `, h("b", null, fixed(hidden))],
  GRU: ({ r, z, n, h: hidden }) =>
    [`keeps ${percent(z)} of its state and takes ${percent(1 - z)} of the candidate ${fixed(n)}, for which the reset gate let ${percent(r)} of the past through: `, h("b", null, fixed(hidden))],
  MinGRU: ({ z, c, h: hidden }) => [`keeps ${percent(1 - z)} of its state and takes ${percent(z)} of the candidate ${fixed(c)}: `, h("b", null, fixed(hidden))],
  MinLSTM: ({ f, i, c, h: hidden }) => [`keeps ${percent(f)} of its state and takes ${percent(i)} of the candidate ${fixed(c)}: `, h("b", null, fixed(hidden))],
  SLSTM: ({ f, i, z, c, o, h: hidden }) =>
    [`keeps ${percent(f)} of its memory and takes ${percent(i)} of the candidate ${fixed(z)}, so that its memory becomes `, h("b", null, fixed(c)), `; it outputs ${percent(o)} of it: `, h("b", null, fixed(hidden))],
  Elman: ({ h_prev: before, h: hidden }) => [before === undefined ? "becomes " : `was ${fixed(before)} and becomes `, h("b", null, fixed(hidden))],
};

/** What unit `unit` of a layer does at a step with these numbers. */
export function reading(layer, unit, numbers) {
  return [`Unit ${unit} `, ...SENTENCES[layer.cell](numbers), "."];
}
