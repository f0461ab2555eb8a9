// What follows if something is changed: the answer as it was, and beside it the answer with the changes.

import { shown } from "recurra/asking.js";
import { h, number, percent } from "recurra/dom.js";
import { quoted, tokenNode } from "recurra/tokens.js";
import { keyOf, NEVER, sayChange, tools } from "recurra/what_if_tools.js";

const WORDS = { same: "", other: "another token", new: "added", gone: "left out", likelier: "more probable", "less likely": "less probable" };

/** Changes are kept in the address, as the JSON that /v1/what-if takes. */
export const whatIf = {
  id: "what-if",
  title: "What if",
  about: {
    text: [
      "A network can be asked what it would have done. Change one thing, and everything that depends on it is computed again: another token in the output, another place to look at, a unit that is held at 0, another input.",
      "What a change does not touch stays as it was. If two outputs are the same although a unit was switched off, this unit did not matter here; if one forced digit changes the digits after it, the network has tied them together.",
    ],
    formula: ["y_{t} ← another token", "a_{t} ← other weights", "h_{t,j} ← 0"],
  },
  kept: { changes: "" },
  applies: ({ trace }) => trace !== null,
  make(live) {
    const place = h("div", { class: "was-and-now" });
    const list = h("ul", { class: "chips", "aria-label": "what is changed" });
    const editors = tools(live, add);
    let asked = "", found = null;

    function take(changes) {
      live.state.set({ changes: changes.length ? JSON.stringify(changes) : "" });
    }
    function add(change) {
      take([...changesOf(live.state.values).filter((one) => keyOf(one) !== keyOf(change)), change]);
    }
    function drop(change) {
      take(changesOf(live.state.values).filter((one) => keyOf(one) !== keyOf(change)));
      (list.querySelector("button") ?? editors.element.querySelector("summary"))?.focus();
    }
    function compute() {
      if (!live.now.trace) return;
      const changes = changesOf(live.state.values);
      const question = JSON.stringify([live.now.input, live.now.options, changes]);
      if (question === asked) return;
      asked = question;
      list.replaceChildren(...changes.map((one) => chip(one, found, drop)));
      shown(place, live.ask("/v1/what-if", live.body({ changes })), (answer) => {
        found = answer;
        list.replaceChildren(...changes.map((one) => chip(one, found, drop)));
        editors.take(answer, live.now.trace);
        return drawn(answer, editors.force);
      });
    }
    const element = h("div", { class: "what-if" }, editors.element, list, place);
    live.watch(element, compute);
    live.state.watch(element, compute);
    return element;
  },
};

/** The changes that stand in the address; none where something else stands there. */
export function changesOf({ changes }) {
  try {
    const found = JSON.parse(changes || "[]");
    return Array.isArray(found) ? found : [];
  } catch {
    return [];
  }
}

function chip(change, found, drop) {
  const said = sayChange(change, found);
  return h("li", null, h("button", { type: "button", class: "chip", "aria-label": `take back: ${said}`, on: { click: () => drop(change) } }, said, h("span", { "aria-hidden": "true" }, " ×")));
}

function drawn(found, force) {
  const [was, now] = [found.was.prediction, found.now.prediction].map((text) => (text ? h("b", null, h("bdi", null, text)) : "nothing"));
  const verdict = found.intervention.changes.length
    ? ["It was ", was, ...(found.changed ? [", and now it is ", now, "."] : [", and is the same."])]
    : "Nothing is changed yet: both sides are the same.";
  return [
    h("p", { class: "verdict", role: "status" }, verdict),
    ...[...new Set(found.notes)].map((note) => h("p", { class: "quiet" }, note)),
    table(found, force),
    chances(found),
  ];
}

function table(found, force) {
  const numbers = found.pairs.some(({ was, now }) => (was ?? now).number !== null);
  const at = found.pairs.some(({ was, now }) => (was ?? now).at);
  const head = ["Step", ...(at ? ["token"] : []), "was", ...(numbers ? [] : ["probability"]), "now", ...(numbers ? [] : ["probability"]), "what became of it", ...(force ? ["change"] : [])];
  let step = -1;
  const rows = found.pairs.map((pair, k) => {
    step += pair.now ? 1 : 0;
    const cells = [pair.was, pair.now].flatMap((one) => [h("td", null, one ? tokenNode(one.token) : h("span", { class: "quiet" }, "nothing")),
      ...(numbers ? [] : [h("td", { class: "amount" }, one ? percent(one.probability) : "")])]);
    const here = step;
    return h("tr", { class: ["other", "new", "gone"].includes(pair.difference) ? "differ" : null }, h("th", { scope: "row" }, k + 1),
      at ? h("td", null, tokenNode((pair.was ?? pair.now).at)) : null, cells, h("td", null, became(pair)),
      force ? h("td", null, pair.now ? h("button", { type: "button", "aria-label": `change step ${here + 1}, ${quoted(pair.now.token)}`, on: { click: () => force(here) } }, "change") : null) : null);
  });
  return h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "both outputs, step by step" },
    h("table", { class: "list" }, h("thead", null, h("tr", null, head.map((name) => h("th", { scope: "col" }, name)))), h("tbody", null, rows)));
}

/** What became of a place, in words. */
function became({ was, now, difference, forced }) {
  const change = was && now && was.number !== null && difference === "other" ? `${now.number > was.number ? "+" : "−"}${number(Math.abs(now.number - was.number))}` : WORDS[difference];
  return [change, forced ? "forced" : ""].filter(Boolean).join(", ");
}

/** Of outputs that are drawn at random: what could come at a step, and with which chance it is drawn. */
function chances(found) {
  const steps = Math.max(found.was_chances.length, found.now_chances.length);
  if (!steps) return null;
  const ground = h("div");
  const written = found.pairs.filter(({ now }) => now);
  const select = h("select", { id: "chance-step", on: { change: () => draw() } },
    Array.from({ length: steps }, (_, k) => h("option", { value: k }, `${k + 1}: ${written[k] ? quoted(written[k].now.token) : ""}`)));
  const sides = [["drawn as it was", found.was_chances], ["drawn now", found.now_chances]].filter(([, every]) => every.length);
  const draw = () => {
    const k = Number(select.value);
    const each = sides.map(([, every]) => (every[k] ?? []).filter(({ token }) => !NEVER.includes(token)));
    const tokens = [...new Set(each.toReversed().flat().map(({ token }) => token))];
    const of = (side, token, name) => side.find((one) => one.token === token)?.[name];
    const said = (token) => each.map((side) => of(side, token, "probability")).findLast((one) => one !== undefined);
    const cell = (value) => h("td", { class: "amount" }, value === undefined ? "" : percent(value), value ? h("span", { class: "share", style: { width: `${100 * value}%` } }) : null);
    ground.replaceChildren(h("table", { class: "list" },
      h("thead", null, h("tr", null, ["Token", "the model says", ...sides.map(([name]) => name)].map((name) => h("th", { scope: "col" }, name)))),
      h("tbody", null, tokens.map((token) => h("tr", null, h("th", { scope: "row" }, tokenNode(token)),
        cell(said(token)), each.map((side) => cell(of(side, token, "chance"))))))));
  };
  draw();
  return h("section", { class: "chances" }, h("h2", null, "What could come, and its chance"), h("p", { class: "controls" }, h("label", null, "Step ", select)),
    h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "chances" }, ground));
}
