// @ts-check
// Runs before the page is drawn: the theme that the visitor chose, and a mark that scripts run.
"use strict";
(() => {
  const root = document.documentElement;
  root.classList.add("scripted");
  try {
    const chosen = localStorage.getItem("theme");
    if (chosen === "light" || chosen === "dark") root.dataset.theme = chosen;
  } catch {
    // Without storage the theme is the system's.
  }
})();
