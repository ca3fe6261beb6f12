// Graph and generated code in a real browser: both follow the text and lead back to it; the graph changes the text.

import type { Page } from "playwright-core"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { read, startPlayground, write, type Playground } from "./page.ts"

let playground: Playground
beforeAll(async () => {
  playground = await startPlayground()
}, 60_000)
afterAll(() => playground.stop())

const program = `tool first(id: string): string = GET "https://a.test/{id}" {
  reads
  retry 2 times
}
tool second(id: string): string = GET "https://b.test/{id}" {
  reads
  retry 2 times
}
workflow Main(id: string): string {
  dead letter "failed"
  // what comes in
  let a = first(id)
  let b = second(a)
  return b
}
`

async function opened(): Promise<{ page: Page; problems: readonly string[] }> {
  const made = await playground.open()
  await write(made.page, program)
  await made.page.waitForSelector('[data-id="Main/first"]')
  return made
}

describe("the graph", () => {
  it("is drawn as the text changes, and a broken text keeps what is understood", async () => {
    const { page, problems } = await opened()
    await write(page, program.replace("let b = second(a)", "let b = second(a)\n  second(b"))
    await page.waitForSelector(".graph-note")
    expect(await page.locator('[data-id="Main/first"]').count()).toBe(1)
    expect(problems).toEqual([])
    await page.context().close()
  })

  it("leads to the source by mouse and by keyboard, and follows the cursor", async () => {
    const { page } = await opened()
    await page.click('[data-id="Main/second"]')
    await page.waitForSelector('[data-id="Main/second"].is-at')
    await page.locator(".af-graph [tabindex='0']").focus()
    await page.keyboard.press("ArrowUp")
    await page.keyboard.press("Enter")
    await page.waitForSelector('[data-id="Main/first"].is-at')
    await page.context().close()
  })

  it("does not jump as the text changes: a step stays the same element, at its place, or moves there from it", async () => {
    const { page, problems } = await opened()
    await page.click('[data-id="Main/second"]')
    await page.waitForSelector('[data-id="Main/second"].is-at')
    const placeOf = (id: string): Promise<{ readonly x: number; readonly y: number }> => page.locator(`[data-id="${id}"] > .af-frame`).evaluate((frame) => {
      const { x, y } = frame.getBoundingClientRect()
      return { x: Math.round(x), y: Math.round(y) }
    })
    await page.evaluate(() => Object.assign(globalThis, { kept: [...document.querySelectorAll(".af-graph [data-id]")] }))
    const [first, second] = [await placeOf("Main/first"), await placeOf("Main/second")]
    // Below what is looked at: nothing above it moves.
    await write(page, program.replace("return b", "let c = first(b)\n  return c"))
    await page.waitForSelector('[data-id="Main/first#2"], [data-id="Main/first~2"]')
    expect([await placeOf("Main/first"), await placeOf("Main/second")]).toEqual([first, second])
    // Above it, and taken away again: it ends where it was.
    await write(page, program.replace("let a =", "log \"begins\"\n  let a ="))
    await page.waitForFunction(() => document.querySelectorAll(".af-graph [data-id*='log']").length > 0)
    await write(page, program)
    await page.waitForFunction(() => document.querySelectorAll(".af-graph [data-id*='log']").length === 0)
    expect([await placeOf("Main/first"), await placeOf("Main/second")]).toEqual([first, second])
    expect(await page.evaluate(() => (globalThis as unknown as { kept: Element[] }).kept.filter((each) => !each.isConnected).map((each) => (each as HTMLElement).dataset["id"]))).toEqual([])
    await page.emulateMedia({ reducedMotion: "no-preference" })
    expect(await page.locator('[data-id="Main/second"]').evaluate((box) => getComputedStyle(box).transition)).toMatch(/^transform 0\.22s/)
    expect(problems).toEqual([])
    await page.context().close()
  })

  it("does not hold typing up: what is typed stands there while the compiler has not answered", async () => {
    const { page, release } = await playground.open({ until: "page", holdBack: /\/language-[\w-]+\.js$/ })
    await page.waitForSelector("[data-editor=monaco]")
    await write(page, program)
    await page.keyboard.type("// on and on")
    await page.waitForFunction(() => document.querySelector(".view-lines")?.textContent?.includes("on and") === true || document.querySelector(".view-lines")?.textContent?.includes("on\u00a0and") === true)
    expect(await page.locator(".af-graph").count()).toBe(0)
    release()
    await page.waitForSelector('[data-id="Main/second"]')
    await page.context().close()
  })

  it("moves, adds and deletes steps and changes clauses; the text is formatted and keeps its comment", async () => {
    const { page, problems } = await opened()
    await page.click('[data-id="Main/first"]')
    await page.click(".inspector >> text=Down")
    await expect.poll(() => read(page)).toMatch(/second\(a\)\n\s+\/\/ what comes in\n\s+let a = first/)
    await page.click('[data-id="Main/first"]')
    await page.click(".inspector >> text=Up")
    await expect.poll(() => read(page)).toMatch(/first\(id\)[^\n]*\n\s+let b/)
    await page.click('[data-id="Main/first"]')
    await page.fill("input[aria-label='New clause']", "timeout 7s")
    await page.keyboard.press("Enter")
    await expect.poll(() => read(page)).toMatch(/first\(id\)[^\n]*\n\s+timeout 7s/)
    await page.click('[data-id="Main/second"]')
    await page.selectOption(".add-step select", "first")
    await page.click(".inspector >> text=Add after")
    await expect.poll(() => read(page)).toContain('first(id: "")')
    await page.click('[data-id="Main/first#2"], [data-id="Main/first~2"]')
    await page.click(".inspector >> text=Delete")
    await expect.poll(() => read(page)).not.toContain('first(id: "")')
    expect(await read(page)).toContain("// what comes in")
    expect(problems).toEqual([])
    await page.context().close()
  })
})

