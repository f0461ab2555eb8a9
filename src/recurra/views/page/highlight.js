// Whatever is of one quantity (its wire, its symbols, its equation) lights up together.

import { centre } from "recurra/cell_walk.js";

/** Lights up whatever is of one quantity: pointed at, focused, or held by a click. Gives what does so after a redraw. */
export function highlighter(element) {
  let held = null, pointed = null;
  const light = () => {
    const lit = pointed ?? held;
    element.classList.toggle("lighting", lit !== null);
    for (const node of element.querySelectorAll("[data-q]")) {
      node.classList.toggle("alight", node.dataset.q === lit);
      if (node.matches("button")) node.setAttribute("aria-pressed", String(node.dataset.q === held));
    }
  };
  const point = (event) => {
    pointed = event.target.closest("[data-q]")?.dataset.q ?? null;
    light();
    if (event.type === "focusin") centre(element.querySelector(".drawing"), element.querySelector(".drawing .wire.alight"));
  };
  const leave = () => {
    pointed = null;
    light();
  };
  element.addEventListener("pointerover", point);
  element.addEventListener("pointerleave", leave);
  element.addEventListener("focusin", point);
  element.addEventListener("focusout", leave);
  element.addEventListener("click", (event) => {
    const found = event.target.closest("[data-q]")?.dataset.q ?? null;
    if (event.target.closest(".colours")) return;
    held = found === held ? null : found;
    light();
  });
  return light;
}
