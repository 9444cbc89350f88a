// @ts-check
// Starts what the pages do in the browser. Each behaviour is a module of its own.
import { startActions } from "./action.js";
import { startCharts } from "./chart.js";
import { startFilters } from "./filters.js";
import { startLive } from "./live.js";
import { showCurrentPage } from "./navigation.js";
import { startPalette } from "./palette.js";
import { startThemeSwitch } from "./theme_switch.js";

startThemeSwitch();
showCurrentPage();
startFilters();
startPalette();
startCharts();
startActions();
startLive();
