// Questions to the server, and how an answer that is on its way, or fails, is shown.

import { h } from "recurra/dom.js";

const TOKEN = "recurra-token"; // where the token is kept that a server may want, as long as the window is open

/** The token that is sent with every question from now on. */
export function useToken(token) {
  sessionStorage.setItem(TOKEN, token);
}

/** Why there is no answer: what, where and how to mend it, as the server says. */
export class Refusal extends Error {
  constructor({ message, where = null, fix = null }, status = 0) {
    super(message);
    Object.assign(this, { where, fix, status });
  }
}

/**
 * Asks the server, and gives what it answers: `ask("/v1/predict", {inputs: ["3 May"]})`; without a body it gets.
 * Throws a Refusal; or an AbortError where the signal ends it.
 */
export async function ask(path, body = null, signal = null) {
  const response = await sent(path, body, signal);
  if (response.ok) return response.json();
  throw await refusalOf(response);
}

/** The response to a question as it comes, for what is read piece by piece or is no JSON; throws as `ask` does. */
export async function sent(path, body, signal) {
  const token = sessionStorage.getItem(TOKEN);
  const headers = { ...(body === null ? {} : { "Content-Type": "application/json" }), ...(token ? { Authorization: `Bearer ${token}` } : {}) };
  const how = body === null ? { headers } : { method: "POST", headers, body: JSON.stringify(body) };
  try {
    return await fetch(path, { ...how, signal });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Refusal({ message: "The server does not answer.", fix: "Is recurra serve still running?" });
  }
}

/**
 * Asks for what is written piece by piece (server-sent events): calls `take(piece)` for each and gives the whole answer.
 * The events are read as docs/serve.md describes them: token, answer, error.
 */
export async function streamed(path, body, take, signal = null) {
  const response = await sent(path, { ...body, stream: true }, signal);
  if (!response.ok) throw await refusalOf(response);
  let rest = "", answer = null;
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    const events = (rest + value).split("\n\n");
    rest = events.pop();
    for (const one of events) {
      const [, name] = one.match(/^event: (\w+)$/m) ?? [];
      const data = JSON.parse(one.match(/^data: (.*)$/m)?.[1] ?? "null");
      if (name === "token") take(data.text);
      else if (name === "answer") answer = data.answer;
      else if (name === "error") throw new Refusal(data.error);
    }
  }
  if (!answer) throw new Refusal({ message: "The server stopped before the answer was complete." });
  return answer;
}

/** Why a response is none that was wished for. */
export async function refusalOf(response) {
  const found = await response.json().catch(() => null);
  return new Refusal(found?.error ?? { message: `The server answered ${response.status}.` }, response.status);
}

/** Asks like `ask`, and each time gives up what it asked before: so nothing outdated is shown, or computed any longer. */
export function latest(asking = ask) {
  let before = null;
  return (...question) => {
    before?.abort();
    before = new AbortController();
    return asking(...question, before.signal);
  };
}

/**
 * Shows in `place` what comes of a question: `draw(answer)` gives elements. Meanwhile what is there stays, marked as
 * busy; why there is no answer is shown above it; what was given up changes nothing.
 */
export async function shown(place, asking, draw) {
  place.setAttribute("aria-busy", "true");
  try {
    const answer = await asking;
    place.replaceChildren(...[draw(answer)].flat().filter(Boolean));
  } catch (error) {
    if (error.name === "AbortError") return; // what gave it up marks the place itself
    place.querySelector(":scope > .refusal")?.remove();
    place.prepend(refusalNode(error));
    if (!(error instanceof Refusal)) throw error;
  }
  place.removeAttribute("aria-busy");
}

/** Why there is no answer, as an element. */
export function refusalNode({ message, where, fix }) {
  const first = message.charAt(0).toUpperCase() + message.slice(1);
  return h("p", { class: "refusal", role: "alert" }, h("b", null, /[.!?]$/.test(first) ? first : `${first}.`), where ? ` (${where})` : "", fix ? ` ${fix}` : "");
}
