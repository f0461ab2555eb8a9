// A data file as a table: each example with what is right and what the model answers, and the measure on parts of the
// data. Parts, right and wrong, what was taken for what, words and scores filter it; a click asks the model about a row.
// Where another model stands beside, each row has both answers, and parts say how the two differ.
//
// What stands where in a row says views/report/rows.py.

import { shown } from "recurra/asking.js";
import { dataChooser, inputOfExample } from "recurra/data_chooser.js";
import { h, number } from "recurra/dom.js";
import { redrawn } from "recurra/redrawn.js";

const LINE = 0, INPUT = 1, RIGHT = 2, PARTS = 3, MODELS = 5, PICTURE = 6;
const OUTPUT = 0, IS_RIGHT = 1, ERROR = 2, PROBABILITY = 3, LOSS = 4;
const MEASURED = 1000; // examples at most
const PAGE = 25; // rows at once
const MOST_PAIRS = 8; // mistakes that are listed

export const table = {
  id: "table",
  title: "Data",
  about: {
    text: [
      "One example says little about a model, a thousand say how good it is. Each measure comes with its 95 % interval: of the intervals of many such samples, 95 % would contain the value of all examples there could be.",
      "Put another model beside it (above), and each example has both answers: only one of the two right, both, or none. A difference is told from chance by looking at the same examples for both.",
      "Is it equally good everywhere? Choose a part (long inputs, one label, inputs with unknown words) and compare. Parts marked as worse differ from all other examples by more than chance, corrected for the number of parts. Click an example to see what happens inside.",
    ],
    formula: ["accuracy = right / all"],
  },
  applies: () => true,
  kept: { data: "", only: "all", part: "", pair: "", words: "", below: "", sort: "" },
  make,
};

function make(live) {
  const place = h("div", { class: "data-table" });
  const head = h("div"), rows = h("div");
  let body = null, found = null, page = 0, before = "";
  const chosen = dataChooser(live, (now) => {
    body = now;
    found = null;
    redrawn(head, []);
    redrawn(rows, []);
    if (body) shown(place, live.ask("/page/table", { model: live.model.name, ...(live.beside ? { beside: live.beside.name } : {}), ...body, examples: MEASURED }), (answer) => {
      found = answer;
      before = "";
      draw(live.state.values);
      return [head, rows];
    });
  });
  const turn = (to) => { page = to; drawRows(live.state.values); };
  function draw(values) {
    if (!found) return;
    const key = JSON.stringify(Object.keys(table.kept).map((name) => values[name]));
    if (key === before) return;
    before = key;
    page = 0;
    redrawn(head, headOf(live, found, values));
    drawRows(values);
  }
  function drawRows(values) {
    redrawn(rows, rowsNode(live, found, values, page, turn));
  }
  live.state.watch(place, draw);
  return h("div", { on: chosen.drops }, h("div", { class: "controls" }, chosen.element, filters(live)), place);
}

// The filters

const isWrong = (model) => (row) => row[MODELS][model][IS_RIGHT] === 0;
const isRight = (model) => (row) => row[MODELS][model][IS_RIGHT] === 1;
const both = (one, other) => (row) => one(row) && other(row);

/** Which examples can be asked for, by their names in the address: {name: [title, keeps(row)]}. */
function kindsOf({ table: { models } }) {
  const all = ["all", () => true];
  if (models.length < 2) return { all, wrong: ["wrong", isWrong(0)], right: ["right", isRight(0)] };
  const only = (k) => [["only ", h("bdi", null, models[k]), " right"], both(isRight(k), isWrong(1 - k))];
  return { all, better: only(0), worse: only(1), wrong: ["both wrong", both(isWrong(0), isWrong(1))], right: ["both right", both(isRight(0), isRight(1))] };
}

