// @ts-check
/**
 * Charts: every `<figure data-chart>` is drawn from the JSON in it (`data-spec`) as soon as it comes into view. Colours
 * are CSS variables, so a chart follows the theme. Where ECharts cannot be loaded, the table behind the chart is opened.
 */

import { optionOf } from "./chart-option.js";

/** @typedef {import("echarts/core").EChartsType} EChart */

const NARROW = 560;
const SELECTOR = "figure[data-chart]";
/** @type {Map<HTMLElement, EChart>} */
const drawn = new Map();
/** @type {Promise<typeof import("echarts/core")> | undefined} */
let library;

/** Draws the charts of the page, and those that are put into it later. */
export function startCharts() {
  const seen = new IntersectionObserver(
    (entries) => {
      for (const { isIntersecting, target } of entries) {
        if (!isIntersecting) continue;
        seen.unobserve(target);
        void draw(/** @type {HTMLElement} */ (target));
      }
    },
    { rootMargin: "200px" },
  );
  const add = (/** @type {ParentNode} */ root) => {
    for (const figure of root.querySelectorAll(SELECTOR)) seen.observe(figure);
  };
  add(document);
  new MutationObserver((changes) => {
    for (const [figure, chart] of drawn) if (!figure.isConnected) forget(figure, chart);
    for (const { addedNodes } of changes)
      for (const node of addedNodes) if (node instanceof Element && node.parentNode) add(node.parentNode);
  }).observe(document.body, { childList: true, subtree: true });
  new MutationObserver(redraw).observe(document.documentElement, { attributeFilter: ["data-theme", "class"] });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
  addEventListener("beforeprint", redraw);
  document.addEventListener("click", copy);
}

/** @param {HTMLElement} figure */
async function draw(figure) {
  if (drawn.has(figure)) return;
  const canvas = figure.querySelector(".chart-canvas");
  if (!(canvas instanceof HTMLElement)) return;
  try {
    library ??= import(new URL("../echarts.js", import.meta.url).href);
    const chart = (await library).init(canvas, null, { renderer: "canvas" });
    drawn.set(figure, chart);
    update(figure, chart);
    sizes.observe(canvas);
    figure.dataset.chart = "drawn";
  } catch (error) {
    figure.dataset.chart = "failed";
    canvas.hidden = true;
    figure.querySelector("details")?.setAttribute("open", "");
    console.warn("The chart cannot be drawn; its table is shown.", error);
  }
}

/**
 * @param {HTMLElement} figure
 * @param {EChart} chart
 */
function update(figure, chart) {
  const spec = chart.getDom().dataset.spec ?? "{}";
  const isNarrow = figure.clientWidth < NARROW;
  figure.classList.toggle("chart-narrow", isNarrow);
  chart.setOption(optionOf(JSON.parse(spec), { style: getComputedStyle(figure), isNarrow, isStill: isStill() }), true);
}

function isStill() {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}

function redraw() {
  for (const [figure, chart] of drawn) update(figure, chart);
}

/**
 * @param {HTMLElement} figure
 * @param {EChart} chart
 */
function forget(figure, chart) {
  drawn.delete(figure);
  sizes.unobserve(chart.getDom());
  chart.dispose();
}

const sizes = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    const figure = target.closest("figure");
    const chart = figure && drawn.get(figure);
    if (!chart || target.clientWidth === 0) continue;
    chart.resize();
    if (figure.classList.contains("chart-narrow") !== figure.clientWidth < NARROW) update(figure, chart);
  }
});

/** @param {MouseEvent} event */
async function copy(event) {
  const button = event.target instanceof Element ? event.target.closest("button[data-copy-sql]") : null;
  const sql = button?.closest("figure, section, div")?.querySelector("pre");
  if (!button || !sql) return;
  const label = button.textContent;
  try {
    await navigator.clipboard.writeText(sql.textContent ?? "");
    button.textContent = "Copied";
  } catch {
    getSelection()?.selectAllChildren(sql);
    button.textContent = "Selected: copy it with the keyboard";
  }
  setTimeout(() => (button.textContent = label), 2000);
}
