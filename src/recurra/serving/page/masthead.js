// What stands above everything: which model is asked, what stands beside, and the page as one file.

import { refusalNode, refusalOf, sent } from "recurra/asking.js";
import { h } from "recurra/dom.js";
import { textOf } from "recurra/input_text.js";
import { download } from "recurra/keep.js";

/** The masthead. `questions(more)`: what has been asked, on each side, as /page/trace takes it. */
export function masthead(page, questions) {
  const { models, state } = page;
  const said = h("span", { role: "status", class: "quiet" });
  const save = h("button", { type: "button", title: "This page, with what it shows inside, as one file that needs no server", on: { click: () => saved(questions, said) } }, "Save as one file");
  return h("header", { class: "masthead" },
    h("p", { class: "brand" }, "recurra"),
    models.length > 1 ? chooser(page) : h("p", { class: "model" }, h("bdi", null, models[0].name)),
    comparing(page), save, said);
}

/** Another model: with the same input, if it is for the same task, else with its first example. */
function chooser({ models, state }) {
  const choose = (name) => {
    const [from, to] = [models.find((one) => one.name === (state.values.model || models[0].name)), models.find((one) => one.name === name)];
    const same = alike(from, to);
    state.set({ model: name, input: same ? state.values.input : "", options: "", target: "", model2: "", input2: "", layer: "", member: "0" });
  };
  const select = h("select", { id: "model", on: { change: () => choose(select.value) } },
    models.map((one) => h("option", { value: one.name }, `${one.name} (${one.task})`)));
  state.watch(select, ({ model }) => { select.value = models.some((one) => one.name === model) ? model : models[0].name; });
  return h("label", { class: "model" }, h("span", null, "Model "), select);
}

/** Whether two models can be asked the same. */
function alike(one, other) {
  return one.task === other.task && JSON.stringify(one.reads) === JSON.stringify(other.reads);
}

/** What stands beside: nothing, another input, or another model for the same. */
function comparing({ models, state }) {
  const place = h("span", { class: "comparing" });
  state.watch(place, ({ model, model2, input2, input }) => {
    const now = models.find((one) => one.name === model) ?? models[0];
    const others = models.filter((one) => one !== now && alike(one, now));
    const kinds = ["", "input", ...others.map((one) => `model ${one.name}`)];
    const value = model2 ? `model ${model2}` : input2 ? "input" : "";
    const drawn = JSON.stringify([kinds, value]);
    if (place.dataset.drawn === drawn) return;
    place.dataset.drawn = drawn;
    const choose = (kind) => {
      const another = now.examples.map((one) => textOf(now, one)).find((text) => text !== state.values.input) ?? state.values.input;
      state.set({ model2: kind.startsWith("model ") ? kind.slice(6) : "", input2: kind === "input" ? another : "", target: "", member: "0" });
    };
    const select = h("select", { on: { change: () => choose(select.value) } },
      h("option", { value: "" }, "nothing"), h("option", { value: "input" }, "another input"),
      others.map((one) => h("option", { value: `model ${one.name}` }, one.name)));
    select.value = value;
    place.replaceChildren(h("label", null, "Beside it ", select));
  });
  return place;
}

async function saved(questions, said) {
  said.textContent = "saving …";
  try {
    const response = await sent("/page/save", { traces: questions({ attribution: "integrated-gradients", gradients: true }) }, null);
    if (!response.ok) throw await refusalOf(response);
    download("recurra.html", "text/html", await response.text());
    said.textContent = "";
  } catch (error) {
    said.replaceChildren(refusalNode(error));
  }
}
