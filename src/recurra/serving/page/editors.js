// Where an input is typed, chosen, drawn or pasted: an editor for each kind of input, with examples to click.

import { h } from "recurra/dom.js";
import { EXAMPLE_NAMES } from "recurra/examples.js";

/** The editor for what a model reads; `k` tells two of them on a page apart. */
export function editorOf(live, k) {
  const make = EDITORS[live.model.reads.kind] ?? jsonEditor;
  return h("div", { class: "editor" }, make(live, k), examples(live));
}

const EDITORS = { text: textEditor, tokens: textEditor };

/** A text, on as many lines as it has. */
function textEditor(live, k) {
  const field = h("textarea", { id: `input-${k}`, rows: 1, spellcheck: "false", autocomplete: "off", dir: "auto", on: { input: () => live.set({ input: field.value }) } });
  live.watch(field, ({ input }) => {
    if (field.value !== (input ?? "")) field.value = input ?? "";
  });
  const name = live.model.reads.kind === "tokens" ? "Text, with spaces between its tokens" : "Text";
  return h("div", { class: "field" }, h("label", { for: field.id }, name), field);
}

/** Anything, as JSON. */
function jsonEditor(live, k) {
  const said = h("p", { class: "quiet", role: "status" });
  const take = () => {
    try {
      live.set({ input: field.value.trim() ? JSON.parse(field.value) : null });
      said.textContent = "";
    } catch {
      said.textContent = "This is no JSON yet.";
    }
  };
  const field = h("textarea", { id: `input-${k}`, rows: 3, spellcheck: "false", on: { input: take } });
  live.watch(field, ({ input }) => {
    if (document.activeElement !== field) field.value = input === null ? "" : JSON.stringify(input);
  });
  return h("div", { class: "field" }, h("label", { for: field.id }, "Input, as JSON"), field, said);
}

function examples(live) {
  const { examples: found } = live.model;
  if (!found.length) return null;
  return h("div", { class: "examples", role: "group", "aria-label": "examples" }, h("span", { class: "quiet" }, "Examples"),
    found.map((one, k) => h("button", { type: "button", class: "example", on: { click: () => live.set({ input: one }) } }, EXAMPLE_NAMES(one, k))));
}
