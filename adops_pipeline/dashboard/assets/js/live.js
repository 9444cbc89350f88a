// @ts-check
/**
 * Live events in every tab over a single connection: the tab that holds a lock reads the stream, and passes events on to
 * the others. Each event becomes a DOM event `live` on the document, and refreshes the regions that are marked with its
 * type: `<section id="…" data-live="workflow.* alert.firing">`, only those about `data-live-subject` where it is given.
 * Nothing is kept but the number of the last event.
 */

import { refresh } from "./refresh.js";
import { follow } from "./stream.js";

/** @typedef {import("./stream.js").LiveEvent} LiveEvent */
/** @typedef {{ kind: "event", event: LiveEvent } | { kind: "state", isLive: boolean, since: number, isSignedOut: boolean } | { kind: "hello" }} Message */

const NAME = "adops-live";
/** A refresh waits for further events, and follows the one before at this distance. */
const GATHER_MS = 250;
const LEAST_BETWEEN_MS = 500;

let lastId = "";
let isLive = false;
let isSignedOut = false;
let since = Date.now();

/** Join the other tabs, and show in the badge whether the page is live. */
export function startLive() {
  if (!document.querySelector("[data-live-badge]") || !document.querySelector("dialog.palette")) return;
  if (!("locks" in navigator) || !("BroadcastChannel" in window)) {
    readAlone();
    return;
  }
  const channel = new BroadcastChannel(NAME);
  let isReader = false;
  channel.onmessage = (/** @type {MessageEvent<Message>} */ { data }) => {
    if (data.kind === "event") take(data.event);
    else if (data.kind === "state") show(data.isLive, data.since, data.isSignedOut);
    else if (isReader) channel.postMessage(state());
  };
  channel.postMessage({ kind: "hello" });
  void navigator.locks.request(NAME, async () => {
    isReader = true;
    const leaving = new AbortController();
    await readFor(leaving.signal, (message) => channel.postMessage(message));
    // Signed out: the lock is kept, so that no other tab asks in vain.
    await new Promise(() => {});
  });
}

/** Without locks, as on an insecure address: each tab reads for itself, and only while it is seen. */
function readAlone() {
  let reading = new AbortController();
  const begin = () => {
    reading.abort();
    reading = new AbortController();
    if (document.visibilityState === "visible") void readFor(reading.signal, () => {});
    else show(false, Date.now(), false);
  };
  document.addEventListener("visibilitychange", begin);
  begin();
}

/**
 * @param {AbortSignal} signal
 * @param {(message: Message) => void} pass
 */
function readFor(signal, pass) {
  return follow(lastId, signal, {
    onEvent: (event) => {
      take(event);
      pass({ kind: "event", event });
    },
    onOpen: () => {
      show(true, Date.now(), false);
      pass(state());
    },
    onLost: (reason) => {
      show(false, isLive ? Date.now() : since, reason === "signed-out");
      pass(state());
    },
  });
}

/** @returns {Message} */
function state() {
  return { kind: "state", isLive, since, isSignedOut };
}

/**
 * @param {boolean} live
 * @param {number} at
 * @param {boolean} signedOut
 */
function show(live, at, signedOut) {
  const catchesUp = live && !isLive;
  [isLive, since, isSignedOut] = [live, at, signedOut];
  const badge = document.querySelector("[data-live-badge]");
  if (badge instanceof HTMLElement) {
    const time = new Date(at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
    badge.textContent = live ? "Live" : signedOut ? "Not live: sign in again" : `Not live since ${time}`;
    badge.className = `badge ${live ? "good" : "warning"}`;
    badge.hidden = false;
  }
  document.documentElement.dataset.live = String(live);
  if (catchesUp) for (const region of document.querySelectorAll("[data-live-catch-up]")) later(region);
}

/** @param {LiveEvent} event */
function take(event) {
  lastId = event.id;
  document.dispatchEvent(new CustomEvent("live", { detail: event }));
  for (const region of document.querySelectorAll("[data-live]")) {
    const subject = region.getAttribute("data-live-subject");
    if (subject && subject !== event.data.subject) continue;
    const wanted = (region.getAttribute("data-live") ?? "").split(/\s+/);
    if (wanted.some((pattern) => matches(pattern, event.type))) later(region);
  }
}

/**
 * @param {string} pattern a type, or one that ends in `*`
 * @param {string} type
 */
function matches(pattern, type) {
  return pattern.endsWith("*") ? type.startsWith(pattern.slice(0, -1)) : pattern === type;
}

/** @type {WeakMap<Element, { at: number, isWaiting: boolean }>} */
const refreshes = new WeakMap();

/** @param {Element} region */
function later(region) {
  if (!(region instanceof HTMLElement) || !region.id) return;
  const known = refreshes.get(region) ?? { at: 0, isWaiting: false };
  refreshes.set(region, known);
  if (known.isWaiting) return;
  known.isWaiting = true;
  setTimeout(
    () => {
      known.isWaiting = false;
      known.at = Date.now();
      if (!region.isConnected) return;
      if (isBeingFilled(region)) later(region);
      else void refresh(region, () => isBeingFilled(region)).then((isReplaced) => isReplaced || later(region));
    },
    Math.max(GATHER_MS, known.at + LEAST_BETWEEN_MS - Date.now()),
  );
}

/**
 * Whether the visitor writes in a form of the region, or has written in one that is shown: a refresh would empty it.
 * @param {Element} region
 */
function isBeingFilled(region) {
  const focused = document.activeElement;
  if (focused !== null && region.contains(focused) && focused.matches("input, textarea, select")) return true;
  /** @type {NodeListOf<HTMLInputElement | HTMLTextAreaElement>} */
  const fields = region.querySelectorAll("form[data-action] :is(input, textarea)");
  return [...fields].some((one) => one.value !== one.defaultValue && one.getClientRects().length > 0);
}
