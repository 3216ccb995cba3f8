// Runs before the first paint, so that a dark screen does not flash white. A file of its own because the
// content security policy allows no inline scripts.
(() => {
  let wish = null;
  try {
    wish = localStorage.getItem("theme");
  } catch {
    // Storage may be switched off: follow the system.
  }
  const dark =
    wish === "dark" || (wish !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.dataset.theme = dark ? "dark" : "light";
})();
