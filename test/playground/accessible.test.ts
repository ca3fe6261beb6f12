// Every page in three themes and two widths: axe finds nothing, the console says nothing, and the pictures are kept under review.

import { readFileSync } from "node:fs"
import { join } from "node:path"
import type { Page } from "playwright-core"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { startPlayground, type Playground } from "./page.ts"
import { review } from "./review.ts"

const axe = readFileSync(join(import.meta.dirname, "../../node_modules/axe-core/axe.min.js"), "utf8")
let playground: Playground

beforeAll(async () => {
  playground = await startPlayground()
}, 60_000)
afterAll(() => playground.stop())

const views: Readonly<Record<string, (page: Page) => Promise<void>>> = {
  graph: async (page) => void (await page.waitForSelector(".af-card")),
  code: async (page) => void (await page.waitForSelector(".code-line")),
  run: async (page) => {
    await page.click(".run-bar .button-primary:enabled")
    await page.waitForSelector(".inbox")
  },
}

/** A run at a moment in the past, as each part of it shows it; then the tests, all run. */
const partsOfRun = ["timeline", "history", "tests"] as const

async function showPart(page: Page, part: (typeof partsOfRun)[number], isPhone: boolean): Promise<void> {
  if (part === "timeline") {
    await page.locator(".transport .slider").focus()
    await page.keyboard.press("Home")
    for (let presses = 0; presses < 24; presses++) await page.keyboard.press("ArrowRight")
  }
  await page.click(isPhone ? `.run-parts [data-tab=${part}]` : `[data-tab=${part}]`)
  if (part !== "tests") return
  await page.locator(".tests-bar .button:enabled").click()
  await page.waitForFunction(() => document.querySelectorAll(".test-passed").length === document.querySelectorAll(".test").length)
}

async function show(page: Page, view: string, isPhone: boolean): Promise<void> {
  if (isPhone) await page.click(`.phone-tab >> text=${view[0]!.toUpperCase()}${view.slice(1)}`)
  else await page.click(`[data-tab=${view}]`)
  await views[view]!(page)
}

interface Violation {
  readonly id: string
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[]
}

async function violations(page: Page): Promise<readonly string[]> {
  await page.evaluate(`${axe};0`)
  const found = (await page.evaluate("axe.run(document, { resultTypes: ['violations'] })")) as { readonly violations: readonly Violation[] }
  return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html, failureSummary }) => `${html.slice(0, 160)} (${failureSummary.slice(0, 200)})`).join("\n")}`)
}

describe("the pages of the playground", () => {
  for (const theme of ["dark", "light", "contrast"] as const) {
    for (const { name, width, height } of [{ name: "wide", width: 1440, height: 900 }, { name: "phone", width: 390, height: 844 }]) {
      it(`are accessible and quiet: ${theme}, ${name}`, async () => {
        const { page, problems } = await playground.open({ theme, width, height })
        for (const view of Object.keys(views)) {
          await show(page, view, name === "phone")
          await expect.poll(() => violations(page), { message: `${view} in ${theme}, ${name}`, timeout: 10_000 }).toEqual([])
          await review(page, `${view}-${theme}-${name}`)
        }
        for (const part of partsOfRun) {
          await showPart(page, part, name === "phone")
          await expect.poll(() => violations(page), { message: `${part} in ${theme}, ${name}`, timeout: 10_000 }).toEqual([])
          await review(page, `${part}-${theme}-${name}`, { scale: 0.6 })
        }
        await page.click(".gallery-button")
        await page.waitForSelector(".gallery-topic")
        await expect.poll(() => violations(page), { message: `gallery in ${theme}, ${name}`, timeout: 10_000 }).toEqual([])
        await review(page, `gallery-${theme}-${name}`)
        expect(problems).toEqual([])
        await page.context().close()
      }, 120_000)
    }
  }
})
