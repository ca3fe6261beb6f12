// Nothing on the page moves by itself: what the browser counts as layout shifts, of the first load, of each panel, of a run.

import type { Page } from "playwright-core"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { startPlayground, type Playground } from "./page.ts"

let playground: Playground
beforeAll(async () => {
  playground = await startPlayground()
}, 60_000)
afterAll(() => playground.stop())

interface Shift {
  readonly value: number
  /** What moved, and from where to where. */
  readonly moved: readonly string[]
}

/** All of them, those right after a key or a click too: that a visitor asked for something is no reason for other things to move. */
async function watch(page: Page): Promise<void> {
  await page.evaluate(() => {
    interface Entry extends PerformanceEntry {
      readonly value: number
      readonly sources: readonly { readonly node: Node | null; readonly previousRect: DOMRectReadOnly; readonly currentRect: DOMRectReadOnly }[]
    }
    const shifts: Shift[] = []
    const text = ({ x, y, width, height }: DOMRectReadOnly): string => `${Math.round(x)},${Math.round(y)} ${Math.round(width)}×${Math.round(height)}`
    const nameOf = (node: Node | null): string => (node instanceof Element ? `${node.tagName}.${node.getAttribute("class") ?? ""}` : String(node?.nodeName))
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as Entry[]) {
        // Monaco lays its lines out itself: a text that is scrolled or folded is no shift of the page.
        const sources = entry.sources.filter(({ node }) => !(node instanceof Element ? node : node?.parentElement)?.closest(".editor-host"))
        if (sources.length > 0) shifts.push({ value: entry.value, moved: sources.map(({ node, previousRect, currentRect }) => `${nameOf(node)} ${text(previousRect)} -> ${text(currentRect)}`) })
      }
    }).observe({ type: "layout-shift", buffered: true })
    Object.assign(globalThis, { shifts })
  })
}

/** What has moved since it was asked last, once everything has been drawn. */
async function shifts(page: Page): Promise<readonly Shift[]> {
  return page.evaluate(async () => {
    for (let frame = 0; frame < 3; frame++) await new Promise((resolve) => requestAnimationFrame(resolve))
    await new Promise((resolve) => setTimeout(resolve, 100))
    return (globalThis as unknown as { shifts: Shift[] }).shifts.splice(0)
  })
}

const sum = (all: readonly Shift[]): number => all.reduce((total, { value }) => total + value, 0)

async function stands(page: Page, after: string): Promise<void> {
  const moved = await shifts(page)
  expect(sum(moved), `${after}: ${JSON.stringify(moved, null, 1)}`).toBeLessThan(0.01)
}

describe("the page stands still", () => {
  for (const { name, width, height } of [{ name: "wide", width: 1440, height: 900 }, { name: "phone", width: 390, height: 844 }]) {
    it(`when it loads, when a panel is chosen, when a program runs: ${name}`, async () => {
      const { page } = await playground.open({ width, height })
      await watch(page)
      if (name === "wide") await page.waitForSelector(".af-card")
      await stands(page, "the first load")
      const panels = name === "wide" ? ["graph", "code", "run", "timeline", "history", "tests", "problems"].map((tab) => `[data-tab=${tab}]`) : ["Graph", "Code", "Problems", "Editor", "Run"].map((tab) => `.phone-tab >> text=${tab}`)
      for (const panel of [...panels, ...panels]) {
        await page.click(panel)
        await stands(page, panel)
      }
      await page.click(name === "wide" ? "[data-tab=run]" : ".phone-tab >> text=Run")
      await stands(page, "run")
      await page.selectOption(".transport-speed", "4")
      await page.click(".run-bar .button-primary:enabled")
      await page.locator(".inbox .choices .button", { hasText: "publish" }).click()
      await page.waitForSelector(".standing-completed")
      await stands(page, "a run")
      await page.locator(".transport .slider").focus()
      await page.keyboard.press("Home")
      await stands(page, "its beginning")
      await page.context().close()
    })
  }
})
