// An input as the text that stands in the address: a text as it is, an image as its data: address, anything else as JSON.

const LONGEST = 60_000; // characters; what is longer stays in the page alone, and a link to it shows an empty field
const kept = new Map(); // such inputs, by what stands in the address for them

/** The text of an input of a model. */
export function textOf(model, input) {
  if (isEmpty(input)) return "";
  const text = typeof input === "string" ? input : input.image && Object.keys(input).length === 1 ? input.image : JSON.stringify(input);
  if (text.length <= LONGEST) return text;
  const name = `too long for the address (${kept.size + 1})`;
  kept.set(name, input);
  return name;
}

/** The input that such a text stands for; null where it is none for this model. */
export function inputOf(model, text) {
  if (kept.has(text)) return kept.get(text);
  const { kind } = model.reads;
  if (kind === "text" || kind === "tokens" || kind === "category") return text;
  if (!text) return null;
  if (kind === "image") return text.startsWith("data:image/") ? { image: text } : null;
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Whether there is nothing that could be asked about. */
export function isEmpty(input) {
  if (input === null || input === undefined) return true;
  if (typeof input === "string") return !input.trim();
  if (Array.isArray(input)) return !input.length;
  return typeof input === "object" && !Object.keys(input).length;
}
