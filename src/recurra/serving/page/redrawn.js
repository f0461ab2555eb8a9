// What is drawn anew while somebody works with it.

/** Puts other children into a place; the focus goes to the one that has the key (data-key) of the one that had it. */
export function redrawn(place, children) {
  const key = place.contains(document.activeElement) ? document.activeElement.dataset.key : undefined;
  place.replaceChildren(...[children].flat(Infinity).filter(Boolean));
  if (key !== undefined) [...place.querySelectorAll("[data-key]")].find((node) => node.dataset.key === key)?.focus();
}
