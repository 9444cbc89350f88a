// @ts-check
/** How a chart writes numbers and days: in the locale of the page, amounts with their currency. */

/**
 * @typedef {import("./chart-option.js").Unit} Unit
 * @typedef {{ full: (value: number) => string, short: (value: number) => string, day: (day: string) => string }} Formatter
 */

/**
 * @param {Unit} unit
 * @returns {Formatter}
 */
export function formatter(unit) {
  const locale = document.documentElement.dataset.locale || document.documentElement.lang || undefined;
  const currency = unit.scale === "money" && unit.currency ? { style: "currency", currency: unit.currency } : {};
  const base = /** @type {Intl.NumberFormatOptions} */ (unit.scale === "percent" ? { style: "percent" } : currency);
  const digits = "currency" in base ? {} : { maximumFractionDigits: unit.digits };
  const full = new Intl.NumberFormat(locale, { ...base, ...digits });
  const short = new Intl.NumberFormat(locale, { ...base, notation: "compact", maximumFractionDigits: 1 });
  const days = new Intl.DateTimeFormat(locale, { day: "numeric", month: "short", timeZone: "UTC" });
  return {
    full: (value) => full.format(value),
    short: (value) => short.format(value),
    day: (day) => days.format(new Date(`${day}T00:00:00Z`)),
  };
}
