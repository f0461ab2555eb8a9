// The views of the page that ask the server, in the order of their tabs; they stand behind those of a trace
// (recurra/views.js). To add one: a module with a record, and its name in the list below. Its style sheet, if it needs one,
// is a file NAME.css beside it. The record has
//
//   id       its name in the address
//   title    on its tab
//   about    {text: [paragraphs], formula: [lines]}: the short textbook beside it, for one who has never seen a network
//   applies  ({model, trace}) -> whether there is something to show; trace is null before the first answer
//   make     (live) -> an element, made once for each model, when its tab is first opened. Other inputs do not make it anew
//   kept     optional: what it keeps in the address, by name, with the starts: {force: ""}; texts, in live.state
//
// What a view knows of the page is `live`:
//
//   live.model      what is asked, as GET /v1/models describes it: name, task, reads, writes, options, examples
//   live.beside     another model that stands beside it, described likewise; null where there is none, or another input
//   live.models     all of them
//   live.now        {input, options, target, answer, written, trace, refusal}: the input, the options that were set, the output that
//                   is looked at instead of the best ("" if none), the answer as /v1/predict gives it, what of the next one
//                   is written already, the trace, or why there is none. Answer and trace are null until there are any,
//                   and those before stay while another input is computed
//   live.watch(element, draw)  calls draw(now) now and whenever any of it changes, while the element can be seen
//   live.state      what the reader looks at (recurra/state.js): state.values.output, state.set({output: 3}), state.watch
//   live.ask(path, body)       asks the server: the answer as JSON. Each view has its own, and a new question gives up the
//                   one before (recurra/asking.js); what must not be given up is asked with `ask` from there
//   live.body(more) the body of a question about the input: {model: NAME, input, options, ...more}
//   live.set({input, options})  another input or other options, for the whole page
//
// Most views are `shown(place, live.ask(...), draw)` of recurra/asking.js: it marks the place as busy (aria-busy) and shows why there
// is no answer. A place for an answer is there from the start, and what is typed is not drawn anew, so that the focus stays.

import { alike } from "recurra/alike.js";
import { flips } from "recurra/flips.js";
import { attributionAsked, gradientsAsked } from "recurra/on_demand.js";
import { pattern } from "recurra/pattern.js";
import { table } from "recurra/table.js";
import { whatIf } from "recurra/what_if.js";

export const LIVE_VIEWS = [attributionAsked, gradientsAsked, whatIf, flips, pattern, alike, table];
