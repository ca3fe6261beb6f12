// Runs in a real browser: played, broken by mouse and keyboard, answered, rewound, exported as a test, shared.

import { readFileSync } from "node:fs"
import { unzipSync, strFromU8, deflateSync } from "fflate"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { Page } from "playwright-core"
import { startPlayground, write, type Playground } from "./page.ts"

let playground: Playground
beforeAll(async () => {
  playground = await startPlayground()
}, 60_000)
afterAll(() => playground.stop())

async function started(at: string): Promise<{ page: Page; problems: readonly string[] }> {
  const made = await playground.open({ at })
  await made.page.click("[data-tab=run]")
  await made.page.selectOption(".transport-speed", "4")
  await made.page.click(".run-bar .button-primary:enabled")
  await made.page.waitForSelector(".gantt-bar")
  return made
}

const status = (page: Page): Promise<string | null> => page.locator(".standing h2").first().textContent()

describe("a run", () => {
  it("plays to its end, shows steps, budget and result, and can be looked at at any moment by keyboard", async () => {
    const { page, problems } = await started("?example=order-saga")
    await expect.poll(() => status(page), { timeout: 20_000 }).toContain("Completed")
    expect(await page.locator(".run-completed").count()).toBeGreaterThan(1)
    await page.locator(".transport .slider").focus()
    await page.keyboard.press("Home")
    expect(await status(page)).toContain("0 ms")
    for (let presses = 0; presses < 5; presses++) await page.keyboard.press("ArrowRight")
    expect(await page.locator(".transport .slider").getAttribute("aria-valuetext")).toMatch(/ms/)
    await page.click("[data-tab=history]")
    await page.locator(".event").last().click()
    expect(await status(page)).toContain("Completed")
    expect(problems).toEqual([])
    await page.context().close()
  })

  it("survives a fault that is chosen and dropped by keyboard, retries, and undoes when it can't", async () => {
    const { page, problems } = await started("?example=order-saga")
    await expect.poll(() => status(page), { timeout: 20_000 }).toContain("Completed")
    await page.locator(".palette .fault", { hasText: "503" }).focus()
    await page.keyboard.press("Enter")
    await page.locator(".graph-view .af-card", { hasText: "charge" }).first().focus()
    await page.keyboard.press("Enter")
    await page.waitForSelector(".set-fault >> text=unavailable at charge")
    await expect.poll(() => status(page), { timeout: 20_000 }).toContain("Completed")
    expect(await page.locator(".gantt-failed").count()).toBe(1)
    await page.locator(".palette .fault", { hasText: "Down" }).click()
    await page.locator(".graph-view .af-card", { hasText: "ship" }).first().click()
    await expect.poll(() => status(page), { timeout: 20_000 }).toContain("Failed")
    await page.waitForSelector(".stack-done")
    await page.waitForSelector("text=dead letter")
    await page.locator(".set-fault button").last().click()
    await expect.poll(() => status(page), { timeout: 20_000 }).toContain("Completed")
    expect(problems).toEqual([])
    await page.context().close()
  })

  it("is started from the graph, or by the first fault that is dropped, which is then survived in sight", async () => {
    const { page, problems } = await playground.open({ at: "?example=order-saga" })
    await page.waitForSelector('[data-id="Fulfil/charge"]')
    await page.click(".graph-run:enabled")
    await page.waitForSelector(".gantt-bar")
    const other = await playground.open({ at: "?example=order-saga" })
    await other.page.click("[data-tab=run]")
    await other.page.waitForSelector(".run-bar .button-primary:enabled")
    await other.page.selectOption(".transport-speed", "4")
    await other.page.locator(".palette .fault", { hasText: "503" }).click()
    await other.page.locator('[data-id="Fulfil/charge"]').click()
    await other.page.waitForSelector(".set-fault >> text=unavailable at charge")
    await other.page.waitForSelector(".standing-completed >> text=1 failed attempt survived")
    expect([...problems, ...other.problems]).toEqual([])
    await page.context().close()
    await other.page.context().close()
  })

  it("survives a crash that is dragged onto a step", async () => {
    const { page, problems } = await started("?example=order-saga")
    await expect.poll(() => status(page), { timeout: 20_000 }).toContain("Completed")
    await page.locator(".palette .fault", { hasText: "Crash" }).dragTo(page.locator(".graph-view .af-card", { hasText: "charge" }).first())
    await page.waitForSelector("text=crash survived")
    await expect.poll(() => status(page), { timeout: 20_000 }).toContain("Completed")
    expect(await page.locator(".gantt-crash").count()).toBe(1)
    expect(await page.locator(".facts").textContent()).toContain("done once")
    expect(problems).toEqual([])
    await page.context().close()
  })

  it("asks the visitor, and goes on with the answer", async () => {
    const { page, problems } = await started("")
    await page.waitForSelector(".inbox .question-text >> text=Publish")
    await page.locator(".choices .button", { hasText: "publish" }).click()
    await expect.poll(() => status(page), { timeout: 20_000 }).toContain("Completed")
    expect(await page.locator(".facts").textContent()).toContain("postToSlack")
    expect(problems).toEqual([])
    await page.context().close()
  })

  it("tries every fault at every step, and a cell opens its run", async () => {
    const { page, problems } = await started("?example=order-saga")
    await expect.poll(() => status(page), { timeout: 20_000 }).toContain("Completed")
    await page.click("text=Fault everywhere")
    await page.waitForFunction(() => document.querySelectorAll(".matrix button.cell").length === document.querySelectorAll(".matrix td").length, undefined, { timeout: 40_000 })
    expect(await page.locator(".cell-fine").count()).toBeGreaterThan(8)
    // Two lines were reserved: the first stands for both, and says so.
    expect(await page.locator(".matrix tbody th").first().innerText()).toContain("the first of 2 alike")
    await page.locator(".cell-undone, .cell-failed").first().click()
    await page.waitForSelector(".set-fault")
    expect(problems).toEqual([])
    await page.context().close()
  })

  it("is exported as a test, which runs as the run did", async () => {
    const { page, problems } = await started("?example=order-saga")
    await expect.poll(() => status(page), { timeout: 20_000 }).toContain("Completed")
    await page.locator(".palette .fault", { hasText: "429" }).click()
    await page.locator(".graph-view .af-card", { hasText: "charge" }).first().click()
    await page.waitForSelector(".set-fault >> text=rate_limited at charge")
    await page.locator(".palette .fault", { hasText: "Crash" }).click()
    await page.locator(".graph-view .af-card", { hasText: "reserve" }).first().click()
    await page.waitForSelector(".set-fault >> text=crash during for")
    await page.waitForSelector("text=crash survived")
    const events = await page.locator(".transport .slider").getAttribute("max")
    await page.click("text=Export as test")
    const row = page.locator(".test", { hasText: "survives what was tried" })
    await row.locator("button[aria-label^='Run the test']").click()
    await page.waitForSelector(".card >> text=Test passed")
    expect(await page.locator(".transport .slider").getAttribute("max")).toBe(events)
    expect(await page.locator(".gantt-crash, .gantt-failed").count()).toBe(0)
    await page.click("[data-tab=timeline]")
    await page.waitForSelector(".gantt-crash")
    expect(problems).toEqual([])
    await page.context().close()
  })
})

