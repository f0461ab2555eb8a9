// Units of a layer over many texts: where each is strongest, what it correlates with, and which are active at a place.
//
//   texts   the tokens of each text
//   values  [S, H], the texts one after the other
//   follows what each unit correlates with, and its correlation: [["digits", 0.62], ...]
//
// tracing/activations.py asks the same questions and says what the answers mean.

import { unpack } from "recurra/arrays.js";
import { h } from "recurra/dom.js";
import { directionOf, tokenNode } from "recurra/tokens.js";

const PLACES = 10; // that are shown
const FEW = 3; // of the other end
const AROUND = 30; // tokens on each side of a place
const SHORT = 40; // tokens of a text in the list of texts

/** Fills an element with the page. */
export function units(data, root) {
  const values = unpack(data.values);
  const starts = [0];
  for (const text of data.texts) starts.push(starts.at(-1) + text.length);
  const found = { ...data, values, starts, units: values.shape[1] };
  const state = read(found);
  const order = [...data.follows.keys()].sort((one, other) => Math.abs(data.follows[other][1]) - Math.abs(data.follows[one][1]));
  const list = h("ul", { class: "unit-list", role: "listbox", tabindex: 0, "aria-label": "units, the clearest first" });
  const one = h("section", { "aria-labelledby": "one-unit" });
  const place = h("section", { "aria-labelledby": "one-place" });
  const set = (changes) => {
    Object.assign(state, changes);
    write(state);
    draw(changes);
  };
  const draw = (changes) => {
    if ("unit" in changes) {
      choose(list, state.unit);
      one.replaceChildren(...unitView(found, state.unit, set));
    }
    if (["text", "first", "last", "threshold"].some((name) => name in changes)) drawPlace(place, found, state, set);
  };
  fillList(list, found, order, state, set);
  root.replaceChildren(
    h("header", null, h("h1", null, data.title), data.notes.length ? h("ul", { class: "notes" }, data.notes.map((note) => h("li", null, note))) : null),
    h("p", null, `${data.layer}, ${data.name}: ${found.units} units over ${values.shape[0].toLocaleString("en")} steps of ${data.texts.length.toLocaleString("en")} texts.`),
    h("div", { class: "two" }, h("div", null, h("h2", null, "Units, and what each correlates with"), list), one),
    place,
  );
  draw(state);
  addEventListener("hashchange", () => {
    Object.assign(state, read(found));
    draw(state);
  });
}

// The address

function read(found) {
  const asked = new URLSearchParams(location.hash.slice(1));
  const number = (name, most, usual) => {
    const value = Number.parseInt(asked.get(name) ?? usual, 10);
    return Number.isNaN(value) ? usual : Math.max(0, Math.min(value, most));
  };
  const clearest = found.follows.reduce((best, [, r], k) => (Math.abs(r) > Math.abs(found.follows[best][1]) ? k : best), 0);
  const text = number("text", found.texts.length - 1, 0);
  const first = number("first", found.texts[text].length - 1, 0);
  const threshold = Number(asked.get("threshold") ?? found.threshold);
  return {
    unit: number("unit", found.units - 1, clearest),
    text,
    first,
    last: Math.max(first + 1, number("last", found.texts[text].length, first + 1)),
    threshold: Number.isFinite(threshold) ? threshold : found.threshold,
  };
}

function write(state) {
  try {
    history.replaceState(null, "", `#${new URLSearchParams(state)}`);
  } catch {
    // a frame without an address of its own: the page works, only without links
  }
}

// Questions to the values

const at = (found, text, step, unit) => found.values.at(found.starts[text] + step, unit);

/** The step of each text at which a unit is largest (sign 1) or smallest (-1), the most extreme first. */
export function strongest(found, unit, sign) {
  const places = found.texts.map((tokens, text) => {
    let best = 0;
    for (let k = 1; k < tokens.length; k += 1) if (sign * at(found, text, k, unit) > sign * at(found, text, best, unit)) best = k;
    return { text, first: best, last: best + 1, value: at(found, text, best, unit) };
  });
  return places.sort((one, other) => sign * (other.value - one.value)).slice(0, PLACES);
}

/** The units above the threshold at all steps of a place and not at the steps beside it. */
export function active(found, { text, first, last, threshold }) {
  const length = found.texts[text].length;
  const beside = [first - 1, last].filter((k) => k >= 0 && k < length);
  const on = (k, unit) => at(found, text, k, unit) > threshold;
  return Array.from({ length: found.units }, (_, unit) => unit).filter((unit) => {
    for (let k = first; k < last; k += 1) if (!on(k, unit)) return false;
    return !beside.some((k) => on(k, unit));
  });
}

