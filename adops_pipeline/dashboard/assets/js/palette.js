// @ts-check
// The command palette (Ctrl-K): finds pages, and campaigns by the API's search.

const WAIT_MS = 120;
const MOST_CAMPAIGNS = 8;

/** @typedef {{ title: string, hint: string, address: string, words: string }} Entry */

/** Listen to the keys and to the button that opens it. */
export function startPalette() {
  const dialog = document.querySelector("dialog.palette");
  const input = dialog?.querySelector("input");
  const list = dialog?.querySelector("ul");
  const note = dialog?.querySelector("[data-palette-note]");
  if (!(dialog instanceof HTMLDialogElement) || !input || !list || !note) return;
  const palette = new Palette(dialog, input, list, note);
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
      event.preventDefault();
      palette.toggle();
    }
  });
  for (const button of document.querySelectorAll("[data-palette-open]")) {
    button.addEventListener("click", () => palette.toggle());
  }
}

class Palette {
  /**
   * @param {HTMLDialogElement} dialog
   * @param {HTMLInputElement} input
   * @param {HTMLUListElement} list
   * @param {Element} note
   */
  constructor(dialog, input, list, note) {
    this.dialog = dialog;
    this.input = input;
    this.list = list;
    this.note = note;
    this.pages = pages();
    /** @type {Entry[]} */
    this.entries = [];
    this.chosen = 0;
    this.asked = 0;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
    input.addEventListener("input", () => this.search());
    input.addEventListener("keydown", (event) => this.press(event));
    list.addEventListener("click", (event) => this.click(event));
    dialog.addEventListener("click", (event) => {
      if (event.target === dialog) dialog.close();
    });
  }

  toggle() {
    if (this.dialog.open) {
      this.dialog.close();
      return;
    }
    this.input.value = "";
    this.dialog.showModal();
    this.search();
  }

  search() {
    const text = this.input.value.trim();
    const wanted = text.toLowerCase();
    const found = this.pages.filter((page) => `${page.title} ${page.words}`.toLowerCase().includes(wanted));
    this.show(found, "");
    clearTimeout(this.timer);
    this.asked += 1;
    if (text.length < 2) return;
    const asked = this.asked;
    this.note.textContent = "Searching campaigns …";
    this.timer = setTimeout(async () => {
      const answer = await campaigns(text);
      if (asked !== this.asked) return;
      this.show([...found, ...answer.entries], answer.problem);
    }, WAIT_MS);
  }

  /**
   * @param {Entry[]} entries
   * @param {string} problem
   */
  show(entries, problem) {
    this.entries = entries;
    this.note.textContent = problem || (entries.length ? "↑ ↓ to choose, Enter to open" : "Nothing matches.");
    this.list.replaceChildren(...entries.map((entry, place) => item(entry, place)));
    this.choose(0);
  }

  /** @param {number} place */
  choose(place) {
    const count = this.entries.length;
    this.chosen = count ? (place + count) % count : 0;
    [...this.list.children].forEach((child, index) => {
      child.setAttribute("aria-selected", String(index === this.chosen));
    });
    const current = this.list.children[this.chosen];
    current?.scrollIntoView({ block: "nearest" });
    if (current) this.input.setAttribute("aria-activedescendant", current.id);
    else this.input.removeAttribute("aria-activedescendant");
  }

  /** @param {KeyboardEvent} event */
  press(event) {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      this.choose(this.chosen + (event.key === "ArrowDown" ? 1 : -1));
    } else if (event.key === "Enter" && !event.isComposing) {
      event.preventDefault();
      this.open(this.chosen);
    }
  }

  /** @param {Event} event */
  click(event) {
    const item = event.target instanceof Element ? event.target.closest("li") : null;
    if (item) this.open([...this.list.children].indexOf(item));
  }

  /** @param {number} place */
  open(place) {
    const entry = this.entries[place];
    if (entry) location.assign(entry.address);
  }
}

/** The pages of the navigation. */
function pages() {
  return [...document.querySelectorAll(".side a")].map((link) => ({
    title: link.textContent?.trim() ?? "",
    hint: "Page",
    address: link.getAttribute("href") ?? "/",
    words: link.getAttribute("data-words") ?? "",
  }));
}

/**
 * Campaigns whose names contain the text.
 * @param {string} text
 * @returns {Promise<{ entries: Entry[], problem: string }>}
 */
async function campaigns(text) {
  const parameters = new URLSearchParams({ search: text, limit: String(MOST_CAMPAIGNS) });
  try {
    const response = await fetch(`/api/analytics/campaigns?${parameters}`);
    const answer = await response.json();
    if (!response.ok) return { entries: [], problem: answer.detail };
    const entries = answer.items.map((/** @type {{ id: string, name: string | null, platform: string }} */ one) => ({
      title: one.name ?? one.id,
      hint: one.platform,
      address: `/campaigns/${encodeURIComponent(one.id)}`,
      words: "",
    }));
    return { entries, problem: "" };
  } catch {
    return { entries: [], problem: "The server does not answer." };
  }
}

/**
 * @param {Entry} entry
 * @param {number} place
 */
function item(entry, place) {
  const made = document.createElement("li");
  made.id = `palette-${place}`;
  made.setAttribute("role", "option");
  const title = document.createElement("span");
  title.textContent = entry.title;
  const hint = document.createElement("span");
  hint.className = "note";
  hint.textContent = entry.hint;
  made.append(title, hint);
  return made;
}
