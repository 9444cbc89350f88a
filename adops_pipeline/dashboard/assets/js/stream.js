// @ts-check
// The server's live events over one connection that resumes: it reconnects by itself after the last event it has seen.

const ADDRESS = "/api/sse/stream";
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 30_000;
/** The server sends something at least every 30 s; after longer silence the connection is taken for lost. */
const LONGEST_SILENCE_MS = 75_000;

/** @typedef {{ id: string, type: string, data: Record<string, unknown> }} LiveEvent */
/**
 * @typedef {object} Listener
 * @property {(event: LiveEvent) => void} onEvent
 * @property {() => void} onOpen
 * @property {(reason: "lost" | "signed-out") => void} onLost
 */

/**
 * Reads events until `signal` ends it, over as many connections as it takes.
 * @param {string} lastId id of the last event seen; empty to begin with the next one
 * @param {AbortSignal} signal
 * @param {Listener} listener
 */
export async function follow(lastId, signal, listener) {
  let pause = FIRST_PAUSE_MS;
  while (!signal.aborted) {
    const connection = new AbortController();
    const end = () => connection.abort();
    signal.addEventListener("abort", end, { once: true });
    try {
      const status = await read(connection, lastId, {
        ...listener,
        onOpen: () => {
          pause = FIRST_PAUSE_MS;
          listener.onOpen();
        },
        onEvent: (event) => {
          lastId = event.id;
          listener.onEvent(event);
        },
      });
      if (status === 401) {
        listener.onLost("signed-out");
        return;
      }
    } catch {
      // The connection broke; it is made again below.
    }
    signal.removeEventListener("abort", end);
    if (signal.aborted) return;
    listener.onLost("lost");
    await waited(pause, signal);
    pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
  }
}

/**
 * Reads one connection to its end, and returns its status.
 * @param {AbortController} connection
 * @param {string} lastId
 * @param {Listener} listener
 */
async function read(connection, lastId, listener) {
  let watch = setTimeout(() => connection.abort(), LONGEST_SILENCE_MS);
  try {
    const headers = { Accept: "text/event-stream", ...(lastId ? { "Last-Event-ID": lastId } : {}) };
    const response = await fetch(ADDRESS, { headers, signal: connection.signal, cache: "no-store" });
    if (!response.ok || !response.body) return response.status;
    listener.onOpen();
    const parse = parser(listener.onEvent);
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return response.status;
      clearTimeout(watch);
      watch = setTimeout(() => connection.abort(), LONGEST_SILENCE_MS);
      parse(value);
    }
  } finally {
    clearTimeout(watch);
  }
}

/**
 * A function that takes the text of a stream piece by piece, and calls `onEvent` for each complete event.
 * @param {(event: LiveEvent) => void} onEvent
 */
export function parser(onEvent) {
  let rest = "";
  let [id, type, data] = ["", "", ""];
  return (/** @type {string} */ text) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const raw of lines) {
      const line = raw.replace(/\r$/, "");
      if (line === "") {
        if (data) onEvent({ id, type: type || "message", data: JSON.parse(data) });
        [type, data] = ["", ""];
      } else if (line.startsWith("id:")) id = line.slice(3).trim();
      else if (line.startsWith("event:")) type = line.slice(6).trim();
      else if (line.startsWith("data:")) data += line.slice(5).trim();
    }
  };
}

/**
 * @param {number} milliseconds
 * @param {AbortSignal} signal
 */
function waited(milliseconds, signal) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener("abort", () => (clearTimeout(timer), resolve(undefined)), { once: true });
  });
}
