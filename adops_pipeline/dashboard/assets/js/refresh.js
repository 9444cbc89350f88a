// @ts-check
// Reads a region of the page again: the server renders the block that has the name of its id.

/** @typedef {{ ajax: (method: string, address: string, options: object) => Promise<void> }} Htmx */

/**
 * Reload the region's content; the whole page where htmx was not built. What was opened stays open.
 * @param {HTMLElement} region
 */
export async function refresh(region) {
  const htmx = /** @type {{ htmx?: Htmx }} */ (/** @type {unknown} */ (window)).htmx;
  if (!htmx) {
    location.reload();
    return;
  }
  const opened = [...region.querySelectorAll("details[open][id]")].map((one) => one.id);
  await htmx.ajax("GET", location.pathname + location.search, { source: region, target: region, swap: "innerHTML" });
  for (const id of opened) document.getElementById(id)?.setAttribute("open", "");
}
