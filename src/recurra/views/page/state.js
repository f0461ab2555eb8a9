// What the reader looks at: one small record that all views share. It is kept in the address, so that a link, a reload
// and "back" show the same; only where the pointer rests is not.
//
//   tab     the view that is open
//   output  the position in the output, from 0
//   place   the position in the text that was read, from 0
//   layer   the name of a layer; empty: none was chosen yet
//   unit    the unit of a layer
//   also    other units of it beside this one: "12,40"
//   span    steps and a threshold to look for: "3-7,0.3"
//   member  which network of an ensemble; "all" for all of them side by side
//   hover   where the pointer rests: {output, place}, either may be missing; null where it rests on nothing
//
// Views call state.watch(element, draw): `draw(values)` runs at once and after each change while the element can be seen.

const NUMBERS = { output: 0, place: 0, unit: 0 };
const TEXTS = { tab: "", layer: "", member: "0", also: "", span: "" };
const PAGES = ["tab", "member", "model", "model2"]; // a change of one of these is a step that "back" undoes
const PAUSE = 120; // milliseconds without a change before the address follows

/**
 * The one state of a page. `limits` bounds the numbers: {output: 11} for 11 positions; tied: output and place are one.
 * `more`: further texts that are kept in the address, with their starts, before the others: {model: "", input: ""}.
 */
export function makeState(limits = {}, view = window, more = {}) {
  const starts = { ...more, ...TEXTS, ...NUMBERS };
  const read = () => ({ ...fromHash(view.location.hash, starts, limits), hover: null });
  const held = observed(read());
  let waiting = 0;

  function write(push) {
    view.clearTimeout(waiting);
    waiting = 0;
    const hash = toHash(held.values, starts);
    if (hash === view.location.hash || (hash === "#" && !view.location.hash)) return;
    try {
      view.history[push ? "pushState" : "replaceState"](null, "", hash);
    } catch {
      // a frame without an address of its own, as in a notebook: the page works, only without links
    }
  }
  view.addEventListener("popstate", () => held.take(read()));
  view.addEventListener("pagehide", () => waiting && write(false));

  return {
    get values() {
      return held.values;
    },
    subscribe: held.subscribe,
    watch: held.watch,
    /** Changes some of the values; numbers are held within their limits. */
    set(changes) {
      const { values } = held;
      const next = { ...values, ...(limits.tied ? together(changes) : changes) };
      for (const name of Object.keys(NUMBERS)) next[name] = within(next[name], limits[name]);
      const changed = Object.keys(next).filter((name) => next[name] !== values[name]);
      if (!changed.length) return;
      const push = changed.some((name) => PAGES.includes(name));
      if (push && waiting) write(false);
      held.take(next);
      if (push) write(true);
      else if (changed.some((name) => name !== "hover")) {
        view.clearTimeout(waiting);
        waiting = view.setTimeout(write, PAUSE, false);
      }
    },
    /** Other limits, as another trace has them: what is beyond them moves to the last one. */
    limit(next) {
      limits = next;
      this.set(limits.tied ? { output: held.values.output } : {});
    },
  };
}

/** Values that are replaced as a whole, and whoever follows them. */
export function observed(start) {
  const readers = new Set();
  let values = Object.freeze(start);
  /** Calls `reader(values, before)` after each change; gives what ends it. */
  const subscribe = (reader) => {
    readers.add(reader);
    return () => readers.delete(reader);
  };
  return {
    get values() {
      return values;
    },
    take(next) {
      const before = values;
      values = Object.freeze(next);
      for (const reader of [...readers]) reader(values, before);
    },
    subscribe,
    /** Calls `draw(values)` now and after each change, while `element` is neither hidden nor taken out of the page. */
    watch(element, draw) {
      let drawn = values;
      // listens before it draws: what stands around a view, as the tabs do, hears of a change before the view itself
      const end = subscribe((next) => {
        if (!element.isConnected) end();
        else if (next !== drawn && !element.closest("[hidden]")) {
          drawn = next;
          draw(next);
        }
      });
      draw(values);
    },
  };
}

/** Output and place as one: what moves either moves both, and the pointer likewise. */
function together(changes) {
  const { output = changes.place, hover } = changes;
  const found = output === undefined ? {} : { output, place: output };
  const at = hover?.output ?? hover?.place;
  return { ...changes, ...found, ...(at === undefined ? {} : { hover: { output: at, place: at } }) };
}

function within(number, limit = Infinity) {
  return Math.max(0, Math.min(Math.trunc(number) || 0, limit - 1));
}

function fromHash(hash, starts, limits) {
  const found = new URLSearchParams(hash.slice(1));
  const values = { ...starts };
  for (const [name, text] of found) {
    if (name in NUMBERS) values[name] = within(Number(text), limits[name]);
    else if (name in starts) values[name] = text;
  }
  return limits.tied ? { ...values, place: values.output } : values;
}

function toHash(values, starts) {
  const kept = Object.entries(starts).filter(([name, start]) => values[name] !== start);
  return `#${new URLSearchParams(kept.map(([name]) => [name, values[name]]))}`;
}
