// @ts-check
// On narrow screens the navigation scrolls sideways: the current page is brought into view.

/** Scroll the navigation to the current page. */
export function showCurrentPage() {
  const side = document.querySelector(".side");
  const current = side?.querySelector("[aria-current]");
  if (!side || !current) return;
  const { left, right } = current.getBoundingClientRect();
  const bounds = side.getBoundingClientRect();
  if (right > bounds.right) side.scrollLeft += right - bounds.right + 24;
  else if (left < bounds.left) side.scrollLeft += left - bounds.left - 24;
}
