// What each panel says when there is nothing, not yet anything, or something broken; and lists of none, one and many.

import type { Page } from "playwright-core"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { startPlayground, write, type Playground } from "./page.ts"

let playground: Playground
beforeAll(async () => {
  playground = await startPlayground()
}, 60_000)
afterAll(() => playground.stop())

const right = ["graph", "code", "run"] as const
const lower = ["problems", "timeline", "history", "tests"] as const
type Panel = (typeof right)[number] | (typeof lower)[number]

/** What each panel says in place of its content; waits until it says it. */
async function says(page: Page, expected: Readonly<Partial<Record<Panel, string | RegExp>>>): Promise<void> {
  for (const [tab, text] of Object.entries(expected)) {
    await page.click(`[data-tab=${tab}]`)
    const panel = page.locator(right.some((each) => each === tab) ? "#right-panel" : "#bottom-panel")
    await expect.poll(async () => (await panel.innerText()).trim(), { message: tab }).toMatch(text)
  }
}

const program = `tool ping(id: string): string = GET "https://a.test/{id}" {
  reads
  retry never
}
workflow Main(id: string): string {
  dead letter "failed"
  return ping(id)
}
`
const test = (name: string): string => `test "${name}" {\n  given ping returns "x"\n  run Main("a")\n  expect result == "x"\n}\n`
const noRun = { timeline: /^Start a run to see its steps in time/, history: /^Start a run to see its events/ }

describe("a panel", () => {
  it("says what would be there, in an empty program and before a run", async () => {
    const { page, problems } = await playground.open()
    await says(page, noRun)
    await write(page, "// nothing yet\n")
    await says(page, {
      graph: "A graph appears when the program has a workflow.", run: "A run needs a workflow.", tests: /^No tests yet/, problems: /^No problems\./, ...noRun,
    })
    await page.locator(".editor-host").click({ position: { x: 200, y: 60 } })
    await page.keyboard.press("ControlOrMeta+a")
    await page.keyboard.press("Delete")
    await says(page, { graph: "A graph appears when the program has a workflow.", problems: /^No problems\./ })
    expect(problems).toEqual([])
    await page.context().close()
  })

  it("says that it waits, until the compiler is there", async () => {
    const { page, release } = await playground.open({ until: "page", holdBack: /\/language-[\w-]+\.js$/ })
    const waits = { graph: "Reading the program …", code: "Loading the code printer …", run: "Reading the program …", problems: "Starting the compiler …", tests: "Reading the tests …", ...noRun }
    await says(page, waits)
    release()
    await page.waitForSelector("html[data-ready=compiler]")
    await says(page, { problems: /^No problems\.|note|warning/i, tests: /Run all/ })
    await page.click("[data-tab=graph]")
    await page.waitForSelector(".af-card")
    await page.click("[data-tab=code]")
    await page.waitForSelector(".code-line")
    await page.context().close()
  })

  it("says that the compiler did not load, and what to do; the text can still be written", async () => {
    const { page } = await playground.open({ until: "page", refuse: /\/language-[\w-]+\.js$/ })
    const failed = "The compiler did not load. Reload the page to try again."
    await says(page, { graph: failed, code: failed, run: failed, problems: failed, tests: failed, ...noRun })
    await page.waitForSelector("[data-editor=monaco]")
    await write(page, "// still here\n")
    await page.waitForFunction(() => document.querySelector(".view-lines")?.textContent?.includes("still") === true)
    await page.click("button[aria-label=Format]")
    await page.waitForSelector(`.notice-error >> text=${failed}`)
    await page.context().close()
  })

  it("says that the simulator did not load, and runs once it does", async () => {
    const { page } = await playground.open({ at: "?example=order-saga", refuse: /\/runner-[\w-]+\.js$/ })
    await page.click("[data-tab=run]")
    await page.click(".run-bar .button-primary:enabled")
    await page.waitForSelector(".run-problem >> text=The simulator did not load.")
    await says(page, { tests: /^The tests could not be loaded: The simulator did not load\./, ...noRun })
    await page.unroute(/\/runner-[\w-]+\.js$/)
    await page.click(".run-bar .button-primary:enabled")
    await page.waitForSelector(".gantt")
    expect(await page.locator(".run-problem").count()).toBe(0)
    await says(page, { tests: /Run all/ })
    await page.context().close()
  })

  it("says that the code printer did not load, and runs once it does", async () => {
    const { page } = await playground.open({ at: "?example=order-saga", refuse: /\/simulation-[\w-]+\.js$/ })
    await page.click("[data-tab=run]")
    await page.click(".run-bar .button-primary:enabled")
    await page.waitForSelector(".run-problem >> text=The code printer did not load.")
    await page.context().close()
  })

  it("says that the program has errors, and keeps what was understood before", async () => {
    const { page, problems } = await playground.open()
    await write(page, program)
    await page.click("[data-tab=code]")
    await page.waitForSelector(".code-line >> text=ping")
    await write(page, program.replace("return ping(id)", "return ping(id"))
    await expect.poll(() => page.locator(".preview-state").innerText()).toBe("from before the error")
    expect(await page.locator(".code-line", { hasText: "ping" }).count()).toBeGreaterThan(0)
    await page.click("[data-tab=graph]")
    await page.waitForSelector(".graph-note >> text=has errors")
    await page.waitForSelector('[data-id="Main/ping"]')
    await page.click("[data-tab=run]")
    await page.waitForSelector(".run-note >> text=has errors")
    expect(await page.locator(".run-bar .button-primary").isDisabled()).toBe(true)
    await says(page, { tests: "The program has errors: its tests can be run when it has none.", ...noRun })
    await page.click("[data-tab=problems]")
    await page.waitForSelector(".problem-error")
    await page.locator("[role=tab][data-tab=problems] .badge-error").waitFor()
    expect(problems).toEqual([])
    await page.context().close()
  })

  it("says what is wrong with the input of a run, and that a run is of an older text", async () => {
    const { page, problems } = await playground.open()
    await write(page, program)
    await page.waitForSelector('[data-id="Main/ping"]')
    await page.click("[data-tab=run]")
    await page.click(".run-input summary")
    await page.locator(".run-input textarea").fill("{ no JSON")
    await page.click(".run-bar .button-primary:enabled")
    await page.waitForSelector(".run-problem >> text=The input is not JSON")
    await page.locator(".run-input textarea").fill('{ "id": 7 }')
    await page.click(".run-bar .button-primary:enabled")
    await page.waitForSelector(".run-problem, .standing-why")
    await page.locator(".run-input textarea").fill('{ "id": "a" }')
    await page.click(".run-input summary")
    await page.click(".run-bar .button-primary:enabled")
    await page.waitForSelector(".gantt")
    expect(await page.locator(".run-problem").count()).toBe(0)
    await write(page, `${program}// more\n`)
    await page.waitForSelector(".run-note >> text=the text has changed since")
    expect(problems).toEqual([])
    await page.context().close()
  })

  it("says that an explanation or an example did not load, and loads it the next time", async () => {
    const { page } = await playground.open({ refuse: /explain\.json|examples\/trip-planner\.json/ })
    await write(page, "workflow Main(): string {\n  return nothing\n}\n")
    await page.locator(".problem-code").first().click()
    await page.waitForSelector("dialog[open] >> text=The explanation could not be loaded.")
    await page.keyboard.press("Escape")
    await page.selectOption(".example select", "trip-planner")
    await page.waitForSelector(".notice-error")
    await page.unroute(/explain\.json|examples\/trip-planner\.json/)
    await page.locator(".problem-code").first().click()
    await page.waitForSelector("dialog[open] >> text=Why")
    await page.context().close()
  })
})

