// What can be changed about a run, one fold for each kind of change: `add(change)` is told of it.

import { h, percent } from "recurra/dom.js";
import { inputOf, textOf } from "recurra/input_text.js";
import { layersOf } from "recurra/layers.js";
import { label, quoted, shortLabel } from "recurra/tokens.js";

export const NEVER = ["<GO>", "<PAD>", "<UNK>"]; // what a model does not write
const DIALS = { temperature: [0.05, 5, 0.05], top_k: [0, 1000, 1], top_p: [0.01, 1, 0.01] };

/** What a change is about: two changes of one thing exclude each other. */
export function keyOf({ change, step, layer, unit }) {
  return JSON.stringify([change, step, layer, unit]);
}

/** A change in words; `found` is the last answer, null before the first. */
export function sayChange(one, found) {
  const token = (k) => quoted(found?.now.source_tokens[k] ?? String(Number(k) + 1));
  if (one.change === "force") return `step ${one.step + 1} is ${quoted(one.token)}`;
  if (one.change === "unit") return `unit ${one.unit} of ${one.layer} is ${one.value}${one.steps ? ` at step ${one.steps.map((k) => k + 1).join(", ")}` : ""}`;
  if (one.change === "input") return `the input is ${typeof one.given === "string" ? quoted(one.given) : "another one"}`;
  if (one.change === "decode") return Object.entries(one.settings ?? {}).map(([name, value]) => (name === "sample" && value ? "drawn at random" : `${name.replace("_", " ")} ${value}`)).join(", ");
  if (one.change !== "attention") return String(one.change);
  const pairs = Object.entries(one.weights ?? {}).filter(([, weight]) => weight > 0);
  const sum = pairs.reduce((all, [, weight]) => all + weight, 0);
  const most = pairs.sort(([, a], [, b]) => b - a).slice(0, 3).map(([k, weight]) => `${token(k)} ${percent(weight / sum)}`);
  return `step ${one.step + 1} looks at ${most.join(", ")}${pairs.length > 3 ? " and more" : ""}`;
}

/** All folds: {element, take(found, trace), force(step)}; force is null where no token can be forced. */
export function tools(live, add) {
  const { writes } = live.model;
  const writing = writes.kind === "text" || writes.kind === "next";
  const forcing = writing ? forceTool(add, live) : null;
  const every = [forcing, live.model.attends ? attentionTool(add, live, writing) : null, unitTool(add), inputTool(live, add), decodeTool(live, add)].filter(Boolean);
  return {
    element: h("div", { class: "tools-of-what-if" }, every.map((one) => one.element)),
    take: (found, trace) => every.forEach((one) => one.take(found, trace)),
    force: forcing && ((step) => forcing.at(step)),
  };
}

function fold(title, about, ...inside) {
  return h("details", { class: "tool" }, h("summary", null, title), h("p", { class: "quiet" }, about), ...inside);
}

function form(submit, ...inside) {
  return h("form", { class: "controls", on: { submit: (event) => { event.preventDefault(); submit(); } } }, inside.flat());
}

function button(text) {
  return h("button", { type: "submit" }, text);
}

/** The tokens that the model itself wrote, as it is now, with what else could stand there. */
function steps(found) {
  const written = found.pairs.map(({ now }) => now).filter(Boolean);
  const { decisions } = found.now;
  const first = [decisions.length - written.length, decisions.length - written.length - 1].find((from) => from >= 0 && written.every(({ token }, k) => decisions[from + k]?.token === token)) ?? 0;
  return written.map((one, k) => ({ ...one, top: decisions[first + k]?.top ?? [] }));
}

/** A token of the output that is chosen on the page is chosen in a tool, too. */
function follow(live, element, select, refresh) {
  if (live.model.writes.kind !== "text") return;
  live.state.watch(element, ({ output }) => {
    if (output === Number(select.value) || output >= select.options.length) return;
    select.value = output;
    refresh();
  });
}

function fillSteps(select, every, live) {
  const before = select.value || (live.model.writes.kind === "text" ? String(live.state.values.output) : "");
  select.replaceChildren(...every.map(({ token }, k) => h("option", { value: k }, `${k + 1}: ${shortLabel(token, 20)}`)));
  select.value = before && Number(before) < every.length ? before : "0";
}

function forceTool(add, live) {
  const select = h("select", { id: "force-step", on: { change: () => suggest() } });
  const field = h("input", { id: "force-token", type: "text", autocomplete: "off", spellcheck: "false", required: true });
  const likely = h("span", { class: "choice", role: "group", "aria-label": "likely tokens" });
  let every = [];
  const suggest = () => likely.replaceChildren(...(every[select.value]?.top ?? []).filter(([token]) => token !== every[select.value].token && !NEVER.includes(token)).map(([token, chance]) =>
    h("button", { type: "button", on: { click: () => send(token) } }, label(token), h("span", { class: "quiet" }, ` ${percent(chance)}`))));
  const send = (token) => add({ change: "force", step: Number(select.value), token });
  const element = fold("Another token in the output", "What stands before it stays; what comes after it is searched for anew. <EOS> ends the output.",
    form(() => send(field.value), h("label", null, "Step ", select), h("label", null, "Token ", field), button("Force it")), h("p", { class: "controls" }, h("span", { class: "quiet" }, "likely here:"), likely));
  follow(live, element, select, suggest);
  return {
    element,
    take(found) {
      every = steps(found);
      fillSteps(select, every, live);
      suggest();
    },
    at(step) {
      element.open = true;
      select.value = step;
      suggest();
      field.focus();
    },
  };
}

