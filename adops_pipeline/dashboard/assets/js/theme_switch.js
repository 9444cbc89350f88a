// @ts-check
// The button that switches between light and dark. The choice is kept in this browser; others may listen to `themechange`.

/** Whether the page is dark now. */
export function isDark() {
  const chosen = document.documentElement.dataset.theme;
  return chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}

/** Listen to the button. */
export function startThemeSwitch() {
  const button = document.querySelector("[data-theme-switch]");
  button?.addEventListener("click", () => {
    const theme = isDark() ? "light" : "dark";
    document.documentElement.dataset.theme = theme;
    try {
      localStorage.setItem("theme", theme);
    } catch {
      // It then lasts for this page.
    }
    document.dispatchEvent(new CustomEvent("themechange"));
  });
}
