// A pattern of units: steps of the input that are marked, the units that are active there, and where else in many inputs
// they are. The span, the threshold and the layer are those of the view of units (recurra/units.js).

import { ask, latest, shown } from "recurra/asking.js";
import { layerChooser } from "recurra/choosers.js";
import { dataChooser, inputOfExample } from "recurra/data_chooser.js";
import { h } from "recurra/dom.js";
import { layerAt, layersOf } from "recurra/layers.js";
import { directionOf, label, quoted } from "recurra/tokens.js";

const THRESHOLD = 0.3;
const COUNT = 12, SEARCHED = 300; // matches that are shown, inputs that are searched
const AROUND = 25; // tokens on each side of a match

export const pattern = {
  id: "pattern",
  title: "Find a pattern",
  about: {
    text: [
      "Mark some steps of the input: the units of the layer that are active at each of them, and not just before or after, are a pattern. If they mean something, the same units will be active together at similar places of other inputs.",
      "Matches are places where units of the pattern are active together. Those with most of its units come first, then those of nearly the same length.",
    ],
    formula: ["unit k is active at step t: h_{tk} > threshold"],
  },
  applies: ({ trace }) => trace !== null && layersOf(trace).length > 0,
  kept: { data: "", beside: "" },
  make,
};

function make(live) {
  const said = h("p", { role: "status" });
  const place = h("div", { class: "pattern" });
  const steps = h("div", { class: "steps-marked", role: "group", "aria-label": "steps of the input" });
  const layers = h("div");
  const threshold = h("input", { type: "number", step: 0.05, min: 0, "aria-label": "active above", on: { change: () => take({ threshold: Number(threshold.value) || THRESHOLD }) } });
  const beside = h("input", { type: "checkbox", on: { change: () => live.state.set({ beside: beside.checked ? "1" : "" }) } });
  const find = latest(ask);
  let body = null, layer = null, asked = "", trace = null, begun = null;

  const chosen = dataChooser(live, (found) => { body = found; search(); });
  const span = () => spanOf(live.state.values, layer.tokens.length);
  function take(changes) {
    const { from, to, threshold: now } = { ...span(), ...changes };
    live.state.set({ span: `${Math.min(from, to)}-${Math.max(from, to)},${now}` });
  }
  function draw() {
    if (!trace) return;
    layer = layerAt(layersOf(trace), live.state.values);
    const { from, to, threshold: now } = span();
    threshold.value = now;
    beside.checked = live.state.values.beside === "1";
    if (steps.dataset.of !== `${layer.name} ${layer.tokens.join(" ")}`) fillSteps();
    [...steps.children].forEach((button, k) => {
      button.setAttribute("aria-pressed", String(k >= from && k <= to));
      button.tabIndex = k === from ? 0 : -1;
    });
    search();
  }
  function fillSteps() {
    steps.dataset.of = `${layer.name} ${layer.tokens.join(" ")}`;
    steps.dir = directionOf(layer.tokens);
    steps.replaceChildren(...layer.tokens.map((token, k) => h("button", { type: "button", "aria-label": `step ${k + 1}: ${label(token)}`, on: {
      pointerdown: (event) => { event.currentTarget.releasePointerCapture?.(event.pointerId); begun = k; take({ from: k, to: k }); },
      pointerenter: (event) => event.buttons && begun !== null && take({ from: begun, to: k }),
      click: (event) => event.detail === 0 && take({ from: k, to: k }),
      keydown: (event) => walk(event, k),
    } }, label(token))));
  }
  function walk(event, k) {
    const ahead = steps.dir === "rtl" ? -1 : 1;
    const next = { ArrowLeft: k - ahead, ArrowRight: k + ahead }[event.key];
    if (next === undefined || !steps.children[next]) return;
    event.preventDefault();
    begun = event.shiftKey ? begun ?? k : next;
    take({ from: begun, to: next });
    steps.children[next].focus();
  }
  function search() {
    if (!body || !layer || trace !== live.now.trace) return;
    const { from, to, threshold: above } = span();
    const question = { model: live.model.name, ...body, input: live.now.input, span: [from, to + 1], layer: layer.name, state: "hidden", threshold: above, alone: !beside.checked, examples: SEARCHED, count: COUNT };
    delete question.targets;
    const key = JSON.stringify(question);
    if (key === asked) return;
    asked = key;
    shown(place, find("/v1/pattern", question), (found) => matchesOf(live, found, said));
  }
  live.watch(steps, (now) => {
    if (!now.trace || now.trace === trace) return;
    trace = now.trace;
    layers.replaceChildren(layerChooser(layersOf(trace), live.state));
    draw();
  });
  live.state.watch(steps, draw);
  return h("div", { on: chosen.drops },
    h("div", { class: "controls" }, chosen.element, layers, h("label", null, "Active above ", threshold), h("label", { class: "check" }, beside, "also active beside the steps")),
    h("p", { class: "quiet" }, "Drag over the steps, or move with the arrow keys and hold Shift."), steps, said, place);
}

