// What can be saved: the trace as JSON, the view as SVG or PNG, the state of the page as a link.

import { arrayToLists } from "recurra/arrays.js";
import { h } from "recurra/dom.js";

const PROPERTIES = ["fill", "fill-opacity", "stroke", "stroke-width", "stroke-opacity", "stroke-dasharray", "font-family", "font-size", "font-weight", "font-style", "text-anchor", "opacity", "visibility"];
const SCALE = 2; // pixels of a PNG for one of the screen

/** A menu with what can be kept. `panel()` gives the view that is open. */
export function keep(traces, panel) {
  const said = h("span", { role: "status", class: "quiet" });
  const buttons = [
    ["JSON", "the trace", () => traces.forEach((trace, k) => download(numbered("trace", "json", k, traces.length), "application/json", json(trace)))],
    ["SVG", "this view as a drawing", () => vector(panel(), said)],
    ["PNG", "this view as an image", () => image(panel(), said)],
    ["Link", "the address of what is shown", () => link(said)],
  ].map(([title, what, click]) => h("button", { type: "button", title: what, "aria-label": `${title}: ${what}`, on: { click } }, title));
  return h("div", { class: "keep" }, h("span", { class: "quiet" }, "Save"), h("div", { class: "choice", role: "group", "aria-label": "save" }, buttons), said);
}

/** Hands a file to the reader. */
export function download(name, type, content) {
  const address = URL.createObjectURL(new Blob([content], { type }));
  const anchor = h("a", { href: address, download: name });
  anchor.click();
  window.setTimeout(URL.revokeObjectURL, 10_000, address);
}

/** A name for file k of several; without a number if it is the only one. */
function numbered(name, ending, k, several) {
  return `${name}${several > 1 ? `-${k + 1}` : ""}.${ending}`;
}

/** What `Trace.load` reads: the trace without what was drawn besides. */
function json(trace) {
  return JSON.stringify(arrayToLists(bare(trace)));
}

function bare({ search, contrast, members, ...trace }) {
  const { svg: _drawn, summary: _said, ...tree } = search ?? {};
  const { html: _table, ...pair } = contrast ?? {};
  return { ...trace, search: search ? tree : null, contrast: contrast ? pair : null, members: members.map(bare) };
}

function vector(panel, said) {
  const found = panel ? [...panel.querySelectorAll("svg")].filter((svg) => svg.clientWidth > 120 && !("part" in svg.dataset)) : [];
  said.textContent = found.length ? "" : "This view has no drawing; PNG saves it as an image.";
  found.forEach((svg, k) => download(numbered("view", "svg", k, found.length), "image/svg+xml", standalone(svg)));
}

/** A drawing with its colours in it, as they are now. */
function standalone(svg) {
  const copy = svg.cloneNode(true);
  const [from, to] = [svg, copy].map((one) => [one, ...one.querySelectorAll("*")]);
  from.forEach((element, k) => {
    const style = window.getComputedStyle(element);
    for (const name of PROPERTIES) if (style.getPropertyValue(name)) to[k].setAttribute(name, style.getPropertyValue(name));
    to[k].removeAttribute("class");
    to[k].removeAttribute("style");
  });
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  copy.setAttribute("width", svg.clientWidth);
  copy.setAttribute("height", svg.clientHeight);
  return new XMLSerializer().serializeToString(copy);
}

/** The view with all that it is made of, drawn anew inside an image. */
async function image(panel, said) {
  if (!panel) return;
  try {
    const picture = await loaded(page(panel));
    const canvas = h("canvas", { width: SCALE * panel.clientWidth, height: SCALE * panel.scrollHeight });
    const context = canvas.getContext("2d");
    context.scale(SCALE, SCALE);
    context.drawImage(picture, 0, 0);
    const bytes = await new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
    download("view.png", "image/png", bytes);
    said.textContent = "";
  } catch {
    said.textContent = "This browser cannot turn the page into an image.";
  }
}

function page(panel) {
  const copy = panel.cloneNode(true);
  const canvases = [...panel.querySelectorAll("canvas")];
  [...copy.querySelectorAll("canvas")].forEach((canvas, k) => canvas.replaceWith(h("img", { src: canvases[k].toDataURL(), class: canvas.className })));
  filled(panel, copy);
  const sheet = [...document.styleSheets].flatMap((one) => [...one.cssRules].map((rule) => rule.cssText)).join("\n");
  const [width, height] = [panel.clientWidth, panel.scrollHeight];
  const root = h("div", { class: "recurra-inspect", xmlns: "http://www.w3.org/1999/xhtml" }, h("style", null, sheet), copy);
  const style = `padding:0;margin:0;max-width:none;width:${width}px;min-height:${height}px;color-scheme:${scheme()}`;
  const body = new XMLSerializer().serializeToString(root).replace(' class="recurra-inspect"', `$& style="${style}"`);
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><foreignObject width="100%" height="100%">${body}</foreignObject></svg>`;
}

/** What was chosen and typed is not copied along with an element. */
function filled(panel, copy) {
  const [from, to] = [panel, copy].map((one) => [...one.querySelectorAll("option, input")]);
  from.forEach((field, k) => {
    if (field.matches("option")) to[k].toggleAttribute("selected", field.selected);
    else [to[k].setAttribute("value", field.value), to[k].toggleAttribute("checked", field.checked)];
  });
}

function scheme() {
  return window.matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}

function loaded(svg) {
  return new Promise((resolve, reject) => {
    const picture = new Image();
    picture.onload = () => resolve(picture);
    picture.onerror = reject;
    picture.src = `data:image/svg+xml,${encodeURIComponent(svg)}`;
  });
}

async function link(said) {
  try {
    await navigator.clipboard.writeText(window.location.href);
    said.textContent = "copied";
  } catch {
    said.textContent = "Not copied: the link is in the address bar.";
  }
}
