// Time of a run in a real browser: pause, single steps, speed; nothing here waits for a moment that passes.

import type { Page } from "playwright-core"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { startPlayground, type Playground } from "./page.ts"

let playground: Playground
beforeAll(async () => {
  playground = await startPlayground()
}, 60_000)
afterAll(() => playground.stop())

const moment = (page: Page): Promise<number> => page.locator(".transport .slider").evaluate((slider: HTMLInputElement) => slider.valueAsNumber)
const last = async (page: Page): Promise<number> => Number(await page.locator(".transport .slider").getAttribute("max"))

/** Frames come only when the test lets them, and the clock stands still between them. */
async function holdTime(page: Page): Promise<void> {
  await page.evaluate(() => {
    const waiting: FrameRequestCallback[] = []
    let now = 1_000_000
    Object.assign(globalThis, {
      performance: Object.assign(Object.create(performance) as object, { now: () => now, mark: () => undefined }),
      requestAnimationFrame: (act: FrameRequestCallback) => waiting.push(act),
      cancelAnimationFrame: (at: number) => { waiting[at - 1] = () => undefined },
      letPass: (ms: number) => {
        now += ms
        for (const [at, act] of [...waiting.entries()]) {
          waiting[at] = () => undefined
          act(now)
        }
      },
    })
  })
}

const letPass = (page: Page, ms: number): Promise<void> => page.evaluate((passed) => (globalThis as unknown as { letPass: (ms: number) => void }).letPass(passed), ms)

async function ran(): Promise<{ readonly page: Page; readonly problems: readonly string[] }> {
  const made = await playground.open({ at: "?example=order-saga" })
  await made.page.click("[data-tab=run]")
  await made.page.waitForSelector(".run-bar .button-primary:enabled")
  await holdTime(made.page)
  await made.page.click(".run-bar .button-primary:enabled")
  await made.page.waitForSelector(".gantt")
  return made
}

describe("time", () => {
  it("is paused and goes on, at the speed that is chosen", async () => {
    const { page, problems } = await ran()
    const play = page.locator(".transport-play")
    expect(await moment(page)).toBe(0)
    await letPass(page, 200)
    const at200 = await moment(page)
    expect(at200).toBeGreaterThan(0)
    await page.locator("button[aria-label=Pause]").click()
    await letPass(page, 400)
    expect(await moment(page)).toBe(at200)
    expect(await play.getAttribute("aria-label")).toBe("Play")
    // From the beginning again, four times as fast: in 50 ms where it was in 200.
    await page.locator(".transport .slider").focus()
    await page.keyboard.press("Home")
    await page.selectOption(".transport-speed", "4")
    await play.click()
    await letPass(page, 50)
    expect(await moment(page)).toBe(at200)
    await page.selectOption(".transport-speed", "0.25")
    const before = await moment(page)
    await letPass(page, 4)
    expect(await moment(page)).toBe(before)
    await page.selectOption(".transport-speed", "4")
    await letPass(page, 60_000)
    await expect.poll(() => moment(page)).toBe(await last(page))
    expect(await play.getAttribute("aria-label")).toBe("Play")
    // At its end, it plays from the beginning.
    await play.click()
    expect(await moment(page)).toBe(0)
    expect(problems).toEqual([])
    await page.context().close()
  })

  it("goes by single steps, both ways, and stops there", async () => {
    const { page, problems } = await ran()
    const [back, on] = [page.getByRole("button", { name: "Step back" }), page.getByRole("button", { name: "Step", exact: true })]
    await on.click()
    expect(await moment(page)).toBe(1)
    expect(await page.locator(".transport-play").getAttribute("aria-label")).toBe("Play")
    await on.focus()
    for (let presses = 0; presses < 4; presses++) await page.keyboard.press("Enter")
    expect(await moment(page)).toBe(5)
    await back.click()
    expect(await moment(page)).toBe(4)
    await letPass(page, 10_000)
    expect(await moment(page)).toBe(4)
    await page.click("[data-tab=history]")
    expect(await page.locator(".event[aria-current]").count()).toBe(1)
    expect(await page.locator(".events li").nth(4).locator(".event").getAttribute("aria-current")).toBe("true")
    // Neither end is gone past.
    await page.locator(".transport .slider").focus()
    await page.keyboard.press("Home")
    await back.click()
    expect(await moment(page)).toBe(0)
    await page.locator(".transport .slider").focus()
    await page.keyboard.press("End")
    await on.click()
    expect(await moment(page)).toBe(await last(page))
    expect(problems).toEqual([])
    await page.context().close()
  })
})
