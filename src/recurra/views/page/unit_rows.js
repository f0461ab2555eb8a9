// All units of a layer at one step: a strip of colours for each quantity, beside the number of the chosen unit.

import { fixed } from "recurra/cell_lines.js";
import { h } from "recurra/dom.js";
import { paint } from "recurra/heat.js";

/**
 * A row for each quantity: its name, the number of the chosen unit, all units as a strip of colours, their mean.
 *
 * `numbersOf(t)` gives for a row the function from a unit to its number.
 */
export function unitRows(layer, rows, state, numbersOf) {
  const strips = rows.map(() => h("canvas", { "aria-hidden": "true" }));
  const [own, means] = [rows, rows].map((all) => all.map(() => h("td", { class: "number" })));
  const pick = (event) => {
    const box = event.currentTarget.getBoundingClientRect();
    state.set({ layer: layer.name, unit: Math.floor(((event.clientX - box.left) / box.width) * layer.units) });
  };
  const head = h("th", { scope: "col" });
  const table = h("table", { class: "units" },
    h("caption", null, "All units at this step; a click on the colours takes a unit"),
    h("thead", null, h("tr", null, h("td"), head, h("th", { scope: "col", class: "colours" }, `units 0 to ${layer.units - 1}`), h("th", { scope: "col" }, "mean"))),
    h("tbody", null, rows.map((row, k) => h("tr", { "data-q": row.quantity }, h("th", { scope: "row" }, row.name), own[k], h("td", { class: "colours", on: { click: pick } }, strips[k]), means[k]))));
  const element = h("div", { class: "unit-rows" }, table);
  return {
    element,
    draw(t, unit) {
      const numbers = numbersOf(t);
      head.textContent = `unit ${unit}`;
      rows.forEach((row, k) => {
        const number = numbers(row);
        const all = Array.from({ length: layer.units }, (_, one) => number(one));
        const known = all.every((value) => !Number.isNaN(value));
        paint(strips[k], layer.units, 1, (one) => all[one], known ? Math.max(1, ...all.map(Math.abs)) : 1);
        own[k].textContent = known ? fixed(all[unit]) : "unknown";
        means[k].textContent = known ? fixed(all.reduce((sum, value) => sum + value, 0) / layer.units) : "";
        strips[k].parentElement.style.setProperty("--at", `${(100 * (unit + 0.5)) / layer.units}%`);
      });
    },
  };
}
