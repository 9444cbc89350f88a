// @ts-check
// The form of the filters: sends itself when something changes, and leaves out what is the default.

const OF_ONE_PAGE = ["cursor", "number"];

/**
 * The page's own parameters may have changed since the form was made: htmx replaces parts of a page and its address.
 * @param {HTMLFormElement} form
 */
function keepOwnParameters(form) {
  for (const field of form.querySelectorAll("input[type=hidden]")) field.remove();
  const own = new Set([...form.elements].map((field) => field.getAttribute("name")));
  for (const [name, value] of new URLSearchParams(location.search)) {
    if (own.has(name) || OF_ONE_PAGE.includes(name) || value === "") continue;
    const field = document.createElement("input");
    Object.assign(field, { type: "hidden", name, value });
    form.append(field);
  }
}

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
    keepOwnParameters(form);
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
