// The table of examples on a page: sorted, filtered and searched; its state stands in the address.
//
// The rows come as JSON from views/report/rows.py, which says what is where in them. All text is set as text.

const LINE = 0, INPUT = 1, RIGHT = 2, PARTS = 3, UNKNOWN = 4, MODELS = 5, PICTURE = 6;
const OUTPUT = 0, IS_RIGHT = 1, ERROR = 2, PROBABILITY = 3, LOSS = 4;
const PAGE = 50; // rows at once
const LONGEST = 200; // characters of texts whose differences are marked

const data = JSON.parse(document.getElementById("rows").textContent);
const form = document.getElementById("filters");
const table = document.getElementById("examples");
const count = document.getElementById("count");
const pages = document.getElementById("pages");
const segments = new Intl.Segmenter(undefined, { granularity: "grapheme" });
const order = new Intl.Collator(undefined, { numeric: true });
const several = data.models.length > 1;

// Which examples are shown

const judged = data.rows.some((row) => row[MODELS][0][IS_RIGHT] !== null);
const right = (row, model) => row[MODELS][model][IS_RIGHT] === 1;
const KINDS = !judged ? { all: () => true }
  : several ? {
    all: () => true,
    better: (row) => right(row, 0) && !right(row, 1),
    worse: (row) => !right(row, 0) && right(row, 1),
    wrong: (row) => !right(row, 0) && !right(row, 1),
    right: (row) => right(row, 0) && right(row, 1),
  } : {
    all: () => true,
    wrong: (row) => !right(row, 0),
    right: (row) => right(row, 0),
  };

const COLUMNS = [
  ["line", "line", (row) => row[LINE], true],
  ["input", "input", (row) => row[INPUT], false],
  ["right", "right output", (row) => row[RIGHT].join(" | "), false],
];
for (const [model, name] of data.models.entries()) {
  const said = (what) => (row) => row[MODELS][model][what];
  if (several) {
    COLUMNS.push([`output${model}`, name, said(OUTPUT), false]);
    if (!judged) COLUMNS.push([`error${model}`, `${data.measure}, ${name}`, said(ERROR), true]);
  } else {
    COLUMNS.push(
      ["output0", "output", said(OUTPUT), false],
      ["correct0", "right?", said(IS_RIGHT), true],
      ["error0", data.measure, said(ERROR), true],
      ["probability0", "probability", said(PROBABILITY), true],
      ["loss0", "loss", said(LOSS), true],
    );
  }
}
const present = COLUMNS.filter(([, , value]) => data.rows.some((row) => ![null, ""].includes(value(row))));

// What is shown where the address says nothing: what is wrong, or how far off things are.
const usual = {
  only: judged && !several && data.rows.some(KINDS.wrong) ? "wrong" : "all",
  sort: !judged && present.some(([key]) => key === "error0") ? (data.lower ? "-error0" : "error0") : "",
};
const state = { only: "all", part: "", query: "", pair: "", sort: "", down: false, page: 0 };

function read() {
  const asked = new URLSearchParams(location.hash.slice(1));
  state.only = asked.get("only") in KINDS ? asked.get("only") : usual.only;
  state.part = asked.get("part") ?? "";
  state.query = asked.get("search") ?? "";
  state.pair = asked.get("pair") ?? "";
  const sort = asked.get("sort") ?? usual.sort;
  state.sort = sort.replace("-", "");
  state.down = sort.startsWith("-");
  state.page = 0;
}

function write() {
  const said = new URLSearchParams();
  if (state.only !== usual.only) said.set("only", state.only);
  if (state.part) said.set("part", state.part);
  if (state.pair) said.set("pair", state.pair);
  if (state.query) said.set("search", state.query);
  const sort = (state.down ? "-" : "") + state.sort;
  if (sort !== usual.sort) said.set("sort", sort);
  history.replaceState(null, "", `#${said}`);
}

// A right output and the one that was given in its place; nothing where the address has none.
function pair() {
  try {
    const found = JSON.parse(state.pair);
    return Array.isArray(found) && found.length === 2 ? found.map(String) : [];
  } catch {
    return [];
  }
}

const folded = (text) => text.normalize("NFC").toLocaleLowerCase();
const haystacks = new WeakMap();

function haystack(row) {
  if (!haystacks.has(row)) {
    haystacks.set(row, folded([row[INPUT], ...row[RIGHT], ...row[MODELS].map((one) => one[OUTPUT])].join("\n")));
  }
  return haystacks.get(row);
}

function chosen() {
  const [group, part] = state.part.split(".").map(Number);
  const [wanted, given] = pair();
  const query = folded(state.query.trim());
  const found = data.rows.filter((row) =>
    KINDS[state.only](row)
    && (!state.part || row[PARTS][group] === part)
    && (wanted === undefined || (row[RIGHT][0] === wanted && row[MODELS][0][OUTPUT] === given))
    && (!query || haystack(row).includes(query)));
  const column = present.find(([key]) => key === state.sort);
  if (!column) return found;
  const [, , value, numeric] = column;
  const way = state.down ? -1 : 1;
  const compare = numeric ? (a, b) => a - b : order.compare;
  return found.sort((one, other) => {
    const [a, b] = [value(one), value(other)];
    if (a === null || b === null) return (a === null) - (b === null); // what is not known stands last
    return way * compare(a, b);
  });
}

// What they look like

function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

const graphemes = (text) => Array.from(segments.segment(text), ({ segment }) => segment);

