// An image that is dropped, pasted, chosen from the disk or drawn.

import { h } from "recurra/dom.js";

const SIDE = 320; // pixels on the longer side of the pad, or a little more: it is a multiple of what the model reads
const WIDEST = 480, HIGHEST = 360; // pixels of the pad on the screen
const WHOLE = 500_000; // bytes of a file that is sent as it is; a larger one is made smaller
const SMALLER = 512; // pixels on the longer side of what was made smaller

/** A field of an image: {element, take(value)}; the value is {image: "data:..."}. */
export function imagePad(id, { height, width, channels }, name, set) {
  const scale = Math.max(1, Math.round(SIDE / Math.max(height, width)));
  const canvas = h("canvas", { id, width: width * scale, height: height * scale, tabindex: 0, style: { "max-width": `${Math.min(WIDEST, (HIGHEST * width) / height)}px` }, role: "img", "aria-label": `${name}: the image that the model reads, ${width} by ${height} pixels; draw on it with the pointer` });
  const pen = canvas.getContext("2d");
  const said = h("p", { class: "quiet", role: "status" }, "Draw with the pointer, or drop, paste or choose an image.");
  let address = "", ink = "#000", from = null;
  const clear = () => { pen.fillStyle = "#fff"; pen.fillRect(0, 0, canvas.width, canvas.height); };
  const give = (image) => { address = image; set({ image }); };
  const at = ({ clientX, clientY }) => {
    const box = canvas.getBoundingClientRect();
    return [((clientX - box.left) * canvas.width) / box.width, ((clientY - box.top) * canvas.height) / box.height];
  };
  const draw = (event) => {
    const to = at(event);
    pen.strokeStyle = ink;
    pen.lineWidth = Math.max(2, scale);
    pen.lineCap = "round";
    pen.beginPath();
    pen.moveTo(...from);
    pen.lineTo(...to);
    pen.stroke();
    from = to;
  };
  const end = () => {
    if (!from) return;
    from = null;
    give(canvas.toDataURL());
  };
  for (const [event, listener] of Object.entries({
    pointerdown: (event) => { event.preventDefault(); canvas.setPointerCapture(event.pointerId); from = at(event); draw(event); },
    pointermove: (event) => from && draw(event),
    pointerup: end,
    pointercancel: end,
  })) canvas.addEventListener(event, listener);

  const load = async (file) => {
    if (!file) return;
    try {
      give(file.size <= WHOLE && /^image\/(png|jpeg|gif|webp|bmp)$/.test(file.type) ? await addressOf(file) : await smaller(file));
      await show();
      said.textContent = file.name ? `${file.name}` : "";
    } catch {
      said.textContent = "This is no image that the browser can read.";
    }
  };
  const show = async () => {
    const image = await imageOf(address);
    clear();
    pen.imageSmoothingEnabled = image.width > canvas.width;
    pen.drawImage(image, 0, 0, canvas.width, canvas.height);
  };
  clear();
  const file = h("input", { type: "file", accept: "image/*", class: "unseen", tabindex: -1, "aria-label": "an image from the disk", on: { change: () => load(file.files[0]) } });
  const inks = channels === 1 || channels === 3 || channels === 4 ? [["#000", "Black"], ["#fff", "White"]] : [];
  const buttons = inks.map(([colour, title]) => h("button", { type: "button", "aria-pressed": String(colour === ink), on: { click: () => {
    ink = colour;
    buttons.forEach((button, k) => button.setAttribute("aria-pressed", String(inks[k][0] === ink)));
  } } }, title));
  const element = h("div", { class: "field pad", on: {
    dragover: (event) => { event.preventDefault(); element.classList.add("over"); },
    dragleave: () => element.classList.remove("over"),
    drop: (event) => { event.preventDefault(); element.classList.remove("over"); load(event.dataTransfer.files[0]); },
    paste: (event) => load([...event.clipboardData.files][0]),
  } }, h("label", { for: id }, name), canvas,
  h("div", { class: "tools" }, h("span", { class: "choice", role: "group", "aria-label": "ink" }, buttons),
    h("button", { type: "button", on: { click: () => { clear(); give(canvas.toDataURL()); } } }, "Clear"),
    h("button", { type: "button", on: { click: () => file.click() } }, "Choose a file"), file), said);
  document.addEventListener("paste", (event) => {
    if (element.isConnected && !event.target.closest("textarea, input, .pad")) load([...(event.clipboardData?.files ?? [])][0]);
  });
  return {
    element,
    take(value) {
      const next = value?.image ?? "";
      if (next === address) return;
      address = next;
      if (next) show().catch(() => { said.textContent = "This is no image that the browser can read."; });
      else clear();
    },
  };
}

function imageOf(address) {
  return new Promise((resolve, reject) => {
    const image = new Image();
    image.onload = () => resolve(image);
    image.onerror = reject;
    image.src = address;
  });
}

function addressOf(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result);
    reader.onerror = reject;
    reader.readAsDataURL(file);
  });
}

async function smaller(file) {
  const address = URL.createObjectURL(file);
  try {
    const image = await imageOf(address);
    const share = Math.min(1, SMALLER / Math.max(image.width, image.height));
    const canvas = h("canvas", { width: Math.max(1, Math.round(image.width * share)), height: Math.max(1, Math.round(image.height * share)) });
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    return canvas.toDataURL();
  } finally {
    URL.revokeObjectURL(address);
  }
}
