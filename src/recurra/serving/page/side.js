// One side of the bench: a model, its input and options as they stand in the address, and what has been answered.

import { ask, streamed } from "recurra/asking.js";
import { inputOf, isEmpty, textOf } from "recurra/input_text.js";
import { observed } from "recurra/state.js";

const START = { input: null, options: {}, target: "", answer: null, written: "", trace: null, refusal: null };
const SHOWN = 5; // alternatives of an answer that are asked for
const NEXT = 12; // of what could come next

/**
 * Side `k` (0 or 1): {model, now, set({input, options, target}), follow(values), answered(signal)}. `now` is observed;
 * `follow` takes what stands in the address, and says whether that is another question than before.
 */
export function sideOf(page, model, k) {
  const now = observed(START);
  let before = null;
  const own = () => Boolean(k && page.state.values.input2);
  const textIn = (values) => (k && values.input2 ? values.input2 : values.input);
  const take = (changes) => now.take({ ...now.values, ...changes });
  const question = ({ input, options, target }) =>
    ({ model: model.name, input, options: model.generation ? {} : options, ...(target ? { target } : {}) });
  const predicting = async (input, options, signal) => (await ask("/v1/predict", { model: model.name, inputs: [input], options: answering(model, options) }, signal)).answers[0];
  const writing = (input, options, signal) => streamed("/v1/generate", { model: model.name, input, options: answering(model, options) }, (piece) => take({ written: now.values.written + piece }), signal);
  return {
    model,
    now,
    set({ input, options, target }) {
      const changes = {};
      if (target !== undefined) changes.target = target;
      if (options !== undefined) changes.options = Object.keys(options).length ? JSON.stringify(options) : "";
      if (input !== undefined) Object.assign(changes, { [own() ? "input2" : "input"]: textOf(model, input) }, own() ? {} : { target: "" });
      page.state.set(changes);
    },
    follow(values) {
      const [text, target] = [textIn(values), own() ? "" : values.target];
      const asked = JSON.stringify([text, values.options, target]);
      if (asked === before) return false;
      before = asked;
      take({ written: "", input: inputOf(model, text), options: optionsOf(model, values.options), target });
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
        const answer = await (model.streams && !model.generation ? writing(input, options, signal) : predicting(input, options, signal));
        take({ answer, written: "", refusal: null });
        const found = await ask("/page/trace", question(now.values), signal);
        take({ trace: found.traces[0] });
        return found;
      } catch (error) {
        if (error.name !== "AbortError") take({ refusal: error });
        return null;
      }
    },
    question: (more = {}) => ({ ...question(now.values), ...more }),
    empty: () => isEmpty(now.values.input),
  };
}

/** The options that stand in the address, as far as the model has them. */
function optionsOf(model, text) {
  try {
    const known = { ...model.options, ...model.generation, ...(model.generation ? { length: 0 } : {}) };
    return Object.fromEntries(Object.entries(JSON.parse(text || "{}")).filter(([name]) => name in known));
  } catch {
    return {};
  }
}

/** What an answer is asked for with: some alternatives beside the best, where there are any. */
function answering(model, options) {
  if (model.generation) return { nbest: NEXT };
  const { beam = 1, sample = false } = { ...model.options, ...options };
  return beam > 1 && !sample && "nbest" in model.options ? { ...options, nbest: Math.min(beam, SHOWN) } : options;
}
