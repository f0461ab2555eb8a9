// One side of the bench: a model, its input and options as they stand in the address, and what has been answered.

import { ask } from "recurra/asking.js";
import { inputOf, isEmpty, textOf } from "recurra/input_text.js";
import { observed } from "recurra/state.js";

const START = { input: null, options: {}, answer: null, trace: null, refusal: null };
const SHOWN = 5; // alternatives of an answer that are asked for
const NEXT = 12; // of what could come next

/**
 * Side `k` (0 or 1): {model, now, set({input, options}), follow(values), answered(signal)}. `now` is observed; `follow`
 * takes what stands in the address, and says whether that is another question than before.
 */
export function sideOf(page, model, k) {
  const now = observed(START);
  let before = null;
  const textIn = (values) => (k && values.input2 ? values.input2 : values.input);
  const take = (changes) => now.take({ ...now.values, ...changes });
  return {
    model,
    now,
    set({ input, options }) {
      const changes = {};
      if (input !== undefined) changes[k && page.state.values.input2 ? "input2" : "input"] = textOf(model, input);
      if (options !== undefined) changes.options = Object.keys(options).length ? JSON.stringify(options) : "";
      page.state.set(changes);
    },
    follow(values) {
      const [text, options] = [textIn(values), values.options];
      const asked = JSON.stringify([text, options]);
      if (asked === before) return false;
      before = asked;
      take({ input: inputOf(model, text), options: optionsOf(model, options) });
      return true;
    },
    /** Asks for the answer, then for the trace of it; gives what the page draws of that, null where there is nothing. */
    async answered(signal) {
      const { input, options } = now.values;
      if (isEmpty(input)) {
        take({ answer: null, trace: null, refusal: null });
        return null;
      }
      try {
        const question = { model: model.name, inputs: [input], options: answering(model, options) };
        const { answers: [answer] } = await ask("/v1/predict", question, signal);
        take({ answer, refusal: null });
        const found = await ask("/page/trace", traced(model, input, options), signal);
        take({ trace: found.traces[0] });
        return found;
      } catch (error) {
        if (error.name === "AbortError") return null;
        take({ refusal: error });
        return null;
      }
    },
    question: (more = {}) => ({ ...traced(model, now.values.input, now.values.options), ...more }),
    empty: () => isEmpty(now.values.input),
  };
}

/** The options that stand in the address, as far as the model has them. */
function optionsOf(model, text) {
  try {
    const known = { ...model.options, ...model.generation };
    return Object.fromEntries(Object.entries(JSON.parse(text || "{}")).filter(([name]) => name in known));
  } catch {
    return {};
  }
}

function traced(model, input, options) {
  return { model: model.name, input, options: model.generation ? {} : options };
}

/** What an answer is asked for with: some alternatives beside the best, where there are any. */
function answering(model, options) {
  if (model.generation) return { nbest: NEXT };
  const { beam = 1, sample = false } = { ...model.options, ...options };
  return beam > 1 && !sample && "nbest" in model.options ? { ...options, nbest: Math.min(beam, SHOWN) } : options;
}
