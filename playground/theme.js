// Sets the theme before the first paint: what the user chose, else what the system says.
try {
  document.documentElement.dataset.theme = localStorage.getItem("agentflow.theme") || (matchMedia("(prefers-contrast: more)").matches ? "contrast" : matchMedia("(prefers-color-scheme: light)").matches ? "light" : "dark")
} catch {
  document.documentElement.dataset.theme = "dark"
}
