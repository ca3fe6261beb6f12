// The packed extension in code-server, used as a person does in Chromium: what is waited for stays until something else is done. `npm run test:long -- code-server`.

import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import type { FrameLocator, Locator } from "playwright-core"
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest"
import { codeServer } from "../../tasks/code-server.ts"
import { chromiumMissing } from "../harness/chromium.ts"
import { openWindow, patience, type Window } from "./window.ts"

const program = codeServer()
const asking = `enum Verdict { approve, decline, later }

human decide(what: string): Verdict { ask "Is {what} right?"  timeout 1h }

workflow Ask(what: string): string {
  dead letter "failed"
  return "{what}: {decide(what)}"
}
`
const missing = chromiumMissing() ?? (program === undefined ? "there is no code-server; `node tasks/code-server.ts` installs it where it can" : undefined)

if (missing !== undefined || program === undefined) {
  it(`the extension in code-server is left out: ${missing}`, () => expect(missing).toBeTruthy())
} else {
  describe.each([["beside code-server", false], ["in the window itself", true]])("the extension %s", { timeout: 240_000 }, (where, isWeb) => {
    let window: Window
    let lines: readonly string[]
    /** Counted from 1, as people do. */
    const lineOf = (text: string): number => lines.findIndex((line) => line.includes(text)) + 1

    beforeAll(async () => {
      window = await openWindow(program, { template: "approval", isWeb })
      lines = readFileSync(join(window.folder, "main.agentflow"), "utf8").split("\n")
    }, 240_000)
    afterEach(async ({ task }) => {
      await window.picture(`${task.result?.state === "fail" ? "failed " : ""}${where} ${task.name}`)
      if (task.result?.state === "fail") console.log(await window.said())
    })
    afterAll(() => window?.close())

    it("colours the text: by the grammar, and by what names mean", async () => {
      const { page } = window
      const colourOf = (text: string): Promise<string> =>
        page.locator(".view-line", { hasText: "tool release" }).locator("span span", { hasText: new RegExp(`^\\s*${text}\\s*$`) }).first().evaluate((element) => getComputedStyle(element as never).color)
      await page.locator(".codelens-decoration", { hasText: "worst case" }).waitFor(patience)
      // Semantic tokens follow the grammar's a while later: then a tool's name has a function's colour.
      await expect.poll(async () => new Set([await colourOf("tool"), await colourOf("release"), await colourOf("Draft")]).size, patience).toBe(3)
    })

    it("shows what is wrong, and mends it", async () => {
      const { page } = window
      await window.goTo(lines.length)
      await page.keyboard.insertText("workflow Other(): int { retrun 1 }")
      await page.locator(".squiggly-error").first().waitFor(patience)
      await window.goTo(lines.length, "workflow Other(): int { ret".length)
      await window.choose("Quick Fix...")
      await page.locator(".action-widget .monaco-list-row", { hasText: "return" }).first().click(patience)
      await expect.poll(() => page.locator(".squiggly-error").count(), patience).toBe(0)
      await page.locator(".view-line", { hasText: /return\s1/ }).first().waitFor(patience)
      await window.choose("File: Revert File")
      await expect.poll(() => page.locator(".view-line", { hasText: "Other" }).count(), patience).toBe(0)
    })

    it("completes", async () => {
      const { page } = window
      await window.goTo(lines.length)
      await page.keyboard.insertText("workf")
      await window.choose("Trigger Suggest")
      await page.locator(".suggest-widget .monaco-list-row", { hasText: "workflow" }).first().click(patience)
      // The snippet of a whole declaration, or the word: either is on a line of its own.
      await page.locator(".view-line", { hasText: /^workflow(?!\sPublish)/ }).waitFor(patience)
      await page.keyboard.press("Escape")
      await window.choose("File: Revert File")
      await expect.poll(() => page.locator(".view-line", { hasText: /^workflow(?!\sPublish)/ }).count(), patience).toBe(0)
    })

    it("tells what is known of a name", async () => {
      const at = lineOf("let draft")
      await window.goTo(at, lines[at - 1]!.indexOf("Writer") + 2)
      await window.choose("Show or Focus Hover")
      await window.page.locator(".monaco-hover", { hasText: "agent Writer" }).first().waitFor(patience)
      await window.page.keyboard.press("Escape")
    })

    it("shows the generated code beside, of the place of the cursor", async () => {
      const { page } = window
      await window.goTo(lineOf("let draft"))
      await window.choose("AgentFlow: Show Generated TypeScript Beside")
      await page.getByRole("tab", { name: /publish\.ts/ }).waitFor(patience)
      await page.locator(".view-line", { hasText: /yield\*.*Writer/ }).first().waitFor(patience)
      await window.goTo(lineOf("agent Writer"))
      await page.getByRole("tab", { name: /agents\.ts/ }).waitFor(patience)
    })

    it("draws the graph, and goes to the step that is clicked", async () => {
      const { page } = window
      await window.goTo(1)
      await window.choose("AgentFlow: Show Graph Beside")
      const graph: FrameLocator = page.frameLocator("iframe.webview.ready").frameLocator("iframe#active-frame")
      await graph.locator("svg").first().waitFor(patience)
      const step: Locator = graph.locator("[data-id][tabindex]", { hasText: "release" }).last()
      await step.press("Enter", patience)
      await expect.poll(() => window.place(), patience).toMatch(new RegExp(`Ln ${lineOf("return release")}\\b`))
    })

    if (isWeb) {
      it("starts nothing: there is no inbox, and the commands that run programs are not offered", async () => {
        const { page } = window
        await window.goTo(1)
        await window.choose("AgentFlow: Restart Language Server")
        await page.locator(".codelens-decoration", { hasText: "worst case" }).waitFor(patience)
        await page.keyboard.press("F1")
        await page.locator(".quick-input-widget input").first().fill(">AgentFlow: ")
        await page.locator(".quick-input-list .monaco-list-row", { hasText: "Show Graph Beside" }).waitFor(patience)
        const offered = await page.locator(".quick-input-list .monaco-list-row", { hasText: /^AgentFlow: / }).allInnerTexts()
        expect(offered.filter((text) => /Run|Test|Simulate|Cost/.test(text))).toEqual([])
        await page.keyboard.press("Escape")
        expect(await page.getByText("AgentFlow Inbox").count()).toBe(0)
      })
    } else {
      it("runs a test from the line above it", async () => {
        const { page } = window
        await window.goTo(lineOf('test "'))
        await page.locator(".codelens-decoration a", { hasText: "Run test" }).first().click(patience)
        await window.choose("Testing: Focus on Test Explorer View")
        await page.getByRole("treeitem", { name: /(publishes after a yes|main\.agentflow).*Passed/ }).first().waitFor(patience)
      })

      it("runs a workflow from the line above it, and answers what the run asks", async () => {
        const { page } = window
        await window.goTo(lineOf("workflow Publish"))
        await page.locator(".codelens-decoration a", { hasText: /Run$/ }).first().click(patience)
        await page.locator(".quick-input-widget", { hasText: "topic" }).first().waitFor(patience)
        await page.locator(".quick-input-widget input").first().fill("crashes")
        await page.keyboard.press("Enter")
        // What is typed is checked first: another question meanwhile would take the place of this one.
        await page.locator(".quick-input-widget").first().waitFor({ ...patience, state: "hidden" })
        await window.choose("Explorer: Focus on AgentFlow Inbox View")
        const question = page.getByRole("treeitem", { name: /Round 1: publish/ })
        await question.click(patience)
        await page.locator(".quick-input-list .monaco-list-row", { hasText: "publish" }).first().click(patience)
        await expect.poll(() => window.agentflow("runs", "--json"), { timeout: patience.timeout, interval: 1_000 }).toMatch(/"status": ?"completed"/)
      })

      it("approves and rejects with the buttons of the inbox, and the runs end with that", async () => {
        const { page } = window
        writeFileSync(join(window.folder, "ask.agentflow"), asking)
        window.agentflow("build", "ask.agentflow")
        const runs = ["yes", "no"].map((id) => window.run("ask.agentflow", "--input", JSON.stringify({ what: id }), "--id", id))
        await window.choose("Explorer: Focus on AgentFlow Inbox View")
        for (const [id, button] of [["yes", "Approve"], ["no", "Reject"]]) {
          const question = page.getByRole("treeitem", { name: new RegExp(`Is ${id} right`) })
          await question.waitFor(patience)
          // The buttons are there while the pointer is; a click that comes while the list is drawn again is lost.
          await vi.waitUntil(async () => {
            await question.hover({ timeout: 5_000 }).catch(() => {})
            await question.getByRole("button", { name: button! }).click({ timeout: 5_000 }).catch(() => {})
            return question.waitFor({ timeout: 15_000, state: "detached" }).then(() => true, () => false)
          }, patience)
        }
        expect(await Promise.all(runs)).toMatchObject([{ status: "completed", output: "yes: approve" }, { status: "completed", output: "no: decline" }])
      })
    }
  })
}
