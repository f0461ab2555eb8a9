// Says the numbers of all charts at one place: under the pointer, or where the arrow keys have gone.
// A chart is an svg with data-lines and data-frame; its numbers are written into the <output> of its figure.

const STEPS = { ArrowLeft: -0.01, ArrowRight: 0.01, ArrowDown: -0.01, ArrowUp: 0.01, PageDown: -0.1, PageUp: 0.1 };

const number = (value) =>
  Math.abs(value) < 1e4 ? String(Number(value.toPrecision(4))) : Math.round(value).toLocaleString("en");

function nearest(line, x) {
  let best = -1;
  line.x.forEach((place, k) => {
    if (line.y[k] !== null && (best < 0 || Math.abs(place - x) < Math.abs(line.x[best] - x))) best = k;
  });
  return best;
}

/** The charts in an element say their numbers; what is given back is to be called when they were drawn anew. */
export function sayNumbers(root) {
  let charts = [];
  let at = null; // where the numbers are said

  function prepare(svg) {
    const [low, high, left, right, top, bottom] = JSON.parse(svg.dataset.frame);
    const here = document.createElementNS("http://www.w3.org/2000/svg", "line");
    for (const [name, value] of Object.entries({ class: "here", y1: top, y2: bottom, visibility: "hidden" })) here.setAttribute(name, value);
    svg.append(here);
    const slider = { tabindex: 0, role: "slider", "aria-valuemin": low, "aria-valuemax": high, "aria-valuenow": high };
    for (const [name, value] of Object.entries(slider)) svg.setAttribute(name, value);
    return { svg, here, low, high, left, right, lines: JSON.parse(svg.dataset.lines), said: svg.closest("figure").querySelector("output") };
  }

  function show(x) {
    at = x;
    for (const chart of charts) {
      const across = chart.left + ((x - chart.low) / (chart.high - chart.low)) * (chart.right - chart.left);
      chart.here.setAttribute("x1", across);
      chart.here.setAttribute("x2", across);
      chart.here.setAttribute("visibility", "visible");
      const words = chart.lines.map((line) => [line, nearest(line, x)]).filter(([, k]) => k >= 0)
        .map(([line, k]) => `${line.name} ${number(line.y[k])} at ${number(line.x[k])}`).join(" · ");
      chart.said.textContent = words;
      chart.svg.setAttribute("aria-valuenow", x);
      chart.svg.setAttribute("aria-valuetext", words);
    }
  }

  function hide() {
    at = null;
    for (const chart of charts) {
      chart.here.setAttribute("visibility", "hidden");
      chart.said.textContent = "";
    }
  }

  function listen(svg) {
    const chart = () => charts.find((one) => one.svg === svg);
    const now = () => Number(svg.getAttribute("aria-valuenow"));
    const within = ({ low, high }, x) => Math.min(Math.max(x, low), high);
    svg.addEventListener("pointermove", (event) => {
      const { low, high, left, right } = chart();
      const box = svg.getBoundingClientRect();
      const across = ((event.clientX - box.left) / box.width) * svg.viewBox.baseVal.width;
      show(within(chart(), low + ((across - left) / (right - left)) * (high - low)));
    });
    svg.addEventListener("pointerleave", hide);
    svg.addEventListener("focus", () => show(now()));
    svg.addEventListener("blur", hide);
    svg.addEventListener("keydown", (event) => {
      const { low, high } = chart();
      const ends = { Home: low, End: high };
      const x = event.key in ends ? ends[event.key] : now() + (high - low) * STEPS[event.key];
      if (Number.isNaN(x)) return;
      event.preventDefault();
      show(within(chart(), x));
    });
  }

  function drawn() {
    const known = new Set(charts.map(({ svg }) => svg));
    charts = [...root.querySelectorAll("svg[data-lines]")].map(prepare);
    for (const { svg } of charts) if (!known.has(svg)) listen(svg);
    if (at !== null && charts.length) show(Math.min(Math.max(at, charts[0].low), charts[0].high));
  }

  drawn();
  return drawn;
}

/** Puts charts in the place of others; those of the same names stay where they are, so that focus and pointer do too. */
export function replaceCharts(root, html) {
  const fresh = document.createElement("div");
  fresh.innerHTML = html; // made by the server of this page, in which every text is escaped
  const names = (element) => [...element.querySelectorAll("figcaption b")].map((name) => name.textContent).join("\n");
  if (!root.childElementCount || names(root) !== names(fresh)) {
    root.replaceChildren(...fresh.childNodes);
    return;
  }
  root.querySelector(".keys").replaceWith(fresh.querySelector(".keys"));
  const figures = [...fresh.querySelectorAll("figure")];
  [...root.querySelectorAll("figure")].forEach((figure, k) => {
    const [old, now] = [figure, figures[k]].map((one) => one.querySelector("svg"));
    for (const { name, value } of now.attributes) if (name !== "role") old.setAttribute(name, value);
    old.replaceChildren(...now.childNodes);
    const [note, said] = [figure, figures[k]].map((one) => one.querySelector(".note"));
    if (said) note ? note.replaceWith(said) : figure.querySelector("b").after(said);
    else note?.remove();
  });
}
