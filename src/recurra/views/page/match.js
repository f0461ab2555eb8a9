// Which units of a layer are active along a span of steps and nowhere else (after LSTMVis, Strobelt et al. 2018).
//
// A unit is active where its number is above a threshold, or, with the sign -1, below its negative.

/**
 * Every unit that is active somewhere in the span, the best match first: [{unit, sign, inside, outside, score}].
 *
 * `inside` and `outside` count the steps at which it is active; `score` is what both sets of steps, the span and the
 * active ones, have in common, of all in either (Jaccard): 1 is "exactly there". Of equals the one first whose numbers
 * differ more between inside and outside.
 *
 * Args: array [steps, units]; from and to, the first and the last step of the span; threshold above 0.
 */
export function matches(array, from, to, threshold) {
  const [steps, units] = array.shape;
  const length = to - from + 1;
  const found = [];
  for (let unit = 0; unit < units; unit += 1) {
    const both = [1, -1].map((sign) => {
      let inside = 0, outside = 0, gap = 0;
      for (let t = 0; t < steps; t += 1) {
        const value = sign * array.data[t * units + unit], within = t >= from && t <= to;
        gap += within ? value / length : -value / Math.max(1, steps - length);
        if (value <= threshold) continue;
        if (within) inside += 1;
        else outside += 1;
      }
      return { unit, sign, inside, outside, gap, score: inside / (length + outside) };
    });
    const best = both[0].score >= both[1].score ? both[0] : both[1];
    if (best.inside) found.push(best);
  }
  return found.sort((one, other) => other.score - one.score || other.gap - one.gap || one.unit - other.unit);
}

/** The steps around the largest number of a unit at which it is active: {from, to}; that step alone if it never is. */
export function activeRun(array, unit, threshold) {
  const steps = array.shape[0];
  let peak = 0;
  for (let t = 1; t < steps; t += 1) if (Math.abs(array.at(t, unit)) > Math.abs(array.at(peak, unit))) peak = t;
  const sign = Math.sign(array.at(peak, unit));
  const active = (t) => t >= 0 && t < steps && sign * array.at(t, unit) > threshold;
  let from = peak, to = peak;
  while (active(from - 1)) from -= 1;
  while (active(to + 1)) to += 1;
  return { from, to };
}
