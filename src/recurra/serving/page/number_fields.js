// Numbers that are typed or pasted, and a series whose last number can be dragged.

import { fluid, h, number, s } from "recurra/dom.js";

const HIGH = 88, EDGE = 12; // pixels
const SHOWN = 60; // steps of a series, the last ones

/** Numbers in a text, between spaces, line ends, semicolons or commas (with spaces, a comma is a decimal one); null of other texts. */
export function numbersIn(text) {
  const decimalComma = /\d,\d/.test(text) && /[\s;]/.test(text.trim()) && !text.includes(".") && !/,\s/.test(text);
  const pieces = text.split(decimalComma ? /[\s;]+/ : /[\s;,]+/).filter(Boolean);
  const found = pieces.map((one) => (/^(\?|nan|null|-)$/i.test(one) ? null : Number(decimalComma ? one.replace(",", ".") : one)));
  return found.some(Number.isNaN) ? null : found;
}

/** A field for the numbers of a vector or a series: of several columns a step is a line. */
export function numbersField(id, { kind, names }, name, set) {
  const several = kind === "series" && names.length > 1;
  const said = h("p", { class: "quiet", role: "status", id: `${id}-said` });
  const read = (text) => (several ? text.trim().split(/\n/).map(numbersIn) : numbersIn(text));
  const field = h("textarea", { id, rows: several ? 5 : 2, spellcheck: "false", inputmode: "decimal", "aria-describedby": said.id, on: { input: () => {
    const found = read(field.value);
    const wrong = !found || found.includes(null);
    said.textContent = wrong ? "This is not only numbers." : expected(kind, names, found);
    if (!wrong) set(found);
  } } });
  return {
    element: h("div", { class: "field" }, h("label", { for: id }, h("bdi", null, names.length > 1 ? `${name}: ${names.join(", ")}` : name)), field, said),
    take(value) {
      if (JSON.stringify(read(field.value)) !== JSON.stringify(value ?? [])) field.value = (value ?? []).map((one) => (Array.isArray(one) ? one.join(" ") : one)).join(several ? "\n" : " ");
    },
  };
}

function expected(kind, names, found) {
  return kind === "vector" && found.length !== names.length ? `${found.length} of ${names.length} numbers` : "";
}

/** The columns of a series, each as a field with a chart of its last steps: the last number can be dragged. */
export function seriesFields(live, k) {
  const { columns } = live.model.reads;
  if (columns[0].names) { // a series that is read as a whole, step by step
    const field = numbersField(`input-${k}`, columns[0], "Series, the newest number last", (input) => live.set({ input }));
    live.watch(field.element, ({ input }) => field.take(input));
    return field.element;
  }
  const beside = (input) => (Array.isArray(input) ? {} : input); // times stay where they are
  const row = (input) => ({ ...beside(input), ...Object.fromEntries(columns.map(({ name }, j) => [name, (Array.isArray(input) ? (columns.length > 1 ? input.map((step) => step[j]) : input) : input?.[name]) ?? []])) });
  const fields = columns.map(({ name }, j) => seriesField(`input-${k}-${j}`, name, (values) => live.set({ input: { ...row(live.now.input), [name]: values } })));
  const element = h("div", { class: "fields" }, fields.map((one) => one.element));
  live.watch(element, ({ input }) => {
    const now = row(input);
    columns.forEach(({ name }, j) => fields[j].take(now[name]));
  });
  return element;
}

function seriesField(id, name, set) {
  const said = h("p", { class: "quiet", role: "status", id: `${id}-said` });
  const field = h("textarea", { id, rows: 1, spellcheck: "false", inputmode: "decimal", "aria-describedby": said.id, on: { input: () => {
    const found = numbersIn(field.value);
    said.textContent = found ? "" : "This is not only numbers.";
    if (found) set(found);
  } } });
  const chart = draggable(name || "the series", set);
  return {
    element: h("div", { class: "field" }, h("label", { for: id }, h("bdi", null, name || "Series"), h("span", { class: "quiet" }, ": the newest number last, ? where one is missing")), chart.element, field, said),
    take(values) {
      if (JSON.stringify(numbersIn(field.value)) !== JSON.stringify(values)) field.value = values.map((one) => one ?? "?").join(" ");
      chart.take(values);
    },
  };
}

/** A chart of numbers: the last one is a slider, moved by the pointer or the keys: {element, take(values)}. */
function draggable(name, set) {
  const ground = h("div", { class: "drag" });
  let values = [], wide = 0, scale = null, held = false;
  const lastAt = () => values.findLastIndex((one) => one !== null);
  const put = (value) => {
    if (lastAt() >= 0) set(values.with(lastAt(), rounded(value, scale.room)));
  };
  const handle = s("circle", { class: "handle", r: 9, tabindex: 0, role: "slider", "aria-label": `the last number of ${name}`, on: {
    pointerdown: (event) => { held = true; handle.setPointerCapture(event.pointerId); event.preventDefault(); handle.focus(); },
    pointermove: (event) => held && put(scale.value(event.clientY - ground.getBoundingClientRect().top)),
    pointerup: () => { held = false; draw(); },
    keydown: (event) => {
      const by = { ArrowUp: 1, ArrowRight: 1, ArrowDown: -1, ArrowLeft: -1, PageUp: 10, PageDown: -10 }[event.key];
      if (!by) return;
      event.preventDefault();
      put(values[lastAt()] + (by * scale.room) / 50);
    },
  } });
  const line = s("path", { class: "past" });
  const svg = s("svg", { height: HIGH }, line, handle);
  ground.append(svg);
  const draw = () => {
    const shown = values.slice(-SHOWN);
    const known = shown.filter((one) => one !== null);
    svg.style.display = known.length ? "" : "none";
    if (!known.length || !wide) return;
    if (!held || !scale) scale = scaleOf(known);
    const x = (k) => EDGE + ((wide - 2 * EDGE) * k) / Math.max(1, shown.length - 1);
    line.setAttribute("d", shown.map((one, k) => (one === null ? "" : `${k && shown[k - 1] !== null ? "L" : "M"}${x(k).toFixed(1)} ${scale.y(one).toFixed(1)}`)).join(""));
    const at = shown.findLastIndex((one) => one !== null);
    handle.setAttribute("cx", x(at));
    handle.setAttribute("cy", scale.y(shown[at]));
    handle.setAttribute("aria-valuenow", shown[at]);
    handle.setAttribute("aria-valuetext", number(shown[at]));
    handle.setAttribute("aria-valuemin", Math.min(scale.least, shown[at]));
    handle.setAttribute("aria-valuemax", Math.max(scale.most, shown[at]));
  };
  fluid(ground, (width) => {
    wide = width;
    svg.setAttribute("width", width);
    draw();
  });
  return {
    element: ground,
    take(next) {
      values = next;
      draw();
    },
  };
}

/** From numbers to heights and back, with some room above and below. */
function scaleOf(known) {
  const [low, high] = [Math.min(...known), Math.max(...known)];
  const room = (high - low || Math.abs(low) || 1) * 1.3;
  const [least, most] = [(low + high - room) / 2, (low + high + room) / 2];
  return { least, most, room, y: (value) => Math.max(EDGE, Math.min(HIGH - EDGE, (HIGH * (most - value)) / room)), value: (y) => Math.max(least, Math.min(most, most - (y * room) / HIGH)) };
}

/** A number with as many digits as a pixel is worth. */
function rounded(value, room) {
  const digits = Math.max(0, Math.min(9, 3 - Math.floor(Math.log10(room))));
  return Number(value.toFixed(digits));
}
