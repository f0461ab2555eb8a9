// The shell of the page: which model is asked what (all of it in the address), and below that the bench where it answers.
//
//   masthead   the models to choose from, what stands beside, what can be saved
//   front      an editor for the input and what the model answers (fronts.js), once for each of two that are compared
//   inspector  the views of the trace, and those that ask the server (live_views.js)
//
// In the address stand, beside what the views keep: model, input, options; and of the other side, if two are compared,
// model2 (the same input, or input2) or input2 (the same model); target: the output that is looked at instead of the best.

import { ask, refusalNode, useToken } from "recurra/asking.js";
import { bench } from "recurra/bench.js";
import { h } from "recurra/dom.js";
import { LIVE_VIEWS } from "recurra/live_views.js";
import { masthead } from "recurra/masthead.js";
import { makeState } from "recurra/state.js";

const KEPT = { model: "", input: "", options: "", target: "", model2: "", input2: "" };
const ASCII = "[\\x20-\\x7e]+"; // what can be sent in a header
const AGAIN = 700; // milliseconds between two looks at whether the models are loaded

/** Fills an element with the page. */
export async function shell(root, view = window) {
  const models = await loaded(root, view);
  const kept = Object.assign({}, KEPT, ...LIVE_VIEWS.map((one) => one.kept ?? {}));
  const page = { root, view, models, state: makeState({}, view, kept) };
  const place = h("div");
  let now = null;
  const follow = (values) => {
    const chosen = chosenOf(models, values);
    if (!now || chosen.some((model, k) => model !== now.chosen[k]) || chosen.length !== now.chosen.length) {
      now?.end();
      now = bench(page, chosen);
      place.replaceChildren(now.element);
      view.document.title = `${chosen.map(({ name }) => name).join(", ")} · recurra`;
    }
    now.follow(values);
  };
  root.replaceChildren(masthead(page, (more) => now.questions(more)), place);
  page.state.subscribe(follow);
  follow(page.state.values);
}

/** The models that are asked: one, or two side by side. */
function chosenOf(models, { model, model2, input2 }) {
  const named = (name) => models.find((one) => one.name === name);
  const first = named(model) ?? models[0];
  return model2 || input2 ? [first, named(model2) ?? first] : [first];
}

/** The models, as soon as they are loaded. */
async function loaded(root, view) {
  let given = false; // whether a token was
  for (;;) {
    try {
      const { models } = await ask("/v1/models");
      if (models.length) return models;
      root.replaceChildren(h("p", { class: "quiet", role: "status" }, "The models are being loaded …"));
    } catch (error) {
      if (error.status === 401) {
        await tokenFrom(root, given);
        given = true;
        continue;
      }
      root.replaceChildren(h("p", { class: "quiet", role: "status" }, `${error.message} Trying again …`));
    }
    await new Promise((resolve) => { view.setTimeout(resolve, AGAIN); });
  }
}

/** Asks for the token without which the server answers nothing, `again` after a wrong one; resolves when one was given. */
function tokenFrom(root, again) {
  return new Promise((resolve) => {
    const field = h("input", { type: "password", id: "token", autocomplete: "off", required: true, pattern: ASCII, title: "Letters, digits, spaces and punctuation of ASCII" });
    root.replaceChildren(h("form", { class: "admission", on: { submit: (event) => {
      event.preventDefault();
      useToken(field.value.trim());
      resolve();
    } } }, h("h1", null, "recurra"), h("p", null, "This server answers only those who have its token (recurra serve --token)."),
    h("div", { class: "say" }, h("label", { for: "token" }, "Token"), field, h("button", { type: "submit" }, "Open")),
    again ? refusalNode({ message: "this is not the token of the server", fix: "Ask whoever runs it." }) : ""));
    field.focus();
  });
}
