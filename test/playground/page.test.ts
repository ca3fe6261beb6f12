// The page as a whole in a real browser: offline, embedded, by keyboard alone, its panes moved; what is hostile is text everywhere.

import type { Page } from "playwright-core"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { startPlayground, write, type Playground } from "./page.ts"

let playground: Playground
beforeAll(async () => {
  playground = await startPlayground()
}, 60_000)
afterAll(() => playground.stop())

describe("the page", () => {
  it("opens, compiles, prints code and runs without a network after the first load", async () => {
    const { page, problems } = await playground.open({ context: { serviceWorkers: "allow" } })
    await page.evaluate(async () => {
      const { active } = await navigator.serviceWorker.ready
      if (active!.state !== "activated") await new Promise<void>((resolve) => active!.addEventListener("statechange", () => { if (active!.state === "activated") resolve() }))
    })
    const client = await page.context().newCDPSession(page)
    await client.send("Network.enable")
    await client.send("Network.emulateNetworkConditions", { offline: true, latency: 0, downloadThroughput: 0, uploadThroughput: 0 })
    await page.context().setOffline(true)
    await page.goto(`${playground.origin}?example=order-saga`)
    await page.waitForSelector("[data-editor=monaco]")
    await page.waitForSelector("[data-id='Fulfil/charge']")
    await page.click("[data-tab=code]")
    await page.waitForSelector(".code-line")
    await page.click("[data-tab=run]")
    await page.click(".run-bar .button-primary:enabled")
    await page.waitForSelector(".gantt-bar")
    expect(problems).toEqual([])
    await page.context().close()
  })

  it("is smaller when it is embedded, and leads to the whole page", async () => {
    const { page, problems } = await playground.open({ at: "?embed&example=order-saga", width: 900, height: 520 })
    await page.waitForSelector(".layout-embedded [data-id='Fulfil/charge']")
    const link = page.getByRole("link", { name: "Open" })
    expect(await link.getAttribute("href")).not.toContain("embed")
    expect(await link.getAttribute("href")).toContain("example=order-saga")
    expect(problems).toEqual([])
    await page.context().close()
  })

  it("has lines between its panes that a pointer and the arrow keys move, and that stay", async () => {
    const { page } = await playground.open()
    const editor = async (): Promise<number> => (await page.locator("section[aria-label=Editor]").boundingBox())!.width
    const lower = async (): Promise<number> => (await page.locator("section[aria-label='Lower panel']").boundingBox())!.height
    const [width, height] = [await editor(), await lower()]
    const line = (await page.locator(".splitter-columns").boundingBox())!
    await page.mouse.move(line.x + line.width / 2, line.y + 100)
    await page.mouse.down()
    await page.mouse.move(line.x + 120, line.y + 100, { steps: 4 })
    await page.mouse.up()
    await expect.poll(async () => Math.round(((await editor()) - width) / 10)).toBe(12)
    await page.locator(".splitter-rows").focus()
    await page.keyboard.press("ArrowUp")
    await page.keyboard.press("ArrowUp")
    await expect.poll(lower).toBeGreaterThan(height + 20)
    const kept = Math.round(await editor())
    await page.reload()
    await page.waitForSelector("[data-editor=monaco]")
    expect(Math.round(await editor())).toBe(kept)
    await page.click("button[aria-label='Close the lower panel']")
    await expect.poll(lower).toBeLessThan(60)
    await page.context().close()
  })

  it("has a gallery that a key opens, moves through and leaves, and that says when its pictures can't be had", async () => {
    const { page } = await playground.open()
    await page.getByRole("button", { name: "Gallery of the examples" }).focus()
    await page.keyboard.press("Enter")
    const card = page.getByRole("button", { name: /^Order saga/ })
    await page.waitForSelector(".gallery-topic")
    expect(await card.textContent()).toContain("compensation")
    expect(await card.locator(".mini-is-undo").count()).toBe(2)
    await page.keyboard.press("Escape")
    expect(await page.getByRole("dialog").count()).toBe(0)
    await page.keyboard.press("Enter")
    await card.focus()
    await page.keyboard.press("Enter")
    await page.waitForSelector("[data-id='Fulfil/charge']")
    expect(await page.getByRole("dialog").count()).toBe(0)
    await page.context().close()
    const without = await playground.open()
    await without.page.route("**/gallery.json", (route) => route.fulfill({ status: 503 }))
    await without.page.click(".gallery-button")
    await without.page.getByText("The pictures of the examples could not be loaded: 503").waitFor()
    await without.page.getByRole("button", { name: /^Order saga/ }).click()
    await without.page.waitForSelector("[data-id='Fulfil/charge']")
    await without.page.context().close()
  })

  it("can be walked through by keyboard: every control shows its focus, has a name, and none is a trap", async () => {
    const { page, problems } = await playground.open({ at: "?example=order-saga" })
    await page.waitForSelector("[data-id='Fulfil/charge']")
    await page.locator("[data-tab=graph]").focus()
    await page.keyboard.press("ArrowRight")
    await page.keyboard.press("ArrowRight")
    await page.locator(".run-bar .button-primary:enabled").focus()
    await page.keyboard.press("Enter")
    await page.waitForSelector(".gantt-bar")
    // The text takes Tab as a text; Control and M lets it go on.
    await page.locator(".editor-host").click({ position: { x: 200, y: 60 } })
    await page.keyboard.press("Control+m")
    await page.evaluate(() => (document.activeElement as HTMLElement).blur())
    const seen = await walk(page)
    expect(seen.filter(({ name }) => name === "")).toEqual([])
    expect(seen.filter(({ isShown }) => !isShown).map(({ name }) => name)).toEqual([])
    const names = seen.map(({ name }) => name).join("\n")
    for (const wanted of ["Download", "Share", "order-saga.agentflow", "Width of the editor", "Run", "429", "Moment of the run", "Speed", "Height of the lower panel", "Timeline", "Close the lower panel"]) expect(names).toContain(wanted)
    for (const tab of ["history", "tests", "problems"]) {
      await page.locator("[role=tab][aria-selected=true][id^=bottom]").focus()
      for (let presses = 0; presses < 4 && (await page.locator(`[data-tab=${tab}]`).getAttribute("aria-selected")) !== "true"; presses++) await page.keyboard.press("ArrowRight")
      expect(await page.locator("#bottom-panel").getAttribute("aria-labelledby")).toBe(`bottom-tab-${tab}`)
    }
    expect(problems).toEqual([])
    await page.context().close()
  })

  it("shows hostile names, values, prompts and errors of a run as text, in every panel", async () => {
    const { page, problems } = await playground.open()
    const evil = `<img src=x onerror=window.hacked=1>`
    await write(page, `/// ${evil}
tool ping(id: string): string = POST "https://a.test/{id}" {
  irreversible "${evil}"
  retry never
}
human ok(text: string): bool { ask "${evil} {text}"   timeout 1h   fallback false }
workflow Main(id: string): string {
  dead letter "${evil}"
  log "${evil}"
  let isFine = ok("${evil}")
  return ping(id)
}
test "${evil}" {
  given ok returns true
  given ping returns "${evil}"
  run Main("${evil}")
  expect result == "x"
}
`)
    await page.waitForSelector("[data-id='Main/ping']")
    await page.waitForFunction(() => document.querySelector(".problem-error") === null)
    await page.click("[data-tab=tests]")
    await page.locator(".test-head .button").last().click()
    await page.waitForSelector(".card >> text=Test failed")
    for (const tab of ["timeline", "history", "tests", "code", "graph", "run"]) {
      await page.click(`[data-tab=${tab}]`)
      await page.waitForTimeout(150)
    }
    await page.click(".run-bar .button-primary:enabled")
    await page.waitForSelector(".inbox .question-text >> text=onerror")
    await page.getByRole("button", { name: "yes" }).click()
    await page.waitForSelector(".card >> text=Result")
    await page.click("[data-tab=history]")
    await page.waitForSelector(".event >> text=onerror")
    expect(await page.evaluate(() => (globalThis as { hacked?: number }).hacked)).toBeUndefined()
    expect(await page.locator("#app img:not([src='icon.svg']), #app script").count()).toBe(0)
    expect(problems).toEqual([])
    await page.context().close()
  })
})