describe("a list", () => {
  it("of none, of one and of many says so", async () => {
    const { page, problems } = await playground.open()
    const badge = page.locator("[role=tab][data-tab=problems] .badge-error")
    for (const [wrong, label] of [[1, "1 error"], [3, "3 errors"]] as const) {
      await write(page, `workflow Main(): string {\n${"  log nothing\n".repeat(wrong)}  return ""\n}\n`)
      await page.waitForFunction((many) => document.querySelectorAll(".problem-error").length === many, wrong)
      expect(await badge.getAttribute("aria-label")).toBe(label)
    }
    await write(page, program)
    await page.waitForFunction(() => document.querySelector(".problem-error") === null)
    expect(await badge.count()).toBe(0)
    await says(page, { tests: /^No tests yet/ })
    await write(page, program + test("one"))
    await says(page, { tests: /1 test\n/ })
    await write(page, program + Array.from({ length: 40 }, (_, at) => test(`number ${at}`)).join(""))
    await expect.poll(() => page.locator(".tests-count").innerText()).toBe("40 tests")
    expect(await page.locator(".test").count()).toBe(40)
    await page.locator(".tests-bar .button").click()
    await expect.poll(() => page.locator(".tests-count").innerText()).toBe("40 of 40 passed")
    await page.locator(".test").last().scrollIntoViewIfNeeded()
    // One workflow has a name, several are chosen from.
    await page.click("[data-tab=run]")
    await page.waitForSelector(".run-name >> text=Main")
    await write(page, `${program}workflow Other(): string {\n  return ""\n}\n`)
    await page.waitForSelector('[data-id="Main"]')
    await page.click("[data-tab=graph]")
    await page.waitForSelector(".graph-bar select")
    expect(await page.locator(".graph-bar option").allInnerTexts()).toEqual(["Main", "Other"])
    expect(problems).toEqual([])
    await page.context().close()
  })
})
