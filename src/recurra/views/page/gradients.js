// How far back the error reaches: for each output, how strongly its loss depends on every state before it.

import { unpack } from "recurra/arrays.js";
import { fluid, h, number, s } from "recurra/dom.js";
import { matrix } from "recurra/matrix.js";
import { quoted } from "recurra/tokens.js";
import { axisOf, rowAt } from "recurra/trace.js";

const DECADES = 6; // powers of ten below the largest norm that have a shade

export const gradients = {
  id: "gradients",
  title: "Gradients",
  about: {
    text: [
      "Training changes weights by the gradient of the loss. For an output to teach the network something about an early token, the gradient has to reach the state after that token: each step back multiplies it by a matrix. If that shrinks it every time, the gradient vanishes, and what depends on tokens far back is hardly learned; if it grows every time, the gradient explodes.",
      "A row is the loss at one output, a column the state after one step; each shade is a power of ten.",
    ],
    formula: ["∂L_{t}/∂h_{k} = ∂L_{t}/∂h_{t} · ∂h_{t}/∂h_{t−1} · … · ∂h_{k+1}/∂h_{k}", "shown: |∂L_{t}/∂h_{k}|"],
  },
  applies: (trace) => Boolean(trace.gradients) && trace.gradients.outputs.length > 0,
  make(trace, state) {
    const found = trace.gradients;
    const layers = trace.layers.filter((layer) => layer.name in found.norms);
    const select = h("select", { on: { change: () => state.set({ layer: select.value }) } }, layers.map(({ name }) => h("option", { value: name }, name)));
    const ground = h("div");
    const element = h("div", null, h("p", null, h("label", null, "Layer ", select)), ground);
    let shown = null;
    state.watch(element, ({ layer }) => {
      const now = layers.find(({ name }) => name === layer) ?? layers[0];
      if (now === shown) return;
      shown = now;
      select.value = now.name;
      ground.replaceChildren(...layerView(found, now, state));
    });
    return element;
  },
};

function layerView({ outputs, tokens, norms }, layer, state) {
  const values = unpack(norms[layer.name]);
  const largest = Math.max(...values.data, Number.MIN_VALUE);
  const share = (value) => (value > 0 ? Math.max(0, 1 + Math.log10(value / largest) / DECADES) : 0);
  const columnAxis = axisOf(layer) === "output" ? null : "place";
  const describe = (i, j) => `Norm of the gradient of the loss at ${quoted(tokens[i])} with respect to the state after ${quoted(layer.tokens[j])}: ${number(values.at(i, j))}`;
  const shades = Array.from({ length: DECADES + 1 }, (_, k) => h("span", null, h("i", { style: { "--w": 1 - k / DECADES } }), `10^{−${k}}`.replace(/\^\{(.*)\}/, (_, power) => superscript(power))));
  return [
    matrix(state, { rows: tokens, columns: layer.tokens, rowAxis: "output", columnAxis, rowPlaces: outputs, shade: (i, j) => share(values.at(i, j)), describe, name: "Gradients: losses down, states across" }),
    h("p", { class: "shades" }, `largest ${number(largest)}, times `, shades),
    profile(values, { outputs, tokens, layer, largest }, state),
  ];
}

const WIDEST = 640, HIGH = 160, LEFT = 48, EDGE = 12;

/** The row of the current output as a line over the steps, in powers of ten. */
function profile(values, { outputs, tokens, layer, largest }, state) {
  const [, length] = values.shape;
  const top = Math.ceil(Math.log10(largest));
  const y = (value) => EDGE + Math.max(0, Math.min(1, (top - Math.log10(value)) / (DECADES + 1))) * HIGH;
  const title = h("figcaption");
  const ground = h("div");
  const element = h("figure", { class: "profile" }, title, ground);
  let wide = 0;
  const draw = ({ output, hover }) => {
    const row = rowAt(outputs, hover?.output ?? output);
    title.textContent = `|∂L/∂h| of the loss at ${quoted(tokens[row])}, from ${quoted(layer.tokens[0])} to ${quoted(layer.tokens.at(-1))}`;
    if (!wide) return;
    const x = (k) => LEFT + (length === 1 ? 0.5 : k / (length - 1)) * (wide - LEFT - EDGE);
    const rules = Array.from({ length: (DECADES + 1) / 2 + 1 }, (_, k) => top - 2 * k).map((power) => s("g", null,
      s("line", { class: "rule", x1: LEFT, x2: wide - EDGE, y1: y(10 ** power), y2: y(10 ** power) }),
      s("text", { x: LEFT - 8, y: y(10 ** power) + 5, "text-anchor": "end" }, `10${superscript(String(power).replace("-", "−"))}`)));
    const points = [...values.row(row)].map((value, k) => `${x(k).toFixed(1)} ${y(Math.max(value, Number.MIN_VALUE)).toFixed(1)}`);
    const seen = `${title.textContent}: ${number(values.at(row, 0))} at the first, ${number(values.at(row, length - 1))} at the last`;
    ground.replaceChildren(s("svg", { width: wide, height: HIGH + 2 * EDGE, role: "img", "aria-label": seen }, rules,
      s("path", { class: "curve", d: `M${points.join("L")}` }), length === 1 ? s("circle", { class: "dot", cx: x(0), cy: y(values.at(row, 0)), r: 4 }) : null));
  };
  fluid(ground, (width) => {
    wide = Math.min(width, WIDEST);
    draw(state.values);
  });
  state.watch(element, draw);
  return element;
}

const RAISED = { "−": "⁻", 0: "⁰", 1: "¹", 2: "²", 3: "³", 4: "⁴", 5: "⁵", 6: "⁶", 7: "⁷", 8: "⁸", 9: "⁹" };

function superscript(power) {
  return [...power].map((one) => RAISED[one]).join("").replace(/^⁻⁰$/, "⁰");
}
