// @ts-check
// The JSON body of a form: dotted names make objects, `data-type` says what a text means. Empty fields are left out.

/**
 * @param {HTMLFormElement} form
 * @returns {Record<string, unknown>}
 */
export function bodyOf(form) {
  /** @type {Record<string, unknown>} */
  const body = JSON.parse(form.dataset.body ?? "{}");
  for (const field of form.elements) {
    if (!(field instanceof HTMLInputElement || field instanceof HTMLSelectElement || field instanceof HTMLTextAreaElement))
      continue;
    if (!field.name || field.disabled) continue;
    const value = valueOf(field);
    if (value !== undefined) put(body, field.name.split("."), value, field.dataset.type === "list");
  }
  return body;
}

/**
 * The field's value as JSON; undefined where it says nothing.
 * @param {HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement} field
 * @returns {unknown}
 */
function valueOf(field) {
  const isBox = field instanceof HTMLInputElement && field.type === "checkbox";
  if (isBox && field.dataset.type === "boolean") return field.checked;
  if (isBox && !field.checked) return undefined;
  const text = field.value.trim();
  if (text === "") return undefined;
  switch (field.dataset.type) {
    case "number":
      return Number(text);
    case "json":
      return parsed(text, labelOf(field));
    case "lines":
      return text.split(/[\n,]/).map((one) => one.trim()).filter(Boolean);
    case "list":
      return [text];
    default:
      return text;
  }
}

/**
 * @param {string} text
 * @param {string} label
 * @returns {unknown}
 */
function parsed(text, label) {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new SyntaxError(`${label} is not valid JSON: ${error instanceof Error ? error.message : ""}`);
  }
}

/** @param {HTMLElement & { labels: NodeListOf<HTMLLabelElement> | null, name: string }} field */
function labelOf(field) {
  return field.labels?.[0]?.textContent?.trim() || field.name;
}

/**
 * @param {Record<string, unknown>} body
 * @param {string[]} path
 * @param {unknown} value
 * @param {boolean} isList
 */
function put(body, path, value, isList) {
  const [name, ...below] = path;
  if (name === undefined) return;
  if (below.length) {
    const inner = /** @type {Record<string, unknown>} */ (body[name] ?? {});
    body[name] = inner;
    put(inner, below, value, isList);
  } else if (isList && Array.isArray(body[name])) body[name] = [...body[name], .../** @type {unknown[]} */ (value)];
  else body[name] = value;
}