describe("a test of the program", () => {
  const program = `tool ping(id: string): string = POST "https://a.test/{id}" {
  irreversible "it is sent"
  idempotent
  retry 1 times on unavailable
}
workflow Main(id: string): string {
  dead letter "failed"
  return ping(id)
}
test "is sent once" {
  crash everywhere
  run Main("a")
  expect ping effect once
}
test "is never tried again" {
  given ping fails unavailable 1 times, then returns "pong"
  run Main("a")
  expect ping called 1 times
}
`

  it("is run by its lens or from the list, and says why it fails, with its line and its run", async () => {
    const { page, problems } = await playground.open()
    await write(page, program)
    await page.waitForSelector('[data-id="Main/ping"]')
    await page.locator(".codelens-decoration a", { hasText: /Run test$/ }).first().click()
    await page.waitForSelector(".card >> text=Test passed")
    expect(await page.locator(".card p").first().textContent()).toMatch(/is sent once, in \d+ worlds/)
    await page.locator("button[aria-label='Run the test: is never tried again']").focus()
    await page.keyboard.press("Enter")
    await page.waitForSelector(".card >> text=Test failed")
    expect(await page.locator(".test-failed .test-why").textContent()).toBe("line 18 expected called 1 times, but called 2 times")
    await page.click("[data-tab=timeline]")
    expect(await page.locator(".gantt-failed").count()).toBe(1)
    await page.click("[data-tab=tests]")
    await page.locator(".test-failed .test-line").first().click()
    await page.waitForFunction(() => document.querySelector(".line-numbers.active-line-number")?.textContent === "18")
    await page.click("text=Run all")
    await page.waitForSelector(".tests-count >> text=1 of 2 passed")
    expect(problems).toEqual([])
    await page.context().close()
  })
})

