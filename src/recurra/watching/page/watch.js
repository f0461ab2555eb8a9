// Training as it happens. The stream of events says that something has happened; then the server is asked for what is to
// be seen now, at most once a second, and what has changed is put in its place. A stream that breaks, because the server
// or the network was gone, is opened again by the browser and goes on behind the last event that has come.

import { replaceCharts, sayNumbers } from "recurra/charts.js";
import { h, svgOf } from "recurra/dom.js";

const EVERY = 1000; // milliseconds between two views
const root = document.getElementById("recurra");
const connection = h("p", { class: "connection", role: "status" });
const runs = h("div", { class: "runs" });
const charts = h("div", { class: "charts" });
const caption = h("p", { class: "quiet" });
const below = h("div", { class: "runs" });
root.replaceChildren(h("header", null, h("h1", null, "Training"), connection), runs, h("section", { "aria-label": "curves" }, charts, caption), below);
const chartsDrawn = sayNumbers(charts);
const cards = new Map(); // by the name of the run

/** One run: how far it is, its last numbers, the answers to samples, and in the end what has come of it. */
function card(name) {
  const part = (tag, attributes) => h(tag, attributes);
  const found = {
    key: part("span", { class: "key-place" }), doing: part("span", { class: "doing" }), facts: part("p", { class: "quiet" }),
    bar: part("progress", { max: 1, "aria-label": `progress of ${name}` }), now: part("dl", { class: "facts" }),
    note: part("p", { class: "quiet note-line" }), outcome: part("section", { class: "outcome", hidden: true }),
    answers: part("section", { class: "answers", hidden: true }), verdict: part("ul", { class: "verdict" }), seen: {},
  };
  found.element = h("article", null,
    h("h2", null, found.key, h("bdi", null, name), h("span", { class: "unseen" }, ": "), found.doing),
    found.bar, found.facts, found.now, found.note, found.outcome);
  found.below = h("section", { "aria-label": `${name}: answers and verdict` }, found.verdict, found.answers);
  return found;
}

/** Calls `draw` if the value is another one than when it was called last. */
function changed(one, name, value, draw) {
  const text = JSON.stringify(value);
  if (one.seen[name] === text) return;
  one.seen[name] = text;
  draw(value);
}

function show(run, one) {
  changed(one, "key", run.key, (key) => one.key.replaceChildren(...(key ? [svgOf(key)] : [])));
  changed(one, "doing", [run.doing, run.goingOn], () => {
    one.doing.textContent = run.doing;
    one.element.classList.toggle("going-on", run.goingOn);
  });
  one.bar.value = run.share;
  one.facts.textContent = run.goingOn && run.progress ? run.progress : run.facts;
  one.note.textContent = run.goingOn ? run.note : "";
  changed(one, "now", run.now, (now) => one.now.replaceChildren(...now.map(([name, value]) => h("div", null, h("dt", null, name), h("dd", null, value)))));
  changed(one, "outcome", [run.model, run.measured, run.commands], () => one.outcome.replaceChildren(...outcome(run)));
  one.outcome.hidden = !run.model;
  changed(one, "answers", [run.samples, run.answers, run.leftOut], () => answers(run, one));
  one.answers.hidden = !run.answers.length;
  changed(one, "verdict", [run.verdict, run.notes], () => one.verdict.replaceChildren(
    ...run.verdict.map((text) => h("li", null, text)), ...run.notes.map((text) => h("li", { class: "quiet" }, text))));
}

function outcome(run) {
  if (!run.model) return [];
  const rows = run.measured.map(([name, value, interval]) => h("tr", null, h("th", { scope: "row" }, name), h("td", { class: "amount" }, value), h("td", { class: "quiet" }, interval)));
  return [
    h("h3", null, "The model is finished"),
    rows.length ? h("div", { class: "scroll", tabindex: 0, role: "group", "aria-label": `measures of ${run.name}` }, h("table", { class: "list" }, h("caption", null, `measured on ${run.measuredOn}`), h("tbody", null, rows))) : null,
    h("p", null, "It is in ", h("code", null, run.model), ". To use it and to play with it:"),
    ...run.commands.map(command),
  ].filter(Boolean);
}

function command(text) {
  const button = h("button", { type: "button", on: { click: () => navigator.clipboard.writeText(text).then(() => { button.textContent = "copied"; }) } }, "copy");
  return h("p", { class: "command" }, h("code", null, text), button);
}