/** Fields that stay while the rest is drawn anew. */
function filters(live) {
  const set = (name) => (event) => live.state.set({ [name]: event.target.value });
  const words = h("input", { type: "search", autocomplete: "off", spellcheck: "false", on: { input: set("words") } });
  const below = h("input", { type: "number", min: 0, max: 1, step: 0.05, on: { input: set("below") } });
  live.state.watch(words, (values) => {
    if (words.value !== values.words) words.value = values.words;
    if (below.value !== values.below) below.value = values.below;
  });
  return [h("label", null, "Search ", words), live.beside ? null : h("label", null, "Score below ", below)];
}

/** The rows that the filters leave, in the order that is asked for. */
function rowsShown(found, { only, part, pair, words, below, sort }) {
  const { rows, models } = found.table;
  const [group, number] = part.split(".").map(Number);
  const [wanted, given] = models.length > 1 ? [] : pairOf(pair);
  const limit = models.length > 1 || !below ? null : Number(below);
  const kinds = kindsOf(found);
  const [, keep] = kinds[only] ?? kinds.all;
  const query = folded(words.trim());
  const kept = rows.filter((row) => keep(row)
    && (!part || row[PARTS][group] === number)
    && (wanted === undefined || (row[RIGHT][0] === wanted && row[MODELS][0][OUTPUT] === given))
    && (limit === null || (row[MODELS][0][PROBABILITY] !== null && row[MODELS][0][PROBABILITY] < limit))
    && (!query || folded([row[INPUT], ...row[RIGHT], ...row[MODELS].map((one) => one[OUTPUT])].join("\n")).includes(query)));
  const column = columnsOf(found).find(({ key }) => key === sort.replace("-", ""));
  if (!column) return kept;
  const way = sort.startsWith("-") ? -1 : 1;
  const collator = new Intl.Collator(undefined, { numeric: true });
  return kept.sort((one, other) => {
    const [a, b] = [column.value(one), column.value(other)];
    if (a === null || b === null) return (a === null) - (b === null);
    return way * (column.number ? a - b : collator.compare(a, b));
  });
}

const folded = (text) => text.normalize("NFC").toLocaleLowerCase();

function pairOf(text) {
  try {
    const found = JSON.parse(text || "[]");
    return Array.isArray(found) && found.length === 2 ? found.map(String) : [];
  } catch {
    return [];
  }
}

// What stands above the rows

function headOf(live, found, values) {
  const { notes, parts, record, noun, table: { models } } = found;
  return [
    models.length > 1 ? [bothMeasures(found), differences(found)] : measuresNode(found),
    h("p", { class: "quiet" }, `${record.count.toLocaleString("en")} ${noun}, with 95 % intervals.`),
    notes.length ? h("ul", { class: "notes" }, notes.map((note) => h("li", null, note))) : null,
    parts?.slices.length ? partsNode(live, parts, values, noun) : null,
    mistakesNode(live, found, values),
    kindsNode(live, found, values),
  ];
}

function measuresNode({ measures }) {
  return h("div", { class: "measures" }, measures.map(({ name, models: [[value, interval]] }) =>
    h("p", null, h("span", { class: "quiet" }, name), h("b", null, value), h("span", { class: "quiet" }, interval))));
}

function bothMeasures({ measures, table: { models } }) {
  const cell = (one) => h("td", { class: "number" }, one ? [h("b", null, one[0]), " ", h("span", { class: "quiet" }, one[1])] : null);
  return simpleTable("measures of both", ["measure", ...models.map((name) => h("bdi", null, name))],
    measures.map(({ name, models: each }) => h("tr", null, h("th", { scope: "row" }, name), each.map(cell))));
}

/** How much the first is above the second, and whether that can be chance. */
function differences(found) {
  const [one, other] = found.table.models.map((name) => h("bdi", null, name));
  return [
    simpleTable("differences", ["measure", [one, " − ", other, " (95 %), p"], [one.cloneNode(true), " is"]],
      found.differences.map(({ name, text, verdict }) => h("tr", { class: verdict === "worse" ? "worse" : null }, h("th", { scope: "row" }, name), h("td", { class: "number" }, text), h("td", null, verdict || "no significant difference")))),
    found.changes ? h("p", { class: "changes" }, `${found.changes[0].toUpperCase()}${found.changes.slice(1)}.`) : null,
  ];
}