describe("the generated code", () => {
  it("shows every kind of file, follows the cursor and leads back", async () => {
    const { page, problems } = await opened()
    await page.click("[data-tab=code]")
    await page.waitForSelector(".code-line")
    const files = await page.locator(".preview-bar option").evaluateAll((all) => all.map((option) => (option as HTMLOptionElement).value))
    for (const pattern of [/^workflows\/.*\.ts$/, /\.yaml$/, /schemas?/, /tools\.ts$/]) expect(files.some((path) => pattern.test(path)), String(pattern)).toBe(true)
    await page.waitForSelector(".code-line >> text=second")
    const line = page.locator(".code-line", { hasText: "run.call(second" }).first()
    await line.click()
    await expect.poll(() => page.locator(".code-linked").first().textContent()).toContain("second")
    expect(problems).toEqual([])
    await page.context().close()
  })

  it("and the source mark each other under the pointer", async () => {
    const { page, problems } = await opened()
    await page.click("[data-tab=code]")
    await page.locator(".code-line", { hasText: "run.call(first" }).first().hover()
    await page.waitForSelector(".monaco-editor .linked-line")
    const marked = (): Promise<string | null> => page.evaluate(() => {
      const mark = document.querySelector(".monaco-editor .linked-line")
      const top = mark?.getBoundingClientRect().top
      return [...document.querySelectorAll(".view-line")].find((line) => Math.abs(line.getBoundingClientRect().top - (top ?? NaN)) < 4)?.textContent?.replaceAll("\u00a0", " ") ?? null
    })
    await expect.poll(marked).toContain("= first(id)")
    await page.locator(".code-line", { hasText: "run.call(second" }).first().hover()
    await expect.poll(marked).toContain("= second(a)")
    // The other way: the line under the pointer, not the one of the cursor.
    const line = (text: string) => page.locator(".view-line", { hasText: text }).locator("span span").last()
    await line("second(a)").click()
    await expect.poll(() => page.locator(".code-linked").first().textContent()).toContain("run.call(second")
    await line("first(id)").hover()
    await expect.poll(() => page.locator(".code-linked").first().textContent()).toContain("run.call(first")
    // A cursor that moves says more than a pointer that rests.
    await page.keyboard.press("ArrowLeft")
    await expect.poll(() => page.locator(".code-linked").first().textContent()).toContain("run.call(second")
    expect(problems).toEqual([])
    await page.context().close()
  })

  it("marks what the last edit changed", async () => {
    const { page } = await opened()
    await page.click("[data-tab=code]")
    await page.waitForSelector(".code-line")
    await write(page, program.replace('dead letter "failed"', 'dead letter "lost"\n  deadline 3d'))
    await page.waitForSelector(".code-added >> text=3d")
    await page.click("text=Last change")
    await page.waitForSelector(".code-removed >> text=failed")
    await page.context().close()
  })

  it("follows the project's config, whose mistakes are problems at their place", async () => {
    const { page, problems } = await playground.open({ at: "?example=order-saga" })
    await page.click("[data-tab='agentflow.config.yaml']")
    await write(page, "dapr:\n  stateStore: orders-db\nrules:\n  AF5001: off\n")
    await page.click("[data-tab=code]")
    await page.waitForSelector(".code-line")
    await page.selectOption(".preview-bar select", "dapr/components/statestore.yaml")
    await page.waitForSelector(".code-line >> text=orders-db")
    await write(page, "dapr:\n  stateStorr: orders-db\n")
    await page.waitForSelector(".problem-error .problem-text >> text='stateStorr' is not a setting here")
    expect(await page.locator(".problem-error .problem-place").textContent()).toBe("agentflow.config.yaml:2:3")
    await write(page, "rules:\n  AF9999: off\n")
    await page.waitForSelector(".problem-error .problem-text >> text=there is no rule AF9999")
    await write(page, "rules: {}\n")
    await page.waitForFunction(() => document.querySelector(".problem-error") === null)
    expect(problems).toEqual([])
    await page.context().close()
  })
})
