// @ts-check
// The form of the filters: sends itself when something changes, and leaves out what is the default.

/** Listen to the form, if the page has one. */
export function startFilters() {
  document.addEventListener("change", (event) => {
    const target = event.target;
    if (!(target instanceof HTMLInputElement || target instanceof HTMLSelectElement)) return;
    const form = target.form;
    if (!form?.matches("[data-filters]")) return;
    const period = form.elements.namedItem("period");
    if (target.type === "date" && period instanceof HTMLSelectElement) period.value = "custom";
    if (period instanceof HTMLSelectElement && target === period && period.value === "custom") return;
    form.requestSubmit();
  });
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || !form.matches("[data-filters]")) return;
    const period = form.elements.namedItem("period");
    const isCustom = period instanceof HTMLSelectElement && period.value === "custom";
    for (const field of form.elements) {
      if (!(field instanceof HTMLInputElement || field instanceof HTMLSelectElement)) continue;
      const isUnused = field.type === "date" && !isCustom;
      if (field.value === "" || isUnused) field.disabled = true;
    }
  });
  // A page that comes back from the browser's history would keep the fields disabled.
  window.addEventListener("pageshow", () => {
    for (const field of document.querySelectorAll("[data-filters] :disabled")) field.removeAttribute("disabled");
  });
}
