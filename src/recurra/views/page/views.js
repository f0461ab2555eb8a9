// The views of a trace, in the order of their tabs. Each is a record
//
//   id       its name in the address
//   title    on its tab
//   about    {text: [paragraphs], formula: [lines]}: the short textbook beside it, for one who has never seen a network
//   applies  (trace) -> whether this trace has what it shows
//   make     (trace, state) -> an element, which follows the state by itself (state.watch)

import { attention } from "recurra/attention.js";
import { attribution } from "recurra/attribution.js";
import { cell } from "recurra/cell.js";
import { contrast } from "recurra/contrast.js";
import { decisions } from "recurra/decisions.js";
import { gates } from "recurra/gates.js";
import { gradients } from "recurra/gradients.js";
import { network } from "recurra/network.js";
import { numbers } from "recurra/numbers.js";
import { search } from "recurra/search.js";
import { units } from "recurra/units.js";

export const VIEWS = [attention, decisions, attribution, contrast, search, cell, gates, units, gradients, network, numbers];
