// Where an input is typed, chosen, drawn or pasted: an editor for each kind of input (reads.kind of GET /v1/models), with
// examples to click. An editor calls live.set({input}) and follows live.now.input, which others change as well.

import { conversation } from "recurra/conversation.js";
import { h } from "recurra/dom.js";
import { imagePad } from "recurra/image_pad.js";
import { numbersField, seriesFields } from "recurra/number_fields.js";

const LONGEST = 32; // characters of an example on its button

/** The editor for what a model reads; `k` tells two of them on a page apart. */
export function editorOf(live, k) {
  const { kind } = live.model.reads;
  return h("div", { class: "editor" }, EDITORS[kind](live, k), kind === "turns" ? null : examples(live));
}

const EDITORS = {
  text: (live, k) => wholeInput(live, (set) => textField(`input-${k}`, "Text", set)),
  tokens: (live, k) => wholeInput(live, (set) => textField(`input-${k}`, "Text, with a space between two tokens", set)),
  category: (live, k) => wholeInput(live, (set) => categoryField(`input-${k}`, live.model.reads.columns[0], "Input", set)),
  number: (live, k) => wholeInput(live, (set) => numberField(`input-${k}`, "Number", set)),
  vector: (live, k) => wholeInput(live, (set) => numbersField(`input-${k}`, live.model.reads.columns[0], "Numbers", set)),
  series: (live, k) => seriesFields(live, k),
  image: (live, k) => wholeInput(live, (set) => imagePad(`input-${k}`, live.model.reads.columns[0], "Image", set)),
  turns: conversation,
  columns: columnFields,
};

/** A field for the whole input. A field is {element, take(value)}: it calls what it was made with when it is changed. */
function wholeInput(live, make) {
  const field = make((input) => live.set({ input }));
  live.watch(field.element, ({ input }) => field.take(input));
  return field.element;
}

/** A field for each column, by its name or, where columns have none, by its number. */
function columnFields(live, k) {
  const { columns } = live.model.reads;
  const named = columns.some(({ name }) => name);
  const row = (input) => columns.map(({ name }, j) => (named && !Array.isArray(input) ? input?.[name] : input?.[j]) ?? "");
  const fields = columns.map((column, j) => FIELDS[column.kind](`input-${k}-${j}`, column, column.name || `Column ${j + 1}`, (value) => {
    const cells = row(live.now.input).with(j, value);
    live.set({ input: named ? Object.fromEntries(columns.map(({ name }, i) => [name, cells[i]])) : cells });
  }));
  const element = h("div", { class: "fields" }, fields.map((field) => field.element));
  live.watch(element, ({ input }) => row(input).forEach((cell, j) => fields[j].take(cell)));
  return element;
}

const FIELDS = {
  text: (id, _, name, set) => textField(id, name, set),
  category: categoryField,
  number: (id, _, name, set) => numberField(id, name, set),
  vector: numbersField,
  series: numbersField,
  image: imagePad,
};

/** A text, on as many lines as it has. */
function textField(id, name, set) {
  const field = h("textarea", { id, rows: 1, spellcheck: "false", autocomplete: "off", autocapitalize: "off", dir: "auto", on: { input: () => set(field.value) } });
  return { element: h("div", { class: "field" }, h("label", { for: id }, h("bdi", null, name)), field), take: (value) => put(field, value ?? "") };
}

function categoryField(id, { categories }, name, set) {
  const field = h("select", { id, on: { change: () => set(field.value) } }, categories.map((one) => h("option", { value: one }, one || "(empty)")));
  return { element: h("div", { class: "field" }, h("label", { for: id }, h("bdi", null, name)), field), take: (value) => { field.value = value; } };
}

function numberField(id, name, set) {
  const field = h("input", { id, type: "number", step: "any", on: { input: () => field.value !== "" && set(Number(field.value)) } });
  return { element: h("div", { class: "field" }, h("label", { for: id }, h("bdi", null, name)), field), take: (value) => Number(field.value) !== value && put(field, value ?? "") };
}

function put(field, value) {
  if (field.value !== String(value)) field.value = value;
}

function examples(live) {
  const { examples: found } = live.model;
  if (!found.length) return null;
  return h("div", { class: "examples", role: "group", "aria-label": "examples" }, h("span", { class: "quiet" }, "Try"),
    found.map((one, k) => h("button", { type: "button", class: "chip", on: { click: () => live.set({ input: one }) } }, nameOf(one, k))));
}

/** A text by its beginning, an image small, columns by their texts, numbers by their count. */
function nameOf(example, k) {
  if (typeof example === "string") return h("bdi", null, cut(example));
  if (example?.image) return h("img", { src: example.image, alt: `example ${k + 1}` });
  const cells = Object.values(example ?? {}).filter((cell) => ["string", "number"].includes(typeof cell));
  return cells.length ? h("bdi", null, cut(cells.join(", "))) : `example ${k + 1}`;
}

function cut(text) {
  const letters = [...text];
  return letters.length > LONGEST ? `${letters.slice(0, LONGEST - 1).join("")}…` : text;
}
