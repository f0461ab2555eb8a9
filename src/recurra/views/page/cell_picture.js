// The drawing of a cell with numbers on it. The drawing itself is Python's; here its places are filled: numbers at the
// symbols, the thickness of a wire, how far a gate is open.

import { fixed } from "recurra/cell_lines.js";
import { h, s, svgOf } from "recurra/dom.js";

const THINNEST = 1.25, THICKEST = 5.5; // of a wire, for 0 and for 1 and more

/** The drawing as {element, draw(numbers, token)}. */
export function cellPicture(drawing) {
  const svg = svgOf(drawing.svg);
  const wires = [...svg.querySelectorAll("g.wire")];
  for (const wire of wires) wire.prepend(...hitAreas(wire));
  const slots = [...svg.querySelectorAll("[data-value]")];
  const gates = [...svg.querySelectorAll("g.gate")].filter((gate) => gate.dataset.q in drawing.gates).map(levelOf);
  const element = h("figure", { class: "drawing", tabindex: 0, role: "group", "aria-label": `${drawing.name}, with the numbers of this step` }, svg);
  return {
    element,
    draw(numbers, token) {
      for (const slot of slots) {
        const quantity = slot.dataset.value;
        slot.textContent = quantity === "x" ? token : quantity in numbers ? fixed(numbers[quantity]) : "";
      }
      for (const wire of wires) thicken(wire, numbers[wire.dataset.q]);
      for (const gate of gates) gate(numbers);
    },
  };
}

/** A broad line below each thin one, so that a pointer or a finger finds it. */
function hitAreas(wire) {
  return [...wire.querySelectorAll("path[stroke]")].map((path) => s("path", { class: "hit", d: path.getAttribute("d") }));
}

function thicken(wire, number) {
  const path = [...wire.querySelectorAll("path[stroke]")].at(-1);
  if (number === undefined) return;
  path.style.setProperty("stroke-width", THINNEST + (THICKEST - THINNEST) * Math.min(1, Math.abs(number)));
}

/** A gate whose box is filled as far as it is open; of one that has a sign, from the middle. */
function levelOf(gate) {
  const box = gate.querySelector("rect");
  const [x, y, width, height] = ["x", "y", "width", "height"].map((name) => Number(box.getAttribute(name)));
  const level = s("rect", { class: "level", x: x + 3, width: width - 6 });
  box.after(level);
  const signed = gate.textContent.includes("tanh");
  return (numbers) => {
    const share = Math.max(-1, Math.min(1, numbers[gate.dataset.q])) * (signed ? 0.5 : 1);
    const [room, zero] = [height - 6, y + 3 + (height - 6) * (signed ? 0.5 : 1)];
    level.setAttribute("y", share < 0 ? zero : zero - share * room);
    level.setAttribute("height", Math.abs(share) * room);
    level.classList.toggle("below", share < 0);
  };
}
