// The page: the text and the output above, below them one view at a time, beside it what the view shows.

import { formula, h } from "recurra/dom.js";
import { keep } from "recurra/keep.js";
import { overview } from "recurra/overview.js";
import { makeState } from "recurra/state.js";
import { isTied, limitsOf } from "recurra/trace.js";
import { VIEWS } from "recurra/views.js";

const TASKS = {
  translate: "A network that reads a text and writes another",
  chat: "A network that reads what was said and writes a reply",
  caption: "A network that reads an image and writes a caption",
  classify: "A network that reads a text and gives it a label",
  regress: "A network that reads a text and gives it a number",
  tag: "A network that gives each word of a text a tag",
  "language-model": "A network that reads a text and predicts what comes next",
  forecast: "A network that reads a series and forecasts how it continues",
};
const WIDE = "(min-width: 70rem)"; // here the textbook stands open beside the view

/** Fills an element with the inspector of one trace, or of several side by side. */
export function inspect(traces, root, view = window) {
  const state = makeState({ ...limitsOf(traces), tied: traces.every(isTied) }, view);
  const panes = h("div", { class: "panes" });
  const panel = () => panes.querySelector(".panel:not([hidden]) > .beside");
  root.replaceChildren(header(traces, state), panes, keep(traces, panel));
  const fill = ({ member }) => {
    const shown = shownTraces(traces, member);
    root.classList.toggle("several", shown.length > 1);
    const names = shown.map((_, k) => (shown.length === 1 ? "" : `${kindOf(traces)} ${k + 1}`));
    panes.replaceChildren(h("div", { class: "beside" }, shown.map((trace, k) => overview(trace, state, names[k]))), tabs(shown, state));
  };
  state.subscribe((values, before) => values.member !== before.member && fill(values));
  fill(state.values);
  return state;
}

/** What stands side by side: inputs, models that answer the same input, or the networks of an ensemble. */
function kindOf(traces) {
  if (traces.length === 1) return "network";
  return traces.every(({ source }) => source === traces[0].source) ? "model" : "input";
}

/** The traces that stand side by side: those given, or of an ensemble the network that was chosen. */
function shownTraces(traces, member) {
  if (traces.length > 1) return traces;
  const networks = [traces[0], ...traces[0].members];
  return member === "all" ? networks : [networks[Number(member)] ?? networks[0]];
}

function header(traces, state) {
  const [trace] = traces;
  const title = TASKS[trace.task] ?? "Inside a network";
  return h("header", null, h("h1", null, title), trace.members.length ? members(trace, state) : null, notes(traces));
}

function members(trace, state) {
  const names = [...[trace, ...trace.members].map((_, k) => [String(k), `network ${k + 1}`]), ["all", "side by side"]];
  const buttons = names.map(([value, name]) => h("button", { type: "button", "data-value": value, on: { click: () => state.set({ member: value }) } }, name));
  const mark = ({ member }) => buttons.forEach((button) => button.setAttribute("aria-pressed", String(button.dataset.value === member)));
  const element = h("div", { class: "choice", role: "group", "aria-label": "network of the ensemble" }, buttons);
  state.watch(element, mark);
  return element;
}

function notes(traces) {
  const found = [...new Set(traces.flatMap((trace) => trace.notes))];
  return found.length ? h("ul", { class: "notes" }, found.map((note) => h("li", null, note))) : null;
}

/** One tab for each view that a trace has something for; a view is made when it is first opened. */
function tabs(traces, state) {
  const views = VIEWS.filter((one) => traces.some((trace) => one.applies(trace)));
  if (!views.length) return h("div");
  const list = h("div", { class: "tabs", role: "tablist", "aria-label": "views" });
  const panels = new Map();
  const buttons = views.map((one) => {
    panels.set(one.id, h("div", { class: "panel", role: "tabpanel", id: `view-${one.id}`, "aria-labelledby": `tab-${one.id}`, hidden: true }));
    return h("button", { type: "button", role: "tab", id: `tab-${one.id}`, "aria-controls": `view-${one.id}`, on: {
      click: () => state.set({ tab: one.id }),
      keydown: (event) => along(event, buttons),
    } }, one.title);
  });
  list.append(...buttons);
  const open = ({ tab }) => {
    const now = views.find((one) => one.id === tab) ?? views[0];
    views.forEach((one, k) => {
      const chosen = one === now;
      buttons[k].setAttribute("aria-selected", String(chosen));
      buttons[k].tabIndex = chosen ? 0 : -1;
      panels.get(one.id).hidden = !chosen;
    });
    const panel = panels.get(now.id);
    if (!panel.childElementCount) panel.append(...opened(now, traces, state));
  };
  const element = h("div", { class: "views" }, list, [...panels.values()]);
  state.watch(element, open);
  return element;
}

function opened(view, traces, state) {
  const made = traces.map((trace) => (view.applies(trace) ? h("div", null, view.make(trace, state)) : h("p", { class: "quiet" }, "This view does not apply to this trace.")));
  return [textbook(view), h("div", { class: "beside" }, made)];
}

function textbook({ about }) {
  const open = window.matchMedia(WIDE).matches;
  return h("details", { class: "textbook", open }, h("summary", null, h("span", { "aria-hidden": "true" }, "?"), " What this view shows"),
    about.text.map((text) => h("p", null, text)), about.formula.map((line) => h("p", null, formula(line))));
}

function along(event, buttons) {
  const at = buttons.indexOf(event.currentTarget);
  const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: buttons.length - 1 }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  const button = buttons[(to + buttons.length) % buttons.length];
  button.focus();
  button.click();
}
