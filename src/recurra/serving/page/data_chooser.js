// Which examples a view is about: a file that the server was started with, a file of this machine that was chosen or
// dropped, or pasted lines.
//
// A line of text is an example, its columns with tabs between them, what is right last; of running text or a dialogue the
// whole line. Lines stay in this page, and are sent with each question.

import { ask } from "recurra/asking.js";
import { h } from "recurra/dom.js";

const OWN = "own lines";
const MOST = 250; // lines that are sent; more are refused by the server (--max-inputs)
const BARE = ["text", "tokens", "columns", "turns", "category"]; // kinds of inputs that are lines of text

const own = new Map(); // model -> {name, text}

/** The files of the server, asked for once. */
let files = null;
const filesOf = () => (files ??= ask("/v1/data").then(({ data }) => data).catch((error) => { files = null; throw error; }));

/**
 * The chooser: {element, drops, body()}; `changed(body)` is called when other examples are chosen, and at first. The body is
 * what questions say of the examples: {data: NAME}, or {inputs, targets}; null where there are none. A view that gives its
 * element the listeners `drops` takes files that are dropped on it.
 */
export function dataChooser(live, changed) {
  const select = h("select", { on: { change: () => live.state.set({ data: select.value }) } });
  const said = h("p", { class: "quiet", role: "status" });
  const field = h("textarea", { rows: 4, spellcheck: "false", dir: "auto", "aria-label": "examples, one a line", on: { change: () => take("pasted lines", field.value) } });
  const file = h("input", { type: "file", accept: ".tsv,.txt,.csv,text/*", "aria-label": "a file of examples", on: { change: () => open(file.files[0]) } });
  const pasted = h("details", { class: "own-lines" }, h("summary", null, "Own examples"),
    h("p", { class: "quiet" }, explained(live.model)), field, file);
  const lines = BARE.includes(live.model.reads.kind);
  const element = h("div", { class: "data-chooser" }, h("label", null, "Examples of ", select), lines ? pasted : null, said);
  let names = [], before;

  function take(name, text) {
    own.set(live.model.name, { name, text });
    before = undefined;
    live.state.set({ data: OWN });
    fill();
  }
  async function open(chosen) {
    if (chosen) take(chosen.name, await chosen.text());
  }
  const drops = lines ? {
    dragover: (event) => { if (event.dataTransfer.types.includes("Files")) event.preventDefault(); },
    drop: (event) => {
      if (!event.dataTransfer.files.length) return;
      event.preventDefault();
      open(event.dataTransfer.files[0]);
    },
  } : {};
  function bodyOf(name) {
    const held = own.get(live.model.name);
    if (name === OWN && held) return rowsOf(live.model, held.text);
    return names.includes(name) ? { data: name } : null;
  }
  function fill() {
    const held = own.get(live.model.name);
    const wanted = live.state.values.data;
    const known = [...names.map((name) => [name, name]), ...(held ? [[OWN, held.name]] : [])];
    const chosen = known.some(([value]) => value === wanted) ? wanted : known[0]?.[0] ?? "";
    select.replaceChildren(...known.map(([value, title]) => h("option", { value, selected: value === chosen }, title)));
    select.disabled = !known.length;
    said.textContent = known.length ? "" : `The server has no data files: start it with --data FILE${lines ? ", or give own examples" : ""}.`;
    const body = bodyOf(chosen);
    if (body?.left) said.textContent = `Only the first ${MOST} of ${body.left.toLocaleString("en")} lines are sent.`;
    const { left, ...sent } = body ?? {};
    const key = JSON.stringify(sent);
    if (key === before) return;
    before = key;
    changed(body && sent);
  }
  filesOf().then((found) => {
    names = found.filter(({ model }) => model === null || model === live.model.name).map(({ name }) => name);
    fill();
  }, (error) => { said.textContent = error.message; });
  live.state.watch(element, () => names.length + own.size && fill());
  return { element, drops, body: () => { const { left, ...sent } = bodyOf(select.value) ?? {}; return Object.keys(sent).length ? sent : null; } };
}

function explained({ task }) {
  if (task === "language-model") return "One text a line; pasted, or from a file, which can also be dropped here.";
  if (task === "chat") return "One dialogue a line, its turns with tabs between them; pasted, or from a file, which can also be dropped here.";
  return "One example a line: the input, a tab, what is right; pasted, or from a file, which can also be dropped here.";
}

/** Lines as inputs and targets; `left` says how many lines there were if not all are sent. */
export function rowsOf({ task, reads }, text) {
  const every = text.split(/\r?\n/).filter((line) => line.trim());
  const lines = every.slice(0, MOST);
  const left = every.length > MOST ? { left: every.length } : {};
  if (!lines.length) return null;
  if (task === "language-model") return { inputs: lines, ...left };
  if (task === "chat") return { inputs: lines.map((line) => line.split("\t")), ...left };
  const rows = lines.map((line) => line.split("\t"));
  const inputs = rows.map((cells) => (reads.kind === "columns" ? cells.slice(0, -1) : cells.slice(0, -1).join("\t")));
  return { inputs, targets: rows.map((cells) => cells.at(-1)), ...left };
}

/** The input that an example's text stands for, as the page takes it; undefined where the text is not all of it. */
export function inputOfExample({ reads }, text) {
  if (!text || text.endsWith("…")) return undefined;
  if (reads.kind === "text" || reads.kind === "tokens" || reads.kind === "category") return text;
  if (reads.kind === "columns" || reads.kind === "turns") return text.split("\t");
  return undefined;
}
