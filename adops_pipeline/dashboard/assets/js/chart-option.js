// @ts-check
/** What ECharts draws for the data of `charts.py`: axes, bands, shades and marks, in the colours of the page. */

import { formatter } from "./chart-format.js";

/**
 * @typedef {{ scale: "money" | "count" | "ratio" | "percent", currency: string | null, digits: number }} Unit
 * @typedef {{ name: string, low: (number | null)[], high: (number | null)[] }} Band
 * @typedef {{ name: string, values: (number | null)[], colour: string, band: Band | null, is_dashed: boolean }} Series
 * @typedef {{ first: string | number, last: string | number, label: string }} Shade
 * @typedef {{ label: string, at: string | number | null, level: number | null, colour: string }} Mark
 * @typedef {{
 *   kind: "lines" | "areas" | "bars" | "doughnut", places: (string | number)[], place_name: string,
 *   place_kind: "day" | "number" | "name", place_unit: Unit | null, unit: Unit, series: Series[], shades: Shade[],
 *   marks: Mark[], is_horizontal: boolean, place_colours: string[],
 *   value_range: [number, number] | null,
 * }} Spec
 * @typedef {{ style: CSSStyleDeclaration, isNarrow: boolean, isStill: boolean }} Surroundings
 * @typedef {import("echarts/core").EChartsCoreOption} Option
 */

const LABEL_WIDTH = 116;

/**
 * @param {Spec} spec
 * @param {Surroundings} around
 * @returns {Option}
 */
export function optionOf(spec, around) {
  const colour = coloursOf(around.style);
  const common = {
    animation: !around.isStill,
    animationDuration: 250,
    textStyle: { fontFamily: around.style.fontFamily, color: colour("ink-1") },
    tooltip: tooltip(spec),
  };
  if (spec.kind === "doughnut") return { ...common, series: [doughnut(spec, around, colour)] };
  const hasLabels = spec.kind !== "bars" && spec.series.length > 1 && !around.isNarrow;
  const places = placeAxis(spec, around, colour);
  const values = valueAxis(spec, colour);
  return {
    ...common,
    grid: { left: 4, right: hasLabels ? LABEL_WIDTH : spec.marks.some((mark) => mark.at !== null) ? 40 : 14, top: spec.marks.length ? 26 : 12, bottom: 4, containLabel: true },
    xAxis: spec.is_horizontal ? values : places,
    yAxis: spec.is_horizontal ? { ...places, inverse: true } : values,
    series: spec.series.flatMap((one, number) => [
      ...bandOf(spec, one, number, colour),
      seriesOf(spec, one, number, { colour, hasLabels }),
    ]),
  };
}

/**
 * @param {CSSStyleDeclaration} style
 * @returns {(name: string) => string}
 */
function coloursOf(style) {
  return (name) => style.getPropertyValue(`--${name}`).trim() || style.color;
}

/**
 * @param {Spec} spec
 * @param {Surroundings} around
 * @param {(name: string) => string} colour
 */
function placeAxis(spec, around, colour) {
  const write = formatter(spec.place_unit ?? { scale: "count", currency: null, digits: 0 });
  const isNumber = spec.place_kind === "number";
  return {
    type: isNumber ? "value" : "category",
    ...(isNumber ? { min: "dataMin", max: "dataMax" } : { data: spec.places, boundaryGap: spec.kind === "bars" }),
    axisLine: { lineStyle: { color: colour("chart-axis") } },
    axisTick: { show: false },
    splitLine: { show: false },
    splitNumber: around.isNarrow ? 3 : 6,
    axisLabel: {
      color: colour("ink-3"),
      hideOverlap: true,
      width: spec.is_horizontal ? 150 : undefined,
      overflow: "truncate",
      formatter: (/** @type {string | number} */ place) =>
        typeof place === "number" ? write.short(place) : spec.place_kind === "day" ? write.day(place) : place,
    },
  };
}

/**
 * @param {Spec} spec
 * @param {(name: string) => string} colour
 */
function valueAxis(spec, colour) {
  const write = formatter(spec.unit);
  return {
    type: "value",
    ...(spec.value_range ? { min: spec.value_range[0], max: spec.value_range[1] } : {}),
    scale: spec.kind === "lines" && spec.unit.scale === "percent",
    splitNumber: 4,
    splitLine: { lineStyle: { color: colour("chart-grid") } },
    axisLabel: { color: colour("ink-3"), formatter: write.short },
  };
}

/**
 * The interval of a series: its lower end unseen, and above it an area as high as the interval is wide.
 *
 * @param {Spec} spec
 * @param {Series} series
 * @param {number} number
 * @param {(name: string) => string} colour
 */
function bandOf(spec, series, number, colour) {
  const band = series.band;
  if (!band) return [];
  const widths = band.high.map((high, at) => {
    const low = band.low[at];
    return high === null || low === null || low === undefined ? null : high - low;
  });
  const part = {
    type: "line",
    stack: `band-${number}`,
    stackStrategy: "all",
    symbol: "none",
    silent: true,
    lineStyle: { opacity: 0 },
    tooltip: { show: false },
  };
  return [
    { ...part, data: points(spec, band.low) },
    { ...part, data: points(spec, widths), areaStyle: { color: colour(series.colour), opacity: 0.16 } },
  ];
}

/**
 * @param {Spec} spec
 * @param {Series} series
 * @param {number} number
 * @param {{ colour: (name: string) => string, hasLabels: boolean }} look
 */