function simpleTable(name, heads, rows) {
  return h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": name }, h("table", { class: "examples-table" },
    h("thead", null, h("tr", null, heads.map((title) => h("th", { scope: "col" }, title)))), h("tbody", null, rows)));
}

/** The measure on each part, a button to show its examples. */
function partsNode(live, { name, whole, slices }, values, noun) {
  const every = [...new Set(slices.map(({ by }) => by))];
  const [worse, better] = ["worse", "better"].map((verdict) => slices.filter((one) => one.verdict === verdict).length);
  const said = [worse || !better ? `worse on ${worse || "none"}` : null, better ? `better on ${better}` : null].filter(Boolean).join(", ");
  const row = (one) => {
    const key = one.place[0] < 0 ? "" : one.place.join(".");
    const title = key ? h("button", { type: "button", class: "plain", "data-key": `part ${key}`, "aria-pressed": String(values.part === key), on: { click: () => live.state.set({ part: values.part === key ? "" : key }) } }, h("bdi", null, one.name)) : h("bdi", null, one.name);
    return h("tr", { class: one.verdict || null }, h("th", { scope: "row" }, title), h("td", { class: "number" }, one.value), h("td", { class: "number quiet" }, one.interval ? `${one.interval[0]} to ${one.interval[1]}` : "too few"), h("td", { class: "number" }, one.count.toLocaleString("en")), h("td", { class: "verdict" }, one.verdict));
  };
  return h("details", { class: "parts", open: worse + better > 0 || values.part !== "" },
    h("summary", null, `${name} on parts of the data: ${said} of ${slices.length}`),
    h("div", { class: "cards" }, every.map((by) => h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": by }, h("table", { class: "examples-table" },
      h("caption", null, by),
      h("thead", null, h("tr", null, ["part", `${name} (all: ${whole})`, "95 %", noun, "verdict"].map((title) => h("th", { scope: "col" }, title)))),
      h("tbody", null, slices.filter((one) => one.by === by).map(row)))))));
}

