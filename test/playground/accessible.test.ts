// Every page in three themes and two widths: axe finds nothing, the console says nothing, and the pictures are kept under review.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import type { Page } from "playwright-core"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { startPlayground, type Playground } from "./page.ts"

const axe = readFileSync(join(import.meta.dirname, "../../node_modules/axe-core/axe.min.js"), "utf8")
const pictures = join(import.meta.dirname, "pictures")
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

/** How far two pictures are apart, 0 to 1, each drawn at a sixteenth of its size so that a blinking cursor is no difference. */
function difference(page: Page, before: Buffer, after: Buffer): Promise<number> {
  return page.evaluate(async ([a, b]) => {
    const read = async (data: string): Promise<ImageData> => {
      const image = new Image()
      image.src = `data:image/jpeg;base64,${data}`
      await image.decode()
      const canvas = new OffscreenCanvas(96, 64)
      const context = canvas.getContext("2d")!
      context.imageSmoothingQuality = "high"
      context.drawImage(image, 0, 0, 96, 64)
      return context.getImageData(0, 0, 96, 64)
    }
    const [left, right] = await Promise.all([read(a!), read(b!)])
    let sum = 0
    for (let at = 0; at < left.data.length; at++) sum += Math.abs(left.data[at]! - right.data[at]!)
    return sum / left.data.length / 255
  }, [before.toString("base64"), after.toString("base64")])
}

/** A picture that differs by more than the fonts of another machine do is a change to look at; UPDATE=1 takes it. */
async function review(page: Page, name: string): Promise<void> {
  const drawn = await page.screenshot({ type: "jpeg", quality: 62, animations: "disabled" })
  const path = join(pictures, `${name}.jpg`)
  if (process.env["UPDATE"] === "1" || !existsSync(path)) {
    mkdirSync(pictures, { recursive: true })
    writeFileSync(path, drawn)
    return
  }
  const apart = await difference(page, readFileSync(path), drawn)
  expect(apart, `${name}.jpg has changed; look at it, then run the test with UPDATE=1`).toBeLessThan(0.06)
}

describe("the pages of the playground", () => {
  for (const theme of ["dark", "light", "contrast"] as const) {
    for (const { name, width, height } of [{ name: "wide", width: 1440, height: 900 }, { name: "phone", width: 390, height: 844 }]) {
      it(`are accessible and quiet: ${theme}, ${name}`, async () => {
        const { page, problems } = await playground.open({ theme, width, height })
        for (const view of Object.keys(views)) {
          await show(page, view, name === "phone")
          expect(await violations(page), `${view} in ${theme}, ${name}`).toEqual([])
          await review(page, `${view}-${theme}-${name}`)
        }
        expect(problems).toEqual([])
        await page.context().close()
      }, 60_000)
    }
  }
})
