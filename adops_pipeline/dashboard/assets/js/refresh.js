// @ts-check
// Reads a region of the page again: the server renders the block that has the name of its id.

/** @typedef {{ ajax: (method: string, address: string, options: object) => Promise<void> }} Htmx */

/**
 * Reload the region's content; the whole page where htmx was not built. What was opened stays open.
 * @param {HTMLElement} region
 * @param {() => boolean} isUnwanted asked when the answer has arrived; it is then left out
 * @returns {Promise<boolean>} whether the content was replaced
 */
export async function refresh(region, isUnwanted = () => false) {
  const htmx = /** @type {{ htmx?: Htmx }} */ (/** @type {unknown} */ (window)).htmx;
  if (!htmx) {
    location.reload();
    return true;
  }
  let isReplaced = true;
  const opened = [...region.querySelectorAll("details[open][id]")].map((one) => one.id);
  /** @param {Event} event */
  const decide = (event) => {
    if (event.target !== region || !isUnwanted()) return;
    isReplaced = false;
    /** @type {CustomEvent<{ shouldSwap: boolean }>} */ (event).detail.shouldSwap = false;
  };
  region.addEventListener("htmx:beforeSwap", decide);
  try {
    await htmx.ajax("GET", location.pathname + location.search, { source: region, target: region, swap: "innerHTML" });
  } finally {
    region.removeEventListener("htmx:beforeSwap", decide);
  }
  if (isReplaced) for (const id of opened) document.getElementById(id)?.setAttribute("open", "");
  return isReplaced;
}