/** The commonest mistakes of labels: what was taken for what. */
function mistakesNode(live, { record, table: { rows, models } }, values) {
  if (!record.confusion || models.length > 1) return null;
  const counts = new Map();
  for (const row of rows.filter(isWrong(0))) {
    const key = JSON.stringify([row[RIGHT][0], row[MODELS][0][OUTPUT]]);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const most = [...counts].sort(([, one], [, other]) => other - one).slice(0, MOST_PAIRS);
  if (!most.length) return null;
  return h("div", { class: "mistakes", role: "group", "aria-label": "what was taken for what" }, h("span", { class: "quiet" }, "Taken for another:"), most.map(([key, count]) => {
    const [wanted, given] = JSON.parse(key);
    return h("button", { type: "button", class: "chip", "data-key": `pair ${key}`, "aria-pressed": String(values.pair === key), on: { click: () => live.state.set({ pair: values.pair === key ? "" : key }) } }, h("bdi", null, wanted), " → ", h("bdi", null, given), ` (${count})`);
  }));
}

function kindsNode(live, found, values) {
  const { rows } = found.table;
  if (!rows.some((row) => row[MODELS][0][IS_RIGHT] !== null)) return null;
  return h("div", { class: "choice", role: "group", "aria-label": "which examples" }, Object.entries(kindsOf(found)).map(([name, [title, keep]]) =>
    h("button", { type: "button", "data-key": `only ${name}`, "aria-pressed": String(values.only === name), on: { click: () => live.state.set({ only: name }) } }, title, ` (${rows.filter(keep).length.toLocaleString("en")})`)));
}

// The rows

/** The columns in which there is something. */
function columnsOf({ table: { rows, models, measure } }) {
  const ofModel = (name, k) => {
    const said = (what) => (row) => row[MODELS][k][what];
    const column = (key, title, what, more) => ({ key: k ? `${key}2` : key, title: name && key !== "output" ? `${name}: ${title}` : title, value: said(what), ...more });
    return [
      column("output", name || "answer", OUTPUT),
      column("judged", "right?", IS_RIGHT, { number: true, shown: (value) => ["✗ wrong", "✓ right"][value] }),
      column("error", measure, ERROR, { number: true }),
      ...(name ? [] : [column("score", "score", PROBABILITY, { number: true }), column("loss", "loss", LOSS, { number: true })]),
    ];
  };
  return [
    { key: "line", title: "line", value: (row) => row[LINE], number: true },
    { key: "input", title: "input", value: (row) => row[INPUT] },
    { key: "right", title: "right", value: (row) => row[RIGHT].join(" | ") },
    ...models.flatMap(ofModel),
  ].filter(({ value }) => rows.some((row) => value(row) !== null && value(row) !== ""));
}

function rowsNode(live, found, values, page, turn) {
  const every = rowsShown(found, values);
  const last = Math.max(0, Math.ceil(every.length / PAGE) - 1);
  const { rows, models } = found.table;
  const present = columnsOf(found);
  const of = rows.length < found.total ? `${rows.length.toLocaleString("en")} that are shown of ${found.total.toLocaleString("en")}` : rows.length.toLocaleString("en");
  const judged = every.filter((row) => row[MODELS][0][IS_RIGHT] !== null);
  const counts = models.map((name, k) => `${name ? `${name} has ` : ""}${judged.filter(isRight(k)).length.toLocaleString("en")}${k ? "" : " of them"} right`);
  const share = judged.length ? `; ${counts.join(", ")}` : "";
  return [
    h("p", { class: "count", role: "status" }, `${every.length.toLocaleString("en")} of ${of} ${found.noun}${share}.`),
    h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "examples" }, h("table", { class: "examples-table rows" },
      h("thead", null, h("tr", null, present.map((column) => headNode(live, column, values)))),
      h("tbody", null, every.slice(page * PAGE, (page + 1) * PAGE).map((row) => rowNode(live, found, row, present))))),
    last ? h("p", { class: "pages" },
      h("button", { type: "button", "data-key": "back", disabled: page === 0, on: { click: () => turn(page - 1) } }, "previous"),
      ` page ${page + 1} of ${last + 1} `,
      h("button", { type: "button", "data-key": "on", disabled: page === last, on: { click: () => turn(page + 1) } }, "next")) : null,
  ];
}

function headNode(live, { key, title }, { sort }) {
  const sorted = sort === key ? "ascending" : sort === `-${key}` ? "descending" : "none";
  const next = sorted === "none" ? key : sorted === "ascending" ? `-${key}` : "";
  const arrow = { ascending: " ↑", descending: " ↓", none: "" }[sorted];
  return h("th", { scope: "col", "aria-sort": sorted }, h("button", { type: "button", class: "plain", "data-key": `sort ${key}`, on: { click: () => live.state.set({ sort: next }) } }, h("bdi", null, title), arrow));
}

function rowNode(live, found, row, present) {
  const input = inputOfExample(live.model, found.sources[row[LINE]] ?? "");
  const ask = input === undefined ? null : () => live.set({ input });
  return h("tr", null, present.map((column) => {
    const value = column.value(row);
    if (column.key === "input") {
      const picture = row[PICTURE] ? h("img", { src: row[PICTURE], alt: "" }) : null;
      return h("td", { class: "words" }, picture, ask ? h("button", { type: "button", class: "plain", title: "Ask the model about it", on: { click: ask } }, h("bdi", null, value)) : h("bdi", null, value));
    }
    const text = value === null ? "" : column.shown ? column.shown(value) : column.number ? numberText(Number(value)) : value;
    return h("td", { class: column.shown ? "judged" : column.number ? "number" : "words" }, h("bdi", null, text));
  }));
}

/** With four digits; what is next to nothing, as the probability of a long output, in powers of ten. */
function numberText(value) {
  return value !== 0 && Math.abs(value) < 1e-4 ? number(value) : value.toLocaleString("en", { maximumSignificantDigits: 4 });
}
