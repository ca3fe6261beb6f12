// The page on a phone, by touch alone: write, run, answer, break, look at time and tests; nothing too small for a finger, nothing beside the screen.

import type { Page } from "playwright-core"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { startPlayground, type Opened, type Playground } from "./page.ts"

let playground: Playground
beforeAll(async () => {
  playground = await startPlayground()
}, 60_000)
afterAll(() => playground.stop())

const open = (at = ""): Promise<Opened> => playground.open({ at, width: 390, height: 844, context: { hasTouch: true, isMobile: true } })
const view = (page: Page, name: string): Promise<void> => page.locator(".phone-tab", { hasText: name }).tap()
const part = (page: Page, name: string): Promise<void> => page.tap(`.run-parts [data-tab=${name}]`)

/** Controls that a finger can't be sure to meet: WCAG 2.2 asks for 24 by 24, but for those within a text. Steps of a graph are as large as it is drawn. */
function tooSmall(page: Page): Promise<readonly string[]> {
  return page.evaluate(() => [...document.querySelectorAll<HTMLElement>("button, select, input, summary, a[href]")].flatMap((each) => {
    const { width, height } = each.getBoundingClientRect()
    const isSeen = width > 0 && height > 0 && each.closest(".cm-editor, .visually-hidden") === null
    // A box is met by its label too.
    const isBox = each instanceof HTMLInputElement && each.type === "checkbox"
    return isSeen && !isBox && (width < 24 || height < 24) ? [`${each.className.toString()} ${each.textContent?.slice(0, 20)}: ${Math.round(width)} × ${Math.round(height)}`] : []
  }))
}

async function fits(page: Page, where: string): Promise<void> {
  expect(await tooSmall(page), where).toEqual([])
  expect(await page.evaluate(() => document.documentElement.scrollWidth), where).toBeLessThanOrEqual(390)
}

describe("on a phone", () => {
  it("every view fits, and what is on it can be touched", async () => {
    const { page, problems } = await open("?example=order-saga")
    for (const name of ["Editor", "Graph", "Code", "Run", "Problems"]) {
      await view(page, name)
      await page.waitForSelector(`.phone-tab[aria-current] >> text=${name}`)
      await fits(page, name)
    }
    expect(problems).toEqual([])
    await page.context().close()
  })

  it("a run is answered, broken, and looked at in time, as a list and in its graph", async () => {
    const { page, problems } = await open()
    await view(page, "Run")
    await page.locator(".run-bar .button-primary:enabled").tap()
    await page.locator(".inbox .choices .button", { hasText: "publish" }).tap()
    await page.waitForSelector(".standing-completed")
    await fits(page, "graph of the run")
    await part(page, "timeline")
    await page.waitForSelector(".gantt-bar")
    await fits(page, "timeline")
    const slider = page.locator(".transport .slider")
    const last = Number(await slider.getAttribute("max"))
    const lanes = (await page.locator(".gantt-lanes").boundingBox())!
    await page.touchscreen.tap(lanes.x + lanes.width / 2, lanes.y + 60)
    const moment = await slider.evaluate((element: HTMLInputElement) => element.valueAsNumber)
    expect(moment).toBeGreaterThan(0)
    expect(moment).toBeLessThan(last)
    await part(page, "history")
    await fits(page, "history")
    await page.locator(".event").first().scrollIntoViewIfNeeded()
    await page.locator(".event").first().tap()
    expect(await slider.evaluate((element: HTMLInputElement) => element.valueAsNumber)).toBe(0)
    // A step's name in the timeline leads to its box in the graph.
    await part(page, "timeline")
    await page.locator(".gantt-name").first().tap()
    await page.waitForSelector(".run-body .inspector")
    await page.locator(".inspector button[aria-label=Close]").tap()
    await page.waitForFunction(() => document.querySelector(".inspector") === null)
    await page.locator(".palette .fault", { hasText: "429" }).tap()
    await page.waitForSelector(".palette-hint >> text=now choose a step")
    await page.locator(".graph-view .af-card").first().tap()
    await page.locator(".set-fault button[aria-label^='Take back: rate_limited']").tap()
    await page.waitForFunction(() => document.querySelector(".set-fault button[aria-label^='Take back: rate_limited']") === null)
    expect(problems).toEqual([])
    await page.context().close()
  })

  it("tests are run, and lead to their line and their run", async () => {
    const { page, problems } = await open("?example=order-saga")
    await view(page, "Run")
    await part(page, "tests")
    await page.locator(".tests-bar .button:enabled").tap()
    await page.waitForSelector(".tests-count >> text=6 of 6 passed")
    await fits(page, "tests")
    await page.locator("button[aria-label^='Show run']").first().tap()
    await page.waitForSelector(".card >> text=Test passed")
    await part(page, "tests")
    await page.locator(".test-name").first().tap()
    await page.waitForSelector(".phone-tab[aria-current] >> text=Editor")
    expect(problems).toEqual([])
    await page.context().close()
  })

  it("a graph is moved by a finger, and a step of it is changed", async () => {
    const { page, problems } = await open()
    await view(page, "Graph")
    await page.waitForSelector(".af-card")
    const client = await page.context().newCDPSession(page)
    const { x, y, width, height } = (await page.locator(".graph-view").boundingBox())!
    const before = await page.locator(".graph-view").evaluate(({ scrollTop }) => scrollTop)
    const touch = (type: "touchStart" | "touchMove" | "touchEnd", moved: number) => client.send("Input.dispatchTouchEvent", { type, touchPoints: type === "touchEnd" ? [] : [{ x: x + width / 2, y: y + height / 2 - moved }] })
    await touch("touchStart", 0)
    for (let moved = 10; moved <= 250; moved += 10) await touch("touchMove", moved)
    await touch("touchEnd", 250)
    await expect.poll(() => page.locator(".graph-view").evaluate(({ scrollTop }) => scrollTop)).toBeGreaterThan(before + 50)
    await page.locator('[data-id="DailyBrief/Editor"]').scrollIntoViewIfNeeded()
    await page.locator('[data-id="DailyBrief/Editor"]').tap()
    await page.waitForSelector(".inspector input[aria-label='New clause']")
    await fits(page, "inspector")
    await page.locator(".inspector input[aria-label='New clause']").fill("timeout 77s")
    await page.keyboard.press("Enter")
    await page.waitForFunction(() => document.querySelector('[data-id="DailyBrief/Editor"]')?.textContent?.includes("timeout 77s") === true)
    expect(problems).toEqual([])
    await page.context().close()
  })
})