function spanOf({ span }, count) {
  const found = span.match(/^(\d+)-(\d+),(\d*\.?\d+)$/)?.slice(1).map(Number);
  const last = Math.max(0, count - 1);
  return found ? { from: Math.min(found[0], last), to: Math.min(found[1], last), threshold: found[2] } : { from: 0, to: 0, threshold: THRESHOLD };
}

function matchesOf(live, found, said) {
  const { units, matches, tokens, first, last, threshold, alone, texts, steps } = found;
  const where = last - first === 1 ? `at ${quoted(tokens[first])}` : `from ${quoted(tokens[first])} to ${quoted(tokens[last - 1])}`;
  if (!units.length) {
    said.textContent = `No unit is above ${threshold} ${where}${alone ? " and not beside it" : ""}.`;
    return [];
  }
  said.textContent = `${units.length === 1 ? `Unit ${units[0]} is` : `${units.length} units are`} above ${threshold} ${where}${alone ? " and not beside it" : ""}; searched were ${steps.toLocaleString("en")} steps of ${texts.toLocaleString("en")} inputs.`;
  const others = matches.filter((one) => one.number > 0);
  return [
    h("p", { class: "unit-buttons" }, units.slice(0, 24).map((unit) => h("button", { type: "button", class: "chip", on: { click: () => live.state.set({ unit, tab: "units" }) } }, `unit ${unit}`)), units.length > 24 ? ` and ${units.length - 24} more` : null),
    others.length ? h("ol", { class: "pattern-matches", "aria-label": "matches" }, others.map((one) => matchNode(live, one, units.length, found.characters))) : h("p", null, "There is no other place."),
    found.notes.length ? h("ul", { class: "notes" }, found.notes.map((note) => h("li", null, note))) : null,
  ];
}

function matchNode(live, { number, tokens, first, last, units }, all, close) {
  const begin = Math.max(0, first - AROUND), end = Math.min(tokens.length, last + AROUND);
  const piece = (from, to) => tokens.slice(from, to).map((token) => (close && !token.startsWith("<") ? token : label(token))).join(close ? "" : " ");
  const text = h("bdi", { dir: directionOf(tokens), class: "match-text" },
    begin ? "…" : "", piece(begin, first), close ? "" : " ", h("mark", null, piece(first, last)), close ? "" : " ", piece(last, end), end < tokens.length ? "…" : "");
  const plain = tokens.filter((token) => !/^<(GO|EOS)>$/.test(token)).join(close ? "" : " ");
  const input = tokens.length < 200 && !live.model.reads.columns?.[1] ? inputOfExample(live.model, plain) : undefined;
  const about = h("span", { class: "quiet" }, `${units.length} of ${all} units; input ${number.toLocaleString("en")}`);
  const opens = typeof input === "string" && !tokens.some((token) => token === "<UNK>");
  return h("li", null, opens ? h("button", { type: "button", class: "plain", on: { click: () => live.set({ input }) } }, text) : text, about);
}