describe("a link", () => {
  it("holds files, cursor, run and faults", async () => {
    const { page } = await started("?example=order-saga")
    await expect.poll(() => status(page), { timeout: 20_000 }).toContain("Completed")
    await page.locator(".palette .fault", { hasText: "503" }).click()
    await page.locator(".graph-view .af-card", { hasText: "charge" }).first().click()
    await page.waitForSelector(".set-fault")
    await page.click("text=Share")
    await page.waitForFunction(() => location.hash.startsWith("#v1."))
    const hash = await page.evaluate(() => location.hash)
    await page.context().close()
    const other = await playground.open({ at: hash })
    await other.page.waitForSelector(".set-fault >> text=unavailable at charge")
    await other.page.waitForSelector("[data-tab='order-saga.agentflow']")
    expect(other.problems).toEqual([])
    await other.page.context().close()
  })

  it("of the first version still opens; a damaged or newer one says so", async () => {
    const text = "workflow Old(id: string): string {\n  return id\n}\n"
    const first = `#v0.${Buffer.from(deflateSync(new TextEncoder().encode(JSON.stringify({ text })))).toString("base64url")}`
    const { page } = await playground.open({ at: first })
    await page.waitForSelector('[data-id="Old"]')
    await page.goto(`${playground.origin}?again#v9.abcd`)
    await page.waitForSelector(".notice-error >> text=newer")
    await page.goto(`${playground.origin}?more#v1.%%%`)
    await page.waitForSelector("[data-id='DailyBrief']")
    await page.context().close()
  })
})

describe("a download", () => {
  const downloaded = async (page: Page): Promise<ReadonlyMap<string, string>> => {
    const [download] = await Promise.all([page.waitForEvent("download"), page.click("text=Download")])
    return new Map(Object.entries(unzipSync(new Uint8Array(readFileSync(await download.path())))).map(([path, bytes]) => [path, strFromU8(bytes)]))
  }

  it("is a project: its files, what they import, and a README with the commands", async () => {
    const { page } = await playground.open({ at: "?example=order-saga" })
    await page.waitForSelector("[data-tab='order-saga.agentflow']")
    const files = await downloaded(page)
    expect([...files.keys()]).toEqual(expect.arrayContaining(["EXAMPLE.md", "README.md", "input.json", "order-saga.agentflow", "services.ts", "shared/local-services.ts"].map((path) => `order-saga/${path}`)))
    expect(files.get("order-saga/README.md")).toContain("npx agentflow run order-saga.agentflow --input @input.json")
    await page.context().close()
  })

  it("of the first example has the files that only a real run needs, and an input of its type", async () => {
    const { page, problems } = await playground.open()
    const files = await downloaded(page)
    expect([...files.keys()]).toEqual(expect.arrayContaining(["tools.ts", "services.ts", "EXAMPLE.md", "input.json"].map((path) => `daily-brief/${path}`)))
    expect(Object.keys(JSON.parse(files.get("daily-brief/input.json")!) as object)).toEqual(["topic"])
    expect(problems).toEqual([])
    await page.context().close()
  })
})
