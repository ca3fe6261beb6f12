// What the language server knows, in Monaco in a real browser: hover, references, quick fixes and signatures, by mouse and by keyboard.

import type { Page } from "playwright-core"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { read, startPlayground, write, type Playground } from "./page.ts"

let playground: Playground
beforeAll(async () => {
  playground = await startPlayground()
}, 60_000)
afterAll(() => playground.stop())

const program = `/// Loads one page.
tool fetchPage(url: string, depth: int): string = GET "https://a.test/{url}/{depth}" {
  reads
  retry 2 times
}
workflow Main(url: string): string {
  dead letter "failed"
  let page = fetchPage(url, 1)
  let again = fetchPage(page, 2)
  return again
}
`

/** With the program read by the server: its graph is drawn. */
async function opened(text: string): Promise<{ readonly page: Page; readonly problems: readonly string[] }> {
  const made = await playground.open()
  await write(made.page, text)
  await made.page.waitForSelector('[data-id="Main"]')
  await made.page.waitForFunction(() => document.querySelector(".codelens-decoration") !== null)
  return made
}

/** Into the name of the tool, where it is declared. */
async function goToDeclaration(page: Page): Promise<void> {
  await page.locator(".editor-host").click({ position: { x: 200, y: 60 } })
  await page.keyboard.press("ControlOrMeta+Home")
  await page.keyboard.press("ArrowDown")
  for (let presses = 0; presses < 6; presses++) await page.keyboard.press("ArrowRight")
}

describe("in the editor", () => {
  it("a name tells what it is, under the pointer and by keyboard", async () => {
    const { page, problems } = await opened(program)
    await page.locator(".view-line span", { hasText: /^fetchPage$/ }).last().hover()
    const hover = page.locator(".monaco-hover:visible")
    await expect.poll(() => hover.allInnerTexts().then((all) => all.join())).toContain("Loads one page.")
    expect((await hover.allInnerTexts()).join()).toContain("fetchPage(url: string, depth: int)")
    await page.mouse.move(5, 5)
    await page.keyboard.press("Escape")
    await goToDeclaration(page)
    await page.keyboard.press("ControlOrMeta+k")
    await page.keyboard.press("ControlOrMeta+i")
    await expect.poll(() => hover.allInnerTexts().then((all) => all.join())).toContain("Loads one page.")
    expect(problems).toEqual([])
    await page.context().close()
  })

  it("all uses of a name are listed, and one leads there", async () => {
    const { page, problems } = await opened(program)
    await goToDeclaration(page)
    await page.keyboard.press("Shift+F12")
    await page.waitForSelector(".reference-zone-widget")
    const rows = page.locator(".reference-zone-widget .ref-tree .monaco-list-row")
    await expect.poll(() => rows.count()).toBeGreaterThanOrEqual(3)
    await rows.last().dblclick()
    await page.waitForFunction(() => document.querySelector(".line-numbers.active-line-number")?.textContent === "9")
    expect(problems).toEqual([])
    await page.context().close()
  })

  it("a mistake offers what mends it", async () => {
    const { page, problems } = await opened(program.replace("fetchPage(page", "fetchPge(page"))
    await page.waitForSelector(".squiggly-error")
    await page.locator(".problem-error .problem-go").first().click()
    await page.waitForFunction(() => document.querySelector(".line-numbers.active-line-number")?.textContent === "9")
    await page.keyboard.press("ControlOrMeta+.")
    await page.waitForSelector(".action-widget .monaco-list-row >> text=fetchPage")
    await page.locator(".action-widget .monaco-list-row", { hasText: "fetchPage" }).first().click()
    await page.waitForFunction(() => document.querySelector(".problem-error") === null)
    expect(await read(page)).toContain("let again = fetchPage(page, 2)")
    expect(problems).toEqual([])
    await page.context().close()
  })

  it("a call shows its signature, and the parameter that is next", async () => {
    const { page, problems } = await opened(program)
    await page.keyboard.press("ControlOrMeta+End")
    await page.keyboard.type("workflow Other(url: string): string {\n  let it = fetchPage(")
    const hints = page.locator(".parameter-hints-widget.visible")
    await expect.poll(() => hints.allInnerTexts().then((all) => all.join())).toContain("fetchPage(url: string, depth: int)")
    expect(await hints.locator(".parameter.active").innerText()).toBe("url: string")
    await page.keyboard.type("url, ")
    await expect.poll(() => hints.locator(".parameter.active").innerText()).toBe("depth: int")
    expect(problems).toEqual([])
    await page.context().close()
  })
})