/** Other places where most of these units are active, each from its first to its last step and not longer, the best first. */
export function elsewhere(found, chosen, { text, first, last, threshold }) {
  const off = (one) => Math.abs(one.last - one.first - (last - first)); // from the length of the pattern
  const order = (one, other) => other.shared - one.shared || off(one) - off(other) || one.text - other.text || one.first - other.first;
  const places = found.texts.flatMap((tokens, k) => (k === text ? [] : apart(runs(found, chosen, k, threshold).sort(order))));
  return places.sort(order).slice(0, PLACES).map((one) => ({ ...one, value: one.shared / chosen.length }));
}

/** The steps at which units go on and off together, with how many of the chosen ones do. */
function runs(found, chosen, text, threshold) {
  const together = new Map();
  const length = found.texts[text].length;
  for (const unit of chosen) {
    let first = -1;
    for (let k = 0; k <= length; k += 1) {
      const on = k < length && at(found, text, k, unit) > threshold;
      if (on && first < 0) first = k;
      if (on || first < 0) continue;
      const place = together.get(`${first} ${k}`) ?? { text, first, last: k, shared: 0 };
      together.set(`${first} ${k}`, { ...place, shared: place.shared + 1 });
      first = -1;
    }
  }
  return [...together.values()];
}

/** Of places, the best first, those that do not overlap with a better one. */
function apart(places) {
  const kept = [];
  for (const one of places) if (!kept.some((other) => one.first < other.last && other.first < one.last)) kept.push(one);
  return kept;
}

/** Units whose values correlate most with those of this one, in either direction, with the correlation. */
export function alike(found, unit, most = 8) {
  const { data, shape: [steps, width] } = found.values;
  const mean = new Float64Array(width);
  const squares = new Float64Array(width);
  const products = new Float64Array(width);
  for (let step = 0; step < steps; step += 1) {
    const own = data[step * width + unit];
    for (let k = 0; k < width; k += 1) {
      const value = data[step * width + k];
      mean[k] += value / steps;
      squares[k] += value * value / steps;
      products[k] += value * own / steps;
    }
  }
  const deviation = squares.map((value, k) => Math.sqrt(Math.max(0, value - mean[k] ** 2)));
  return Array.from(products, (value, k) => [k, (value - mean[k] * mean[unit]) / (deviation[k] * deviation[unit] || Infinity)])
    .filter(([k]) => k !== unit)
    .sort((one, other) => Math.abs(other[1]) - Math.abs(one[1]))
    .slice(0, most);
}

// What they look like

const signed = (value) => value.toFixed(2).replace("-", "−");