// For each of two lists, whether its members are in the longest list that both contain in this order.
function common(one, other) {
  const table = Array.from({ length: one.length + 1 }, () => new Uint16Array(other.length + 1));
  for (let i = one.length - 1; i >= 0; i--) {
    for (let j = other.length - 1; j >= 0; j--) {
      table[i][j] = one[i] === other[j] ? table[i + 1][j + 1] + 1 : Math.max(table[i + 1][j], table[i][j + 1]);
    }
  }
  const kept = [one.map(() => false), other.map(() => false)];
  for (let i = 0, j = 0; i < one.length && j < other.length;) {
    if (one[i] === other[j]) { kept[0][i++] = true; kept[1][j++] = true; }
    else if (table[i + 1][j] >= table[i][j + 1]) i++;
    else j++;
  }
  return kept;
}

// A text in which what differs from another is marked; whole where nothing is in common.
function marked(text, beside) {
  const made = element("bdi", { dir: "auto" });
  const [units, others] = [graphemes(text), graphemes(beside)];
  if (units.length > LONGEST || others.length > LONGEST) {
    made.append(text);
    return made;
  }
  const [kept] = common(units, others);
  if (2 * kept.filter(Boolean).length < units.length) {
    made.append(text);
    return made;
  }
  for (let start = 0; start < units.length;) {
    let end = start;
    while (end < units.length && kept[end] === kept[start]) end++;
    const piece = units.slice(start, end).join("");
    made.append(kept[start] ? piece : element("mark", {}, piece));
    start = end;
  }
  return made;
}

const isNumber = (key) => ["line", "error", "probability", "loss"].some((one) => key.startsWith(one));
const plain = (text) => element("bdi", { dir: "auto" }, text);

const verdict = (wrong) => element("span", { class: wrong ? "no" : "yes" }, wrong ? "✗ wrong" : "✓ right");

function cell(row, [key, name, value]) {
  const model = Number(key.at(-1)) || 0;
  const said = row[MODELS][model];
  const wrong = said[IS_RIGHT] === 0;
  let content = value(row);
  if (key === "input") {
    content = [plain(content)];
    if (row[PICTURE]) content.unshift(element("img", { src: row[PICTURE], alt: "" })); // what it shows stands beside it
    if (row[UNKNOWN].length) content.push(element("span", { class: "note" }, ` unknown: ${row[UNKNOWN].join(" ")}`));
  } else if (key === "right") {
    content = row[RIGHT].flatMap((text, k) => (k ? [element("span", { class: "note" }, " or "), plain(text)] : [plain(text)]));
  } else if (key.startsWith("output")) {
    content = [wrong && row[RIGHT].length === 1 ? marked(content, row[RIGHT][0]) : plain(content)];
    if (several && judged) content.push(" ", verdict(wrong));
  } else if (key.startsWith("correct")) {
    content = [verdict(wrong)];
  } else {
    content = [element("span", {}, content === null ? "" : String(content))];
  }
  return element("td", { role: "cell", "data-name": name, class: isNumber(key) ? "number" : "" }, ...content);
}

function head() {
  table.tHead.rows[0].replaceChildren(...present.map(([key, name]) => {
    const button = element("button", { type: "button" }, name);
    button.addEventListener("click", () => {
      state.down = state.sort === key ? !state.down : false;
      state.sort = key;
      update();
    });
    return element("th", { role: "columnheader", scope: "col", "data-key": key, class: isNumber(key) ? "number" : "" }, button);
  }));
}

function draw() {
  const rows = chosen();
  const last = Math.max(0, Math.ceil(rows.length / PAGE) - 1);
  state.page = Math.min(state.page, last);
  const first = state.page * PAGE;
  const shown = rows.slice(first, first + PAGE);
  table.tBodies[0].replaceChildren(...shown.map((row) => element("tr", { role: "row" }, ...present.map((one) => cell(row, one)))));
  for (const th of table.tHead.rows[0].cells) {
    const sorted = th.dataset.key === state.sort;
    th.setAttribute("aria-sort", sorted ? (state.down ? "descending" : "ascending") : "none");
  }
  const number = (value) => value.toLocaleString("en");
  count.textContent = rows.length
    ? `${number(first + 1)} to ${number(first + shown.length)} of ${number(rows.length)} examples`
    : "no examples";
  pages.hidden = rows.length <= PAGE;
  pages.querySelector("[data-go=back]").disabled = state.page === 0;
  pages.querySelector("[data-go=on]").disabled = state.page === last;
}

function fill() {
  form.elements.search.value = state.query;
  if (form.elements.part) form.elements.part.value = state.part;
  for (const radio of form.querySelectorAll("[name=only]")) radio.checked = radio.value === state.only;
  const [wanted, given] = pair();
  form.elements.pair.hidden = wanted === undefined;
  form.elements.pair.textContent = `${wanted} predicted as ${given}: show all again`;
}

function update() {
  state.page = 0;
  write();
  fill();
  draw();
}

form.addEventListener("submit", (event) => event.preventDefault());
form.addEventListener("input", () => {
  state.query = form.elements.search.value;
  state.part = form.elements.part?.value ?? "";
  state.only = form.querySelector("[name=only]:checked")?.value ?? "all";
  write();
  state.page = 0;
  draw();
});
form.elements.pair.addEventListener("click", () => { state.pair = ""; update(); });
pages.addEventListener("click", ({ target }) => {
  if (!target.dataset.go) return;
  state.page += target.dataset.go === "on" ? 1 : -1;
  draw();
  table.scrollIntoView({ block: "start" });
});
addEventListener("hashchange", () => {
  read();
  fill();
  draw();
  document.getElementById("examples-title").scrollIntoView({ block: "start" });
});

for (const [kind, keep] of Object.entries(KINDS)) {
  const place = form.querySelector(`[data-count="${kind}"]`);
  if (place) place.textContent = data.rows.filter(keep).length.toLocaleString("en");
}
head();
read();
fill();
draw();
