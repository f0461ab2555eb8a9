// In which order the units of a layer are drawn. Each gives the units, the one on top first, from an array [steps, units].

const LOW = 0.1, HIGH = 0.9; // below and above, a gate counts as saturated (Karpathy et al. 2015)

export const ORDERS = {
  "as they are": ({ shape }) => range(shape[1]),
  similarity: bySimilarity,
  saturation: (array) => falling(array, (share) => share.high - share.low),
  mean: (array) => falling(array, (share) => share.mean),
};

/**
 * Of all numbers of an array, or of those of one unit: {mean, low, high}, the last two the shares that are saturated.
 * Numbers from 0 to 1 are so below 0.1 and above 0.9; those with a sign below -0.9 and above 0.9.
 */
export function saturation(array, unit = null) {
  const [steps, units] = array.shape;
  const least = signed(array) ? -HIGH : LOW;
  let sum = 0, low = 0, high = 0, count = 0;
  for (let t = 0; t < steps; t += 1) {
    for (let k = unit ?? 0; k < (unit === null ? units : unit + 1); k += 1) {
      const value = array.data[t * units + k];
      sum += value;
      count += 1;
      if (value < least) low += 1;
      else if (value > HIGH) high += 1;
    }
  }
  return { mean: sum / count, low: low / count, high: high / count, least, most: HIGH };
}

const known = new WeakMap();

/** Whether an array has numbers below 0, as a candidate or a state has. */
export function signed(array) {
  if (!known.has(array)) known.set(array, array.data.some((value) => value < 0));
  return known.get(array);
}

function range(length) {
  return Array.from({ length }, (_, k) => k);
}

function falling(array, size) {
  const sizes = range(array.shape[1]).map((unit) => size(saturation(array, unit)));
  return range(array.shape[1]).sort((one, other) => sizes[other] - sizes[one] || one - other);
}

/**
 * Units whose numbers go together stand together: agglomerative clustering with average linkage over Euclidean distances
 * (nearest-neighbour chains, so time grows with the square of the units), each pair of branches laid end to end where
 * they are nearest. The half with the larger mean is on top.
 */
function bySimilarity(array) {
  const units = array.shape[1];
  const distance = distances(array);
  const at = (one, other) => one * units + other;
  const members = range(units).map((unit) => [unit]);
  const mean = distance.slice(); // average distance of two clusters, each named by its first member
  const alive = new Set(range(units));
  const chain = [];
  while (alive.size > 1) {
    if (!chain.length) chain.push(alive.values().next().value);
    const last = chain.at(-1), before = chain.at(-2);
    let nearest = before ?? -1, least = before === undefined ? Infinity : mean[at(last, before)];
    for (const other of alive) {
      if (other === last || !(mean[at(last, other)] < least)) continue;
      nearest = other;
      least = mean[at(last, other)];
    }
    if (nearest !== before) {
      chain.push(nearest);
      continue;
    }
    chain.length -= 2;
    const [kept, gone] = last < before ? [last, before] : [before, last];
    const [sizeKept, sizeGone] = [members[kept].length, members[gone].length];
    for (const other of alive) {
      const joined = (sizeKept * mean[at(kept, other)] + sizeGone * mean[at(gone, other)]) / (sizeKept + sizeGone);
      mean[at(kept, other)] = mean[at(other, kept)] = joined;
    }
    members[kept] = laid(members[kept], members[gone], (one, other) => distance[at(one, other)]);
    alive.delete(gone);
  }
  const order = members[alive.values().next().value];
  const half = order.length >> 1;
  const sum = (part) => part.reduce((total, unit) => total + saturation(array, unit).mean, 0) / Math.max(1, part.length);
  return sum(order.slice(0, half)) < sum(order.slice(half)) ? order.reverse() : order;
}

/** Two branches in a row, each turned so that the ends that meet are the nearest ones. */
function laid(one, other, distance) {
  const ways = [[one, other], [one.toReversed(), other], [one, other.toReversed()], [one.toReversed(), other.toReversed()]];
  const gaps = ways.map(([left, right]) => distance(left.at(-1), right[0]));
  const [left, right] = ways[gaps.indexOf(Math.min(...gaps))];
  return [...left, ...right];
}

function distances({ shape: [steps, units], data }) {
  const rows = new Float32Array(units * steps); // a row for each unit
  for (let t = 0; t < steps; t += 1) for (let unit = 0; unit < units; unit += 1) rows[unit * steps + t] = data[t * units + unit];
  const found = new Float32Array(units * units);
  for (let one = 0; one < units; one += 1) {
    for (let other = 0; other < one; other += 1) {
      let sum = 0;
      for (let t = 0, a = one * steps, b = other * steps; t < steps; t += 1, a += 1, b += 1) {
        const gap = rows[a] - rows[b];
        sum += gap * gap;
      }
      found[one * units + other] = found[other * units + one] = Math.sqrt(sum);
    }
  }
  return found;
}
