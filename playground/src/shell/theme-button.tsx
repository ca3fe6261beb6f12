// Dark, light, high contrast, and round again.

import { setTheme, theme, type Theme } from "../state/view.ts"

const order: readonly Theme[] = ["dark", "light", "contrast"]

export function nextTheme(): void {
  setTheme(order[(order.indexOf(theme.peek()) + 1) % order.length]!)
}