function attentionTool(add, live, writing) {
  const select = h("select", { id: "attention-step", on: { change: () => draw() } });
  const sliders = h("div", { class: "sliders" });
  const element = fold(writing ? "Where a step looks" : "What the answer takes from each token", "Each slider is the weight of a token of the input; together they are made to add up to 1.",
    form(() => add({ change: "attention", step: Number(select.value), weights: Object.fromEntries([...sliders.querySelectorAll("input")].map((one) => [one.dataset.place, Number(one.value) / 100])) }),
      writing ? h("label", null, "Step ", select) : null, sliders, button("Look so")));
  let found = null;
  const draw = () => {
    if (!found?.now.attention) return;
    const { attention, source_tokens } = found.now;
    const row = attention.weights[select.value || 0] ?? [];
    sliders.replaceChildren(...source_tokens.map((token, k) => {
      const input = h("input", { type: "range", min: 0, max: 100, value: Math.round(100 * (row[k] ?? 0)), "data-place": k, "aria-label": `weight of token ${k + 1}, ${quoted(token)}`, on: { input: () => (shown.textContent = input.value) } });
      const shown = h("output", null, input.value);
      return h("span", { class: "slider" }, h("span", null, shortLabel(token, 20)), input, shown);
    }));
  };
  follow(live, element, select, draw);
  return {
    element,
    take(answer) {
      found = answer;
      if (!found.now.attention) return;
      fillSteps(select, writing ? steps(found) : [{ token: "" }], live);
      draw();
    },
  };
}

function unitTool(add) {
  const select = h("select", { id: "unit-layer", on: { change: () => bound() } });
  const unit = h("input", { id: "unit-number", type: "number", min: 0, step: 1, value: 0, required: true });
  const value = h("input", { id: "unit-value", type: "number", step: "any", value: 0, required: true });
  const at = h("input", { id: "unit-steps", type: "text", inputmode: "numeric", pattern: "[0-9]+([ ,]+[0-9]+)*", placeholder: "all", title: "numbers of steps with commas between them; all steps where it is empty" });
  let layers = [];
  const bound = () => (unit.max = (layers[select.selectedIndex]?.units ?? 1) - 1);
  const send = () => {
    const numbers = at.value.split(/[ ,]+/).filter(Boolean).map((text) => Number(text) - 1);
    add({ change: "unit", layer: select.value, unit: Number(unit.value), value: Number(value.value), steps: numbers.length ? numbers : null });
  };
  const element = fold("A unit held at a value", "Whatever reads the unit reads this value; 0 switches it off.",
    form(send, h("label", null, "Layer ", select), h("label", null, "Unit ", unit), h("label", null, "Value ", value), h("label", null, "At steps ", at), button("Hold it")));
  return {
    element,
    take(_, trace) {
      layers = layersOf(trace).filter(({ cell }) => cell);
      element.hidden = !layers.length;
      const names = layers.map(({ name }) => name);
      if ([...select.options].map((one) => one.value).join() === names.join()) return;
      select.replaceChildren(...names.map((name) => h("option", { value: name }, name)));
      bound();
    },
  };
}

function inputTool(live, add) {
  if (!["text", "tokens"].includes(live.model.reads.kind)) return null;
  const field = h("textarea", { id: "other-input", rows: 1, required: true });
  const element = fold("Another input", "Change a token of it, leave one out, put one in.", form(() => add({ change: "input", given: inputOf(live.model, field.value) }), h("label", { class: "wide" }, "Input ", field), button("Ask this")));
  let before = null;
  return {
    element,
    take() {
      const text = textOf(live.model, live.now.input);
      if (text !== before) field.value = before = text;
    },
  };
}

function decodeTool(live, add) {
  const { generation, options } = live.model;
  const starts = generation ?? options;
  if (!("temperature" in starts)) return null;
  const fields = Object.entries(DIALS).map(([name, [min, max, step]]) => h("input", { id: `decode-${name}`, type: "number", min, max, step, value: starts[name], required: true, "data-name": name }));
  const settings = () => ({ ...(generation ? { beam: 0 } : { sample: true }), ...Object.fromEntries(fields.map((one) => [one.dataset.name, Number(one.value)])) });
  const element = fold("Another way of drawing", "The output is drawn at random: temperature, the number of tokens that are drawn from, the probability that they reach together.",
    form(() => add({ change: "decode", settings: settings() }), fields.map((one) => h("label", null, `${one.dataset.name.replace("_", " ")} `, one)), button("Draw so")));
  return { element, take() {} };
}
