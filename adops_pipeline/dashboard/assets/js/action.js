// @ts-check
/**
 * Forms and buttons that call the REST API: `<form data-action="POST /api/…">`. Fields become a JSON body under their
 * dotted names; problems are shown at their fields. After success: `data-go` is opened, `data-refresh` names regions to
 * read again, `data-result` a template that shows the answer.
 */

import { bodyOf } from "./form.js";
import { refresh } from "./refresh.js";

/** @typedef {{ detail?: string, errors?: { field: string, message: string }[] }} Problem */

/** Listen to forms, buttons and copy buttons, also those that come later. */
export function startActions() {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || !form.dataset.action) return;
    event.preventDefault();
    void act(form, () => bodyOf(form));
  });
  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest("button") : null;
    if (button?.hasAttribute("data-copy")) void copy(button);
    else if (button?.dataset.action) void act(button, () => JSON.parse(button.dataset.body ?? "null"));
  });
  document.addEventListener("keydown", (event) => {
    const opened = event.key === "Escape" && event.target instanceof Element ? event.target.closest("details.inline") : null;
    opened?.removeAttribute("open");
    opened?.querySelector("summary")?.focus();
  });
}

/**
 * @param {HTMLElement} origin the form or button
 * @param {() => unknown} makeBody
 */
async function act(origin, makeBody) {
  if (origin.dataset.state === "busy") return;
  if (origin.dataset.confirm && !confirm(origin.dataset.confirm)) return;
  forget(origin);
  setState(origin, "busy");
  try {
    const answer = await call(origin.dataset.action ?? "", makeBody());
    setState(origin, "done");
    await succeed(origin, answer);
  } catch (error) {
    setState(origin, "failed");
    fail(origin, error instanceof Refusal ? error.problem : { detail: messageOf(error) });
  }
}

class Refusal extends Error {
  /** @param {Problem} problem */
  constructor(problem) {
    super(problem.detail ?? "");
    this.problem = problem;
  }
}

/** @param {unknown} error */
function messageOf(error) {
  return error instanceof SyntaxError ? error.message : "The server does not answer; try again.";
}

/**
 * @param {string} action method and address
 * @param {unknown} body
 * @returns {Promise<Record<string, unknown>>}
 */
async function call(action, body) {
  const [method, address] = action.split(" ");
  const headers = { "X-Requested-With": "dashboard", ...(body === null ? {} : { "Content-Type": "application/json" }) };
  const response = await fetch(address ?? "", { method, headers, body: body === null ? null : JSON.stringify(body) });
  const text = await response.text();
  const answer = text ? JSON.parse(text) : {};
  if (!response.ok) throw new Refusal(response.status === 401 ? { detail: "Your session has ended: sign in again." } : answer);
  return answer;
}

/**
 * @param {HTMLElement} origin
 * @param {Record<string, unknown>} answer
 */
async function succeed(origin, answer) {
  const { go, result, said } = origin.dataset;
  if (go) {
    location.assign(go.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(String(answer[name]))));
    return;
  }
  say(origin, said ? filled(said, answer) : "", "good");
  if (result) showResult(origin, result, answer);
  origin.closest("details.inline")?.removeAttribute("open");
  if (origin instanceof HTMLFormElement && !origin.hasAttribute("data-keep")) origin.reset();
  for (const name of (origin.dataset.refresh ?? "").split(/\s+/)) {
    const region = name ? document.getElementById(name) : null;
    if (region) await refresh(region);
  }
}

/**
 * @param {string} text
 * @param {Record<string, unknown>} answer
 */
function filled(text, answer) {
  return text.replace(/\{(\w+)\}/g, (_, name) => String(answer[name] ?? ""));
}

/**
 * Show the answer in a copy of a template: elements with `data-value` get the field's value, those whose value is empty
 * and have `data-if` are left out.
 * @param {HTMLElement} origin
 * @param {string} id
 * @param {Record<string, unknown>} answer
 */
function showResult(origin, id, answer) {
  const template = document.getElementById(id);
  const place = placeOf(origin, "[data-action-result]");
  if (!(template instanceof HTMLTemplateElement) || !place) return;
  const shown = /** @type {DocumentFragment} */ (template.content.cloneNode(true));
  for (const element of shown.querySelectorAll("[data-if]")) {
    const value = answer[element.getAttribute("data-if") ?? ""];
    if (value === null || value === undefined || value === "" || (Array.isArray(value) && !value.length)) element.remove();
  }
  for (const element of shown.querySelectorAll("[data-value]")) {
    const value = answer[element.getAttribute("data-value") ?? ""];
    if (Array.isArray(value)) element.replaceChildren(...value.map(item));
    else element.textContent = typeof value === "object" ? JSON.stringify(value, null, 2) : String(value ?? "");
  }
  place.replaceChildren(shown);
  place.hidden = false;
  place.querySelector("button")?.focus();
}

/** @param {unknown} value */
function item(value) {
  const made = document.createElement("li");
  made.textContent = String(value);
  return made;
}

/**
 * Show what is wrong: at the fields that are named, the rest beside the button.
 * @param {HTMLElement} origin
 * @param {Problem} problem
 */
function fail(origin, problem) {
  const fields = origin instanceof HTMLFormElement ? [...origin.elements] : [];
  const left = [];
  let first = null;
  for (const { field, message } of problem.errors ?? []) {
    const found = fields.find((one) => {
      const name = one.getAttribute("name");
      return name && (field === name || field.startsWith(`${name}.`));
    });
    if (!(found instanceof HTMLElement)) {
      left.push(`${field}: ${message}`);
      continue;
    }
    found.setAttribute("aria-invalid", "true");
    const note = document.createElement("p");
    note.className = "error";
    note.id = `${found.id || field}-error`;
    note.textContent = message;
    found.setAttribute("aria-errormessage", note.id);
    (found.closest(".field") ?? found.parentElement)?.append(note);
    first ??= found;
  }
  if (!problem.errors?.length) left.push(problem.detail ?? "It failed; the server's log says why.");
  say(origin, left.join("\n"), "bad");
  first?.focus();
}

/** @param {HTMLElement} origin */
function forget(origin) {
  for (const note of origin.querySelectorAll("p.error")) note.remove();
  for (const field of origin.querySelectorAll("[aria-invalid]")) field.removeAttribute("aria-invalid");
  say(origin, "", "");
}

/**
 * @param {HTMLElement} origin
 * @param {"busy" | "done" | "failed"} state
 */
function setState(origin, state) {
  origin.dataset.state = state;
  origin.setAttribute("aria-busy", String(state === "busy"));
}

/**
 * @param {HTMLElement} origin
 * @param {string} text
 * @param {string} tone
 */
function say(origin, text, tone) {
  const place = placeOf(origin, "[data-action-message]");
  if (!place) return;
  place.textContent = text;
  place.className = `action-message ${tone}`;
  place.hidden = text === "";
}

/**
 * The place beside the form or button: within the form, or within the closest element marked `data-actions`.
 * @param {HTMLElement} origin
 * @param {string} selector
 * @returns {HTMLElement | null}
 */
function placeOf(origin, selector) {
  return origin.querySelector(selector) ?? origin.closest("[data-actions]")?.querySelector(selector) ?? null;
}

/** @param {HTMLElement} button */
async function copy(button) {
  const source = button.parentElement?.querySelector("[data-copied]");
  if (!source) return;
  try {
    await navigator.clipboard.writeText(source.textContent ?? "");
    button.textContent = "Copied";
  } catch {
    getSelection()?.selectAllChildren(source);
    button.textContent = "Selected: copy it with the keyboard";
  }
}
