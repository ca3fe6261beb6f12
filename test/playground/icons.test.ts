// The icon font is cut down to what Monaco's code names: each icon on the page must draw something.

import { afterAll, beforeAll, expect, test } from "vitest"
import { startPlayground, type Playground } from "./page.ts"

let playground: Playground

beforeAll(async () => {
  playground = await startPlayground()
}, 120_000)
afterAll(() => playground.stop())

test("icons of the completion list, of the search and of the command palette draw", { timeout: 120_000 }, async () => {
  const { page, problems } = await playground.open()
  await page.locator(".editor-host").click({ position: { x: 200, y: 60 } })
  const unseen: string[] = []
  let seen = 0
  for (const [keys, selector] of [["ControlOrMeta+Space", ".suggest-widget.visible .monaco-list-row"], ["ControlOrMeta+f", ".find-widget.visible"], ["ControlOrMeta+Shift+o", ".quick-input-list .monaco-list-row"]] as const) {
    await page.keyboard.press(keys)
    await page.waitForSelector(selector)
    const icons = await page.evaluate(async () => {
      await document.fonts.load("16px codicon")
      const canvas = new OffscreenCanvas(24, 24)
      const context = canvas.getContext("2d", { willReadFrequently: true })!
      context.font = "16px codicon"
      return [...document.querySelectorAll<HTMLElement>(".codicon")].flatMap((each) => {
        const character = /^"(.)"$/u.exec(getComputedStyle(each, "::before").content)?.[1]
        if (character === undefined) return []
        context.clearRect(0, 0, 24, 24)
        context.fillText(character, 2, 20)
        return [{ name: each.className, isDrawn: context.getImageData(0, 0, 24, 24).data.some((value) => value !== 0) }]
      })
    })
    seen += icons.length
    unseen.push(...icons.filter(({ isDrawn }) => !isDrawn).map(({ name }) => name))
    await page.keyboard.press("Escape")
  }
  expect(seen).toBeGreaterThan(10)
  expect(unseen).toEqual([])
  expect(problems).toEqual([])
})