function seriesOf(spec, series, number, { colour, hasLabels }) {
  const own = colour(series.colour);
  const isArea = spec.kind === "areas";
  const marks = number === 0 ? marksOf(spec, colour) : {};
  if (spec.kind === "bars") {
    return { type: "bar", name: series.name, stack: "all", barMaxWidth: 28, itemStyle: { color: own },
             data: bars(spec, series, colour), ...marks };
  }
  return {
    type: "line",
    name: series.name,
    data: points(spec, series.values),
    stack: isArea ? "all" : undefined,
    symbol: "circle",
    symbolSize: 5,
    showSymbol: spec.places.length === 1,
    itemStyle: { color: own },
    lineStyle: { color: isArea ? colour("surface-1") : own, width: isArea ? 1 : 2, type: series.is_dashed ? "dashed" : "solid" },
    areaStyle: isArea ? { color: own, opacity: 0.85 } : undefined,
    endLabel: { show: hasLabels, formatter: series.name, color: colour("ink-1"), distance: 8, lineHeight: 16, width: LABEL_WIDTH - 12,
                overflow: "truncate" },
    labelLayout: { moveOverlap: "shiftY" },
    ...marks,
  };
}

/**
 * @param {Spec} spec
 * @param {Series} series
 * @param {(name: string) => string} colour
 */
function bars(spec, series, colour) {
  if (spec.place_colours.length === 0) return points(spec, series.values);
  return series.values.map((value, at) => ({ value, itemStyle: { color: colour(spec.place_colours[at] ?? series.colour) } }));
}

/**
 * @param {Spec} spec
 * @param {(number | null)[]} values
 */
function points(spec, values) {
  return spec.place_kind === "number" ? values.map((value, at) => [spec.places[at], value]) : values;
}

/**
 * @param {Spec} spec
 * @param {(name: string) => string} colour
 */
function marksOf(spec, colour) {
  const label = { color: colour("ink-3"), fontSize: 11, width: 130, overflow: "truncate" };
  const placed = spec.marks.flatMap(({ at }) => typeof at === "number" ? [at] : []);
  const first = Math.min(...placed);
  // Two marks may stand so close that their labels, each in the middle of its line, would cover each other.
  /** @param {Mark} mark */
  const aside = (mark) => placed.length === 2 ? { align: mark.at === first ? "right" : "left", padding: [0, 3] } : {};
  const lines = spec.marks.map((mark) => ({
    ...(mark.at === null ? { yAxis: mark.level } : { xAxis: mark.at }),
    lineStyle: { color: colour(mark.colour), type: mark.at === null ? "solid" : "dashed", width: 1 },
    label: { ...label, ...aside(mark), formatter: mark.label, position: mark.at === null ? "insideStartTop" : "end" },
  }));
  const areas = spec.shades.map((shade) => [{ name: shade.label, xAxis: shade.first }, { xAxis: shade.last }]);
  return {
    markLine: { silent: true, symbol: "none", animation: false, data: lines },
    markArea: { silent: true, animation: false, itemStyle: { color: colour("chart-shade"), opacity: 0.14 },
                label: { ...label, position: "insideBottom" }, data: areas },
  };
}

/**
 * @param {Spec} spec
 * @param {Surroundings} around
 * @param {(name: string) => string} colour
 */
function doughnut(spec, around, colour) {
  const values = spec.series[0]?.values ?? [];
  const data = spec.places.map((place, at) => ({
    name: String(place),
    value: values[at] ?? 0,
    itemStyle: { color: colour(spec.place_colours[at] ?? `chart-${(at % 6) + 1}`) },
  }));
  return {
    type: "pie",
    radius: ["58%", "82%"],
    center: ["50%", "50%"],
    itemStyle: { borderColor: colour("surface-1"), borderWidth: 2 },
    label: { show: !around.isNarrow, color: colour("ink-1"), formatter: "{b}\n{d} %", width: 110, overflow: "break" },
    labelLine: { lineStyle: { color: colour("chart-axis") } },
    data,
  };
}

/** @param {Spec} spec */
function tooltip(spec) {
  const isDoughnut = spec.kind === "doughnut";
  return {
    trigger: isDoughnut ? "item" : "axis",
    confine: true,
    className: "chart-tip",
    axisPointer: { type: spec.kind === "bars" ? "shadow" : "line" },
    formatter: (/** @type {unknown} */ shown) => {
      const [first] = Array.isArray(shown) ? shown : [shown];
      return tip(spec, /** @type {{ dataIndex: number }} */ (first)?.dataIndex ?? 0);
    },
  };
}

/**
 * An element and not markup: the policy of the page allows no styles within markup, and names are text.
 *
 * @param {Spec} spec
 * @param {number} at
 */
function tip(spec, at) {
  const write = formatter(spec.unit);
  const places = formatter(spec.place_unit ?? { scale: "count", currency: null, digits: 0 });
  const box = document.createElement("div");
  const place = spec.places[at];
  const heading = spec.place_kind === "day" ? places.day(String(place))
    : typeof place === "number" ? `${spec.place_name}: ${places.full(place)}` : String(place);
  box.append(element("strong", heading));
  const shown = spec.kind === "doughnut" ? spec.series.slice(0, 1) : spec.series;
  for (const { name, values, band } of shown) {
    const value = values[at] ?? null;
    const low = band?.low[at] ?? null;
    const high = band?.high[at] ?? null;
    if (value === null && low === null) continue;
    const line = element("div", `${name} `);
    if (value !== null) line.append(element("b", write.full(value)));
    if (low !== null && high !== null) line.append(element("span", ` (${write.full(low)} to ${write.full(high)})`));
    box.append(line);
  }
  return box;
}

/**
 * @param {string} tag
 * @param {string} text
 */
function element(tag, text) {
  const made = document.createElement(tag);
  made.textContent = text;
  return made;
}