function fillList(list, found, order, state, set) {
  list.append(...order.map((unit) => {
    const [what, r] = found.follows[unit];
    return h("li", { role: "option", id: `unit-${unit}`, "aria-selected": "false", on: { click: () => set({ unit }) } },
      h("span", null, unit), h("span", { class: Math.abs(r) < found.clear ? "quiet" : null }, what), h("span", { class: "quiet" }, signed(r)));
  }));
  list.addEventListener("keydown", (event) => {
    const now = order.indexOf(state.unit);
    const to = { ArrowUp: now - 1, ArrowDown: now + 1, Home: 0, End: order.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    set({ unit: order[Math.max(0, Math.min(to, order.length - 1))] });
  });
}

function choose(list, unit) {
  for (const item of list.children) item.setAttribute("aria-selected", String(item.id === `unit-${unit}`));
  list.setAttribute("aria-activedescendant", `unit-${unit}`);
  const item = list.querySelector(`#unit-${unit}`);
  list.scrollTop += item.getBoundingClientRect().top - list.getBoundingClientRect().top - list.clientHeight / 3;
}

function unitView(found, unit, set) {
  const [what, r] = found.follows[unit];
  const others = alike(found, unit).map(([other, value]) =>
    h("button", { type: "button", "data-unit": other, on: { click: () => set({ unit: other }) } }, `${other} (${signed(value)})`));
  const clearly = Math.abs(r) < found.clear ? "nothing clearly, most with " : "";
  const ends = [["strongest", 1], ["lowest", -1]];
  if (r < 0) ends.reverse(); // what it goes against is where it is lowest
  return [
    h("h3", { id: "one-unit", "aria-live": "polite" }, `Unit ${unit} correlates with ${clearly}${what} (r = ${signed(r)})`),
    h("div", { class: "quiet" }, "Units like it (r): ", h("span", { class: "links" }, others)),
    ...ends.flatMap(([name, sign], k) => [
      h("h2", null, `Where it is ${name}`),
      placeList(found, strongest(found, unit, sign).slice(0, k ? FEW : PLACES), [unit], set),
    ]),
  ];
}

function placeList(found, places, chosen, set) {
  return h("ol", { class: "found" }, places.map((place) =>
    h("li", null, h("span", { class: "value" }, signed(place.value)), heat(found, place, chosen),
      h("button", { type: "button", on: { click: () => mark(place, set) } }, "mark"))));
}

function mark({ text, first, last }, set) {
  set({ text, first, last });
  document.getElementById("one-place").scrollIntoView({ block: "start" });
}

/** The text around a place, each token on the colour of the value of a unit, or of the mean of several. */
function heat(found, { text, first, last }, chosen) {
  const full = largest(found, chosen);
  const tokens = found.texts[text];
  const begin = Math.max(0, first - AROUND);
  const shown = tokens.slice(begin, last + AROUND).map((token, k) => {
    const step = begin + k;
    const value = chosen.reduce((sum, unit) => sum + at(found, text, step, unit), 0) / chosen.length;
    const kind = [value < 0 ? "low" : "", step >= first && step < last ? "here" : ""].filter(Boolean).join(" ");
    return h("span", { class: kind || null, title: signed(value), style: { "--w": Math.min(1, Math.abs(value) / full).toFixed(3) } }, tokenNode(token));
  });
  return h("span", { class: found.characters ? "heat" : "heat words", dir: directionOf(tokens) },
    begin ? "… " : null, shown, last + AROUND < tokens.length ? " …" : null);
}

function largest(found, chosen) {
  let most = 0;
  const { data, shape: [steps, width] } = found.values;
  for (const unit of chosen) for (let step = 0; step < steps; step += 1) most = Math.max(most, Math.abs(data[step * width + unit]));
  return most || 1;
}

// A place: which units are active at these steps alone, and where else they are

function drawPlace(section, found, state, set) {
  if (section.dataset.text !== String(state.text)) {
    section.dataset.text = state.text;
    section.replaceChildren(h("h3", { id: "one-place" }, "Units that are active at a place"),
      h("p", { class: "quiet" }, "Mark steps of a text: press on the first and drag to the last, or move with the arrow keys and hold Shift."),
      choices(found, state, set), steps(found, state, set), h("div", { class: "answer-to-place", "aria-live": "polite" }));
  }
  const slider = section.querySelector("[type=range]");
  slider.value = state.threshold;
  slider.nextSibling.textContent = state.threshold.toFixed(2);
  section.querySelectorAll(".steps-of button").forEach((button, k) => {
    button.setAttribute("aria-pressed", String(k >= state.first && k < state.last));
    button.tabIndex = k === state.first ? 0 : -1;
  });
  section.querySelector(".answer-to-place").replaceChildren(...answer(found, state, set));
}

function choices(found, state, set) {
  const options = found.texts.map((tokens, k) =>
    h("option", { value: k, selected: k === state.text }, `${k + 1}: ${tokens.slice(0, SHORT).join(found.characters ? "" : " ")}`));
  const text = h("select", { on: { change: () => set({ text: Number(text.value), first: 0, last: 1 }) } }, options);
  const slider = h("input", { type: "range", min: 0, max: 1, step: 0.05, on: { input: () => set({ threshold: Number(slider.value) }) } });
  return h("div", { class: "choose" }, h("label", null, "text", text), h("label", null, "active above", slider, h("span")));
}

function steps(found, state, set) {
  const tokens = found.texts[state.text];
  let begun = null;
  const to = (k) => set({ first: Math.min(begun, k), last: Math.max(begun, k) + 1 });
  const direction = directionOf(tokens);
  const buttons = tokens.map((token, k) => h("button", { type: "button", "aria-pressed": "false", "aria-label": `step ${k}: ${token}`, on: {
    pointerdown: () => { begun = k; to(k); },
    pointerenter: (event) => event.buttons && begun !== null && to(k),
    click: (event) => { if (event.detail === 0) { begun = k; to(k); } }, // by the keyboard
    keydown: (event) => {
      const ahead = direction === "rtl" ? -1 : 1;
      const next = { ArrowLeft: k - ahead, ArrowRight: k + ahead }[event.key];
      if (next === undefined || !buttons[next]) return;
      event.preventDefault();
      if (event.shiftKey) { begun ??= k; to(next); } else { begun = next; to(next); }
      buttons[next].focus();
    },
  } }, tokenNode(token)));
  return h("div", { class: "steps-of", role: "group", "aria-label": "steps of the text", dir: direction }, buttons);
}

function answer(found, state, set) {
  const chosen = active(found, state);
  if (!chosen.length) return [h("p", null, `No unit is above ${state.threshold.toFixed(2)} at these steps alone.`)];
  const places = elsewhere(found, chosen, state);
  return [
    h("p", null, `Above ${state.threshold.toFixed(2)} at these steps alone: `, h("span", { class: "links" }, chosen.map((unit) =>
      h("button", { type: "button", "data-unit": unit, on: { click: () => set({ unit }) } }, `unit ${unit}`)))),
    placeList(found, [{ ...state, value: 1 }], chosen, set),
    h("h2", null, "Other places, with the share of these units that is active there and not at the steps beside"),
    places.length ? placeList(found, places, chosen, set) : h("p", null, "There are none."),
  ];
}
