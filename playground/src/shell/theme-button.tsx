// Dark, light, high contrast, and round again.

import { setTheme, theme, type Theme } from "../state/view.ts"
import { Icon, type IconName } from "./icons.tsx"

const themes: readonly { readonly id: Theme; readonly label: string; readonly icon: IconName }[] = [
  { id: "dark", label: "Dark", icon: "moon" }, { id: "light", label: "Light", icon: "sun" }, { id: "contrast", label: "High contrast", icon: "contrast" },
]

export function ThemeButton() {
  const at = themes.findIndex(({ id }) => id === theme.value)
  const [current, next] = [themes[at]!, themes[(at + 1) % themes.length]!]
  return <button type="button" class="button button-quiet" onClick={() => setTheme(next.id)} aria-label={`Theme: ${current.label}. Change to ${next.label}`} title={`Theme: ${current.label}`}><Icon name={current.icon} /></button>
}
