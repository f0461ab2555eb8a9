// Elements made from JavaScript. Text is always text, never markup; styles go through element.style.

const SVG = "http://www.w3.org/2000/svg";

/** An element of HTML: h("button", {class: "step", on: {click}}, "next"). Attributes that are null or false are left out. */
export function h(name, attributes, ...children) {
  return filled(document.createElement(name), attributes, children);
}

/** The same for SVG. */
export function s(name, attributes, ...children) {
  return filled(document.createElementNS(SVG, name), attributes, children);
}

function filled(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "on") for (const [event, listener] of Object.entries(value)) element.addEventListener(event, listener);
    else if (name === "style") for (const [key, text] of Object.entries(value)) element.style.setProperty(key, text);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** A formula as elements: "a_{ts} = exp(e_{ts})", where _{...} is set below and ^{...} above. */
export function formula(text) {
  const pieces = text.split(/([_^]\{[^}]*\})/).filter(Boolean);
  return h("span", { class: "formula" }, pieces.map((piece) =>
    piece.startsWith("_{") ? h("sub", null, piece.slice(2, -1)) :
    piece.startsWith("^{") ? h("sup", null, piece.slice(2, -1)) : piece));
}

/** 0.9876 as "98.8 %", which no line breaks apart. What would be rounded to nothing or to all of it says so. */
export function percent(share) {
  if (share > 0 && share < 0.0005) return "<\u00a00.1\u00a0%";
  if (share < 1 && share > 0.9995) return ">\u00a099.9\u00a0%";
  return `${(100 * share).toFixed(1)}\u00a0%`;
}

/** A number with three decimals, or in powers of ten where those would not show it. */
export function number(value) {
  const size = Math.abs(value);
  if (size !== 0 && (size < 0.001 || size >= 1e5)) return value.toExponential(2).replace("-", "−").replace("e+", "e").replace("e-", "e−");
  return value.toFixed(3).replace("-", "−");
}

/** Buttons of which one is pressed, the first to begin with: `show(k)` shows what button k stands for. */
export function choice(name, titles, show) {
  const buttons = titles.map((title, k) => h("button", { type: "button", on: { click: () => press(k) } }, title));
  const press = (chosen) => {
    buttons.forEach((button, k) => button.setAttribute("aria-pressed", String(k === chosen)));
    show(chosen);
  };
  press(0);
  return h("div", { class: "choice", role: "group", "aria-label": name }, buttons);
}

/** A drawing that Python made, as an element. */
export function svgOf(text) {
  return document.importNode(new DOMParser().parseFromString(text, "text/html").querySelector("svg"), true);
}

/**
 * Draws into an element whenever its width changes: `draw(width)`, in pixels; not while it is hidden. It does so before
 * the browser paints: a drawing that keeps its old width for a frame would widen the page.
 */
export function fluid(element, draw) {
  let drawn = 0;
  new ResizeObserver(() => {
    const width = element.clientWidth;
    if (width && width !== drawn) draw((drawn = width));
  }).observe(element);
}
