// The page: the text and the output above, below them one view at a time, beside it what the view shows.

import { centre } from "recurra/cell_walk.js";
import { formula, h } from "recurra/dom.js";
import { keep } from "recurra/keep.js";
import { overview } from "recurra/overview.js";
import { makeState } from "recurra/state.js";
import { isTied, limitsOf } from "recurra/trace.js";
import { VIEWS } from "recurra/views.js";

const TASKS = {
  translate: "A network that reads a text and writes another",
  chat: "A network that reads what was said and writes a reply",
  caption: "A network that writes a caption for an image, or for numbers",
  classify: "A network that reads a text and gives it a label",
  regress: "A network that reads a text and gives it a number",
  tag: "A network that gives each word of a text a tag",
  "language-model": "A network that reads a text and predicts what comes next",
  forecast: "A network that reads a series and forecasts how it continues",
};
const WIDE = "(min-width: 70rem)"; // here the textbook stands open beside the view

/** What a network for a task does, in a few words. */
export function titleOf(task) {
  return TASKS[task] ?? "Inside a network";
}

/** Fills an element with the inspector of one trace, or of several side by side. */
export function inspect(traces, root, view = window) {
  const state = makeState({}, view);
  const shown = inspector(state, root);
  root.replaceChildren(header(traces, state), shown.element);
  shown.show(traces);
  return state;
}

/**
 * The views of traces: {element, show(traces)}, where the traces can be others later on. `root` is told by the class
 * "several" that some stand side by side.
 *
 * `live`: views that ask a server, beside those of a trace. They stay as they are when the traces change:
 * [{id, title, about, applies(traces), make()}].
 */
export function inspector(state, root, live = []) {
  const panes = h("div", { class: "panes" });
  const element = h("div", { class: "inspector" }, panes);
  const above = h("div", { class: "beside" });
  const views = tabs(state, live);
  let traces = [];
  panes.append(above, views.element);
  const fill = ({ member }) => {
    const shown = shownTraces(traces, member);
    root.classList.toggle("several", shown.length > 1);
    const names = shown.map((_, k) => (shown.length === 1 ? "" : `${kindOf(traces)} ${k + 1}`));
    steady(panes, () => {
      above.replaceChildren(...shown.map((trace, k) => overview(trace, state, names[k])));
      views.show(shown);
    });
  };
  state.subscribe((values, before) => values.member !== before.member && traces.length && fill(values));
  const show = (found) => {
    traces = found;
    state.limit({ ...limitsOf(traces), tied: traces.length > 0 && traces.every(isTied) });
    element.querySelector(":scope > .keep")?.remove();
    if (traces.length) element.append(keep(traces, views.panel));
    fill(state.values);
  };
  return { element, show };
}

/** Fills an element with something else, and does not let the page jump meanwhile. */
function steady(element, fill) {
  element.style.minHeight = `${element.offsetHeight}px`;
  fill();
  window.setTimeout(() => { element.style.minHeight = ""; }, 300);
}

/** What stands side by side: inputs, models that answer the same input, or the networks of an ensemble. */
function kindOf(traces) {
  if (traces.length === 1) return "network";
  return traces.every(({ source }) => source === traces[0].source) ? "model" : "input";
}

/** The traces that stand side by side: those given, or of an ensemble the network that was chosen. */
function shownTraces(traces, member) {
  if (traces.length !== 1) return traces;
  const networks = [traces[0], ...traces[0].members];
  return member === "all" ? networks : [networks[Number(member)] ?? networks[0]];
}

function header(traces, state) {
  const [trace] = traces;
  return h("header", null, h("h1", null, titleOf(trace.task)), trace.members.length ? members(trace, state) : null, notes(traces));
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

/**
 * One tab for each view that a trace has something for, then the live ones: {element, show(traces), panel()}. A view is made
 * when it is first opened; that of a trace once more for another trace.
 */
function tabs(state, live) {
  const list = h("div", { class: "tabs", role: "tablist", "aria-label": "views" });
  const [ofTraces, ofLive] = [h("div"), h("div")];
  const panels = new Map();
  const element = h("div", { class: "views", hidden: true }, list, ofTraces, ofLive);
  let views = [], traces = [];
  const panelOf = (one) => panels.get(one) ?? made(one);
  const made = (one) => {
    const panel = h("div", { class: "panel", role: "tabpanel", id: `view-${one.id}`, "aria-labelledby": `tab-${one.id}`, hidden: true });
    panels.set(one, panel);
    (live.includes(one) ? ofLive : ofTraces).append(panel);
    return panel;
  };
  const open = ({ tab }) => {
    if (!views.length) return;
    const now = views.find((one) => one.id === tab) ?? views[0];
    for (const [one, panel] of panels) panel.hidden = one !== now;
    [...list.children].forEach((button, k) => {
      button.setAttribute("aria-selected", String(views[k] === now));
      button.tabIndex = views[k] === now ? 0 : -1;
    });
    requestAnimationFrame(() => centre(list, list.querySelector("[aria-selected=true]"))); // on a phone they are one long line
    const panel = panelOf(now);
    panel.hidden = false;
    if (!panel.childElementCount) panel.append(textbook(now), h("div", { class: "beside" }, live.includes(now) ? h("div", null, now.make()) : opened(now, traces, state)));
  };
  const show = (shown) => {
    traces = shown;
    for (const one of VIEWS) panels.delete(one);
    ofTraces.replaceChildren();
    views = [...VIEWS.filter((one) => traces.some((trace) => one.applies(trace))), ...live.filter((one) => one.applies(traces))];
    list.replaceChildren(...views.map((one) => h("button", { type: "button", role: "tab", id: `tab-${one.id}`, "aria-controls": `view-${one.id}`, on: {
      click: () => state.set({ tab: one.id }),
      keydown: (event) => along(event, [...list.children]),
    } }, one.title)));
    views.forEach(panelOf);
    element.hidden = !views.length;
    open(state.values);
  };
  state.subscribe((values, before) => values.tab !== before.tab && open(values));
  return { element, show, panel: () => element.querySelector(".panel:not([hidden]) > .beside") };
}

function opened(view, traces, state) {
  return traces.map((trace) => (view.applies(trace) ? h("div", null, view.make(trace, state)) : h("p", { class: "quiet" }, "This view does not apply to this trace.")));
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
