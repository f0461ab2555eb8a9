// The page where a model is played with: an input, what the model answers, and what happens inside.

import { h } from "recurra/dom.js";
import { inspect } from "recurra/main.js";

const root = document.getElementById("recurra");
const text = h("input", { type: "text", id: "input", "aria-label": "input" });
const stage = h("div");
const form = h("form", { on: { submit: (event) => { event.preventDefault(); ask(); } } }, text, h("button", { type: "submit" }, "Answer"));
root.replaceChildren(form, stage);

async function ask() {
  const response = await fetch("/page/trace", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ input: text.value }) });
  const found = await response.json();
  if (!response.ok) stage.replaceChildren(h("p", { role: "alert" }, found.error.message));
  else inspect(found.traces, stage);
}