/** The answers after one validation; a slider goes to the earlier ones, and stays at the last one if it is there. */
function answers(run, one) {
  const { samples, answers: all } = run;
  if (!all.length) return;
  if (!one.slider) {
    one.slider = h("input", { type: "range", min: 0, on: { input: () => answersAt(one) } });
    one.at = h("output", { class: "at" });
    one.body = h("tbody");
    one.left = h("p", { class: "quiet" });
    one.answers.append(h("h3", null, "Answers to validation examples"),
      h("label", { class: "at-label" }, h("span", null, "after step "), one.at, one.slider),
      h("div", { class: "scroll", tabindex: 0, role: "group", "aria-label": `answers of ${run.name}` }, h("table", { class: "list samples" },
        h("thead", null, h("tr", null, ["input", "answer", "right answer"].map((name) => h("th", { scope: "col" }, name)))), one.body)), one.left);
  }
  const atEnd = !one.shown || Number(one.slider.value) === Number(one.slider.max);
  one.shown = { samples, all };
  one.slider.max = all.length - 1;
  if (atEnd) one.slider.value = all.length - 1;
  one.slider.disabled = all.length < 2;
  one.left.textContent = run.leftOut;
  answersAt(one);
}

function answersAt({ slider, at, body, shown: { samples, all } }) {
  const now = all[Number(slider.value)];
  at.textContent = now.step.toLocaleString("en");
  slider.setAttribute("aria-valuetext", `after step ${now.step}`);
  body.replaceChildren(...samples.map((sample, k) => {
    const right = now.right[k];
    const mark = right === null ? null : h("span", { class: right ? "right" : "wrong" }, h("span", { "aria-hidden": "true" }, right ? "✓ " : "✗ "), h("span", { class: "unseen" }, right ? "right: " : "wrong: "));
    const picture = sample.picture ? h("img", { src: sample.picture, alt: "" }) : null;
    return h("tr", null, h("th", { scope: "row" }, picture, h("bdi", null, sample.input)),
      h("td", null, mark, h("bdi", null, now.answers[k] || "(nothing)")), h("td", { class: "quiet" }, h("bdi", null, sample.wanted.join(" · "))));
  }));
}

function draw(view) {
  const names = view.runs.map((run) => run.name);
  ended = view.ended;
  document.title = `${names.join(", ")}: ${view.runs.length === 1 ? view.runs[0].doing : "training"}`;
  for (const name of cards.keys()) if (!names.includes(name)) { cards.delete(name); }
  view.runs.forEach((run) => {
    if (!cards.has(run.name)) cards.set(run.name, card(run.name));
    show(run, cards.get(run.name));
  });
  const shown = names.map((name) => cards.get(name));
  for (const [place, elements] of [[runs, shown.map((one) => one.element)], [below, shown.map((one) => one.below)]]) {
    if (place.childElementCount !== elements.length || elements.some((element, k) => place.children[k] !== element)) place.replaceChildren(...elements);
  }
  root.classList.toggle("several", names.length > 1);
  if (view.charts) replaceCharts(charts, view.charts);
  else charts.replaceChildren();
  chartsDrawn();
  caption.textContent = view.caption;
}

let ended = false; // whether all runs are finished
let waiting = false; // whether a view is on its way, or due
let again = false; // whether something has happened since it was asked for

async function look() {
  if (waiting) { again = true; return; }
  waiting = true;
  again = false;
  let view = null;
  try {
    const response = await fetch("/view");
    if (response.ok) draw((view = await response.json()));
  } catch { /* the server is gone; the stream says when it is back */ }
  setTimeout(() => { waiting = false; if (again) look(); }, EVERY);
  return view;
}

/** The stream of events, from behind those that the first view has in it. */
function follow(place) {
  const stream = new EventSource(`/events?after=${encodeURIComponent(place)}`);
  stream.addEventListener("open", () => { connection.textContent = ""; look(); });
  stream.addEventListener("message", look);
  stream.addEventListener("error", () => {
    connection.textContent = ended ? "The training has ended, and its server with it: this page is complete."
      : "The server is not there. This page goes on when it is started again: recurra watch.";
    if (stream.readyState === EventSource.CLOSED) setTimeout(() => follow(place), EVERY); // refused, which the browser does not try again
  });
}

const first = await look();
follow(first?.place ?? "");
