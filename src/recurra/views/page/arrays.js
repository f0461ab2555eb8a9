// Arrays of a trace. In a saved page they are packed: {"shape": [T, H], "scale": s, "int16": base64, little-endian},
// a number being int16 * s, {"int8"} likewise where there are very many, or {"shape", "float32": base64} where small
// numbers count as well. From a server they are nested lists. `unpack` takes all of them and gives the same.

const unpacked = new WeakMap();

/** An array: `shape`, `data` (Float32Array, row by row), and `at(i, j, ...)`, `row(i)`. The same object each time. */
export function unpack(value) {
  if (!unpacked.has(value)) unpacked.set(value, Array.isArray(value) ? ofLists(value) : ofBytes(value));
  return unpacked.get(value);
}

/** Least, largest, mean and standard deviation. */
export function statistics({ data }) {
  let least = Infinity, largest = -Infinity, sum = 0, squares = 0;
  for (const value of data) {
    if (value < least) least = value;
    if (value > largest) largest = value;
    sum += value;
  }
  const mean = sum / data.length;
  for (const value of data) squares += (value - mean) ** 2;
  return { least, largest, mean, deviation: Math.sqrt(squares / data.length) };
}

const sizes = new WeakMap();

/** The largest absolute value of an array. */
export function sizeOf(array) {
  if (!sizes.has(array)) sizes.set(array, array.data.reduce((size, value) => Math.max(size, Math.abs(value)), 0));
  return sizes.get(array);
}

/** The place of the largest number; the first of several. */
export function largestOf(values) {
  let best = 0;
  for (let k = 1; k < values.length; k += 1) if (values[k] > values[best]) best = k;
  return best;
}

function arrayOf(shape, data) {
  const steps = shape.map((_, axis) => shape.slice(axis + 1).reduce((size, one) => size * one, 1));
  return {
    shape,
    data,
    at: (...places) => data[places.reduce((sum, place, axis) => sum + place * steps[axis], 0)],
    row: (place) => data.subarray(place * steps[0], (place + 1) * steps[0]),
  };
}

function ofLists(lists) {
  const shape = [];
  for (let inner = lists; Array.isArray(inner); inner = inner[0]) shape.push(inner.length);
  return arrayOf(shape, Float32Array.from(lists.flat(shape.length - 1)));
}

function ofBytes({ shape, scale, int8, int16, float32 }) {
  const bytes = Uint8Array.from(atob(int8 ?? int16 ?? float32), (character) => character.charCodeAt(0));
  const view = new DataView(bytes.buffer);
  const [size, read] = int8 !== undefined ? [1, (k) => view.getInt8(k) * scale]
    : int16 !== undefined ? [2, (k) => view.getInt16(2 * k, true) * scale]
    : [4, (k) => view.getFloat32(4 * k, true)];
  const data = new Float32Array(bytes.length / size);
  for (let k = 0; k < data.length; k += 1) data[k] = read(k);
  return arrayOf(shape, data);
}

/** A record with nested lists in place of its packed arrays: the same JSON that `trace.to_json()` gives. */
export function arrayToLists(value) {
  if (Array.isArray(value)) return value.map(arrayToLists);
  if (value === null || typeof value !== "object") return value;
  if ("shape" in value && ("int16" in value || "float32" in value)) return nested(unpack(value));
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, arrayToLists(inner)]));
}

const DIGITS = 4; // significant ones, as in the JSON of a trace

function nested({ shape, data }, axis = 0, start = 0) {
  if (axis === shape.length) return Number(data[start].toPrecision(DIGITS));
  const size = shape.slice(axis + 1).reduce((product, one) => product * one, 1);
  return Array.from({ length: shape[axis] }, (_, k) => nested({ shape, data }, axis + 1, start + k * size));
}
