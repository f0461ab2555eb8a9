// Says the numbers of all charts at one place: under the pointer, or where the arrow keys have gone.
// A chart is an svg with data-lines and data-frame; its numbers are written into the <output> of its figure.

const charts = [...document.querySelectorAll("svg[data-lines]")].map((svg) => {
  const [low, high, left, right, top, bottom] = JSON.parse(svg.dataset.frame);
  const here = document.createElementNS("http://www.w3.org/2000/svg", "line");
  here.setAttribute("class", "here");
  here.setAttribute("y1", top);
  here.setAttribute("y2", bottom);
  here.setAttribute("visibility", "hidden");
  svg.append(here);
  svg.setAttribute("tabindex", 0);
  svg.setAttribute("role", "slider");
  svg.setAttribute("aria-valuemin", low);
  svg.setAttribute("aria-valuemax", high);
  svg.setAttribute("aria-valuenow", high);
  return { svg, here, low, high, left, right, lines: JSON.parse(svg.dataset.lines),
           said: svg.closest("figure").querySelector("output") };
});

const number = (value) =>
  Math.abs(value) < 1e4 ? String(Number(value.toPrecision(4))) : Math.round(value).toLocaleString("en");

function nearest(line, x) {
  let best = -1;
  line.x.forEach((place, k) => {
    if (line.y[k] !== null && (best < 0 || Math.abs(place - x) < Math.abs(line.x[best] - x))) best = k;
  });
  return best;
}

function show(x) {
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
  for (const chart of charts) {
    chart.here.setAttribute("visibility", "hidden");
    chart.said.textContent = "";
  }
}

const STEPS = { ArrowLeft: -0.01, ArrowRight: 0.01, ArrowDown: -0.01, ArrowUp: 0.01, PageDown: -0.1, PageUp: 0.1 };

for (const chart of charts) {
  const { svg, low, high, left, right } = chart;
  const now = () => Number(svg.getAttribute("aria-valuenow"));
  const within = (x) => Math.min(Math.max(x, low), high);
  svg.addEventListener("pointermove", (event) => {
    const box = svg.getBoundingClientRect();
    const across = ((event.clientX - box.left) / box.width) * svg.viewBox.baseVal.width;
    show(within(low + ((across - left) / (right - left)) * (high - low)));
  });
  svg.addEventListener("pointerleave", hide);
  svg.addEventListener("focus", () => show(now()));
  svg.addEventListener("blur", hide);
  svg.addEventListener("keydown", (event) => {
    const ends = { Home: low, End: high };
    const x = event.key in ends ? ends[event.key] : now() + (high - low) * STEPS[event.key];
    if (Number.isNaN(x)) return;
    event.preventDefault();
    show(within(x));
  });
}
