// What the views ask of a trace: which kind of task it is of, and along which axis of the state something runs.

const TIED = ["tag", "language-model"]; // an output for each token that is read

/** Whether output k stands at place k of the text, so that both move together. */
export function isTied(trace) {
  return TIED.includes(trace.task);
}

/** Whether there is one answer for the whole input. */
export function isSingle(trace) {
  return ["classify", "regress"].includes(trace.task);
}

/** Which value of the state moves along the steps of a layer: "output" for a decoder, else "place". */
export function axisOf(layer) {
  return layer.name.startsWith("decoder") ? "output" : "place";
}

/** The limits of the state for these traces: the longest of each. */
export function limitsOf(traces) {
  const all = traces.flatMap((trace) => [trace, ...trace.members]);
  const longest = (name) => Math.max(1, ...all.map((trace) => trace[name].length));
  return { output: longest("target_tokens"), place: longest("source_tokens") };
}

/** What the pointer or else the state is at: {output} or {place}. */
export function focusOf({ hover, output }) {
  return hover && (hover.output !== undefined || hover.place !== undefined) ? hover : { output };
}

/** Of rows for some positions, in order, the number of that at a position, or of the last one before it. */
export function rowAt(places, at) {
  return Math.max(0, places.findLastIndex((place) => place <= at));
}
