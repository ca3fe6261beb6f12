// The Studio's pages in Chromium, on a server of the same API: everything by mouse or keyboard, no violation, no error.

import { once } from "node:events"
import { readFileSync } from "node:fs"
import { createRequire } from "node:module"
import type { AddressInfo } from "node:net"
import { join } from "node:path"
import type { Browser, Page } from "playwright-core"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { chromiumMissing, startChromium } from "../harness/chromium.ts"
import { failed, fakeStudio, token, waiting, type FakeStudio } from "./fake-studio.ts"
import { review } from "./review.ts"

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8")
const missing = chromiumMissing()
/** A busy machine takes its time. */
const soon = <Value,>(read: () => Value) => expect.poll(read, { timeout: 10_000 })

if (missing) it(`the Studio in Chromium is left out: ${missing}`, () => expect(missing).toBeTruthy())
else describe("the Studio", () => {
  let fake: FakeStudio
  let browser: Browser
  let origin = ""
  const problems: string[] = []

  beforeAll(async () => {
    fake = fakeStudio(join(import.meta.dirname, "../../dist/playground"))
    fake.server.listen(0, "127.0.0.1")
    await once(fake.server, "listening")
    origin = `http://127.0.0.1:${(fake.server.address() as AddressInfo).port}`
    browser = await startChromium()
  })

  afterAll(async () => {
    await browser.close()
    fake.close()
  })

  async function open(hash: string, { width = 1280, theme = "dark", key = token } = {}): Promise<Page> {
    const page = await browser.newPage({ viewport: { width, height: 800 } })
    page.on("console", (message) => {
      if (message.type() === "error") problems.push(message.text())
    })
    page.on("pageerror", (error) => problems.push(error.message))
    await page.addInitScript((chosen) => localStorage.setItem("agentflow.theme", chosen), theme)
    await page.goto(`${origin}/?token=${key}${hash}`)
    return page
  }

  async function isClean(page: Page): Promise<void> {
    await page.waitForTimeout(300)
    // The page's policy lets no script in that is not its own: what axe finds is asked from outside of it.
    const found = await page.evaluate(`${axe}; axe.run().then(({ violations }) => violations.map(({ id, nodes }) => id + ": " + nodes.map(({ html }) => html).join(" ")))`)
    expect(found).toEqual([])
    expect(problems.splice(0)).toEqual([])
    expect(await page.title()).toBe("AgentFlow studio")
  }

  /** Only the fragment changes: the run before it may be shown a little longer. */
  async function goToRun(page: Page, id: string): Promise<void> {
    await page.goto(`${origin}/?token=${token}#/runs/${id}`)
    await page.getByRole("region", { name: `Run ${id}` }).waitFor()
  }

  const lanes = (page: Page) => page.locator(".lane")

  it("lists runs, filters them and loads older ones", async () => {
    const page = await open("#/runs")
    const rows = page.locator(".row")
    await rows.first().waitFor()
    expect(await rows.count()).toBe(40)
    await page.getByRole("button", { name: "Older runs" }).click()
    await soon(() => rows.count()).toBe(63)
    await page.getByText("hold the newest 63 runs. To see another, search for its whole id.").waitFor()
    await page.getByRole("button", { name: /^Failed/ }).click()
    await soon(() => rows.allInnerTexts()).toEqual([expect.stringContaining("the carrier answered 503")])
    await page.getByRole("button", { name: /^Failed/ }).click()
    await page.getByLabel("Search runs by id").fill("morn")
    await soon(() => rows.count()).toBe(1)
    await page.getByLabel("Search runs by id").fill("no such run")
    await page.getByText("No run fits these filters.").waitFor()
    await isClean(page)
    await page.close()
  })

  it("shows a run: timeline, a step's attempts, data and history, by keyboard alone", async () => {
    const page = await open("#/runs")
    await page.locator(".row").first().focus()
    await page.keyboard.press("Enter")
    await lanes(page).first().waitFor()
    expect(await lanes(page).count()).toBe(waiting.steps.length)
    await lanes(page).nth(3).focus()
    await page.keyboard.press("Enter")
    await page.getByText("429 from news.example").waitFor()
    // Names and values from outside are text, whatever they look like.
    expect(await page.locator(".json img").count()).toBe(0)
    expect(await page.getByText("onerror").count()).toBeGreaterThan(1)
    await page.getByRole("tab", { name: "Timeline" }).focus()
    await page.keyboard.press("ArrowRight")
    await page.getByRole("button", { name: "fetchSource 3 of 3, completed" }).focus()
    await page.keyboard.press("Enter")
    await soon(() => page.locator(".run-completed, .run-asked").count()).toBe(2)
    await page.getByRole("tab", { name: "Graph" }).focus()
    await page.keyboard.press("ArrowRight")
    await page.getByText('"AI infrastructure"').waitFor()
    await page.keyboard.press("ArrowRight")
    await soon(() => page.locator(".history-event").count()).toBe(200)
    await page.getByRole("button", { name: "40 more" }).click()
    await soon(() => page.locator(".history-event").count()).toBe(240)
    await isClean(page)
    await page.close()
  })

  it("follows a run as it goes", async () => {
    const page = await open("#/runs/morning")
    await lanes(page).first().waitFor()
    fake.push({ name: "run", data: { ...waiting, status: "completed", questions: 0, output: { headline: "Chips" }, steps: waiting.steps.slice(0, 2) } })
    await soon(() => lanes(page).count()).toBe(2)
    await page.getByRole("region", { name: "Run morning" }).getByText("Completed").waitFor()
    fake.push({ name: "host", data: { isReachable: false, message: "The sidecar does not answer." } })
    await page.getByRole("alert").getByText("The sidecar does not answer.").waitFor()
    fake.push({ name: "gone", data: { id: "morning" } })
    await page.getByText("There is no run morning").waitFor()
    await page.close()
  })

  it("controls a run, and asks before what can't be taken back", async () => {
    const page = await open("#/runs/morning")
    await page.getByRole("button", { name: "Suspend", exact: true }).click()
    await soon(() => fake.asked.splice(0)).toEqual([{ method: "POST", path: "runs/morning/suspend", body: null }])
    await page.getByRole("button", { name: "Terminate", exact: true }).click()
    await page.getByText("nothing is undone").waitFor()
    expect(fake.asked).toEqual([])
    await isClean(page)
    await page.getByRole("button", { name: "Terminate without undoing" }).click()
    await soon(() => fake.asked.splice(0)).toEqual([{ method: "POST", path: "runs/morning/terminate", body: null }])
    await page.close()
  })

  it("answers questions and frees stuck steps", async () => {
    const page = await open("#/inbox")
    await page.getByRole("button", { name: "publish" }).click()
    await soon(() => fake.asked.splice(0)).toEqual([{ method: "POST", path: "inbox", body: { run: "morning", step: "DailyBrief/approve", value: "publish" } }])
    await soon(() => page.locator(".entry").count()).toBe(1)
    await page.getByRole("button", { name: "Go on with a value" }).click()
    await page.getByLabel("Value that the step gives").fill("{ no JSON")
    await page.getByRole("button", { name: "Go on with this value" }).click()
    await page.getByText("This is not JSON").waitFor()
    await page.getByLabel("Value that the step gives").fill('{ "receipt": "r-1" }')
    await isClean(page)
    await page.getByRole("button", { name: "Go on with this value" }).click()
    await soon(() => fake.asked.splice(0)).toEqual([
      { method: "POST", path: "inbox", body: { run: "order-17", step: "OrderSaga/charge/refund/manual", value: { action: "skip", value: { receipt: "r-1" } } } },
    ])
    await page.getByText("Nothing waits for you.").waitFor()
    await page.close()
  })

  it("starts dead letters again, with a mended input too", async () => {
    const page = await open("#/dead")
    await page.getByText("OrderSaga/charge", { exact: true }).waitFor()
    await isClean(page)
    await page.getByLabel("Input").fill('{ "order": "18" }')
    await page.getByRole("button", { name: "Start again" }).click()
    await soon(() => fake.asked.splice(0)).toEqual([{ method: "POST", path: "runs/order-17/redrive", body: { input: { order: "18" } } }])
    await soon(() => page.url()).toContain("#/runs/morning")
    await page.close()
  })

  it("starts a run, and goes on from a step of an ended one", async () => {
    const page = await open(`#/runs/${failed.id}`)
    await page.getByRole("button", { name: "Start a run" }).click()
    await page.getByLabel("Input, as JSON").fill("{")
    await page.getByRole("button", { name: "Start", exact: true }).click()
    await page.getByText("The input is not JSON").waitFor()
    await page.getByLabel("Input, as JSON").fill('{ "topic": "chips" }')
    await page.getByRole("button", { name: "Start", exact: true }).click()
    await soon(() => fake.asked.splice(0)).toEqual([{ method: "POST", path: "runs", body: { workflow: "DailyBrief", input: { topic: "chips" } } }])
    await page.getByRole("region", { name: `Run ${waiting.id}` }).waitFor()
    await goToRun(page, failed.id)
    await lanes(page).nth(2).click()
    await page.getByRole("button", { name: "Run again from here" }).first().waitFor()
    await goToRun(page, waiting.id)
    await lanes(page).nth(3).click()
    await page.getByText("429 from news.example").first().waitFor()
    expect(await page.getByRole("button", { name: "Run again from here" }).count()).toBe(0)
    await goToRun(page, failed.id)
    await lanes(page).nth(2).click()
    await page.getByRole("button", { name: "Run again from here" }).first().click()
    await soon(() => fake.asked.splice(0)).toEqual([{ method: "POST", path: `runs/${failed.id}/rerun`, body: { eventId: 14 } }])
    await page.close()
  })

  it("says what is wrong with a token, and shows nothing without one", async () => {
    const page = await open("#/runs", { key: "wrong" })
    await page.getByText("The token is wrong.").first().waitFor()
    await page.goto(`${origin}/`)
    await page.getByText("This address has no token.").waitFor()
    problems.length = 0
    await page.close()
  })

  const pages = [
    { name: "runs", hash: "#/runs" }, { name: "run", hash: "#/runs/morning", tabs: ["Graph", "History"] },
    { name: "failed", hash: "#/runs/order-17" }, { name: "inbox", hash: "#/inbox" }, { name: "dead", hash: "#/dead" },
  ]
  it.each(["dark", "light", "contrast"])("has no violation in the %s theme, wide and narrow, and looks as it did", async (theme) => {
    for (const width of [1280, 390]) {
      for (const { name, hash, tabs = [] } of pages) {
        const page = await open(hash, { width, theme })
        await page.locator(".row:visible, .lane:visible, .entry:visible").first().waitFor()
        for (const tab of ["", ...tabs]) {
          if (tab !== "") await page.getByRole("tab", { name: tab }).click()
          await isClean(page)
          await review(page, `studio-${[name, tab.toLowerCase(), theme].filter((part) => part !== "").join("-")}-${width === 390 ? "phone" : "wide"}`, { scale: 0.6 })
        }
        await page.close()
      }
    }
  }, 120_000)
})