interface Stop {
  readonly name: string
  /** Whether the focus can be seen. */
  readonly isShown: boolean
}

async function walk(page: Page): Promise<readonly Stop[]> {
  const seen: Stop[] = []
  const known = new Set<string>()
  for (let presses = 0; presses < 140; presses++) {
    await page.keyboard.press("Tab")
    const stop = await page.evaluate(() => {
      const at = document.activeElement
      if (at === null || at === document.body) return undefined
      const labelled = at.getAttribute("aria-labelledby")?.split(" ").map((id) => document.getElementById(id)?.textContent ?? "").join(" ")
      const name = at.getAttribute("aria-label") ?? labelled ?? (at as HTMLInputElement).labels?.[0]?.textContent ?? at.textContent ?? ""
      const ring = [at, ...at.querySelectorAll("rect")].some((each) => {
        const style = getComputedStyle(each)
        return style.outlineStyle !== "none" || style.boxShadow !== "none" || style.stroke !== "none"
      })
      const path: string[] = []
      for (let each: Element | null = at; each !== null; each = each.parentElement) path.push(`${each.tagName}${[...(each.parentElement?.children ?? [])].indexOf(each)}`)
      return { name: name.trim(), key: path.join("/"), isShown: ring || at.closest(".monaco-editor") !== null }
    })
    if (stop === undefined) continue
    if (known.has(stop.key)) break
    known.add(stop.key)
    seen.push({ name: stop.name, isShown: stop.isShown })
  }
  return seen
}
