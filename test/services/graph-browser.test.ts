// Pictures of workflows in a real browser: text is measured there, in both themes, with the fonts of this machine.

import { existsSync, globSync, readFileSync } from "node:fs"
import { join } from "node:path"
import type { Browser } from "playwright-core"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { graphsOf } from "../../services/graph.ts"
import { layoutOf } from "../../services/graph/layout.ts"
import { svgOf } from "../../services/graph/svg.ts"
import { emptyHost } from "../../services/host.ts"
import { createWorkspace } from "../../services/workspace.ts"
import { chromiumMissing, startChromium } from "../harness/chromium.ts"

const workspace = createWorkspace({ ...emptyHost, readText: (path) => (existsSync(path) ? readFileSync(path, "utf8") : undefined) })
const pictures = globSync(join(import.meta.dirname, "../../examples/*/*.agentflow")).sort().flatMap((path) => graphsOf(workspace, path).map((graph) => ({ name: graph.name, svg: svgOf(layoutOf(graph)) })))

function inChromium(): void {
  let browser: Browser
  beforeAll(async () => {
    browser = await startChromium()
  })
  afterAll(() => browser.close())

  it.each(["light", "dark"] as const)("fit their texts, %s", async (colorScheme) => {
    const page = await browser.newPage({ colorScheme })
    const found: string[] = []
    for (const { name, svg } of pictures) {
      await page.setContent(`<!doctype html><title>${name}</title>${svg}`)
      found.push(...(await page.evaluate(outside)).map((problem) => `${name}: ${problem}`))
    }
    await page.close()
    expect(pictures.length).toBeGreaterThan(10)
    expect(found).toEqual([])
  })
}

const missing = chromiumMissing()
if (missing) it(`graphs in Chromium are left out: ${missing}`, () => expect(missing).toBeTruthy())
else describe("graphs in Chromium", inChromium)

/** Runs in the page: texts that leave their box or lie on another text of it. */
function outside(): readonly string[] {
  const problems: string[] = []
  for (const group of document.querySelectorAll("svg g:has(> rect)")) {
    const box = group.querySelector("rect")!.getBoundingClientRect()
    const texts = [...group.querySelectorAll(":scope > text")].map((text) => ({ text: text.textContent, at: text.getBoundingClientRect() }))
    for (const { text, at } of texts) {
      if (at.width === 0) problems.push(`'${text}' is not drawn`)
      if (at.left < box.left + 3 || at.right > box.right - 3 || at.top < box.top - 1 || at.bottom > box.bottom + 1) problems.push(`'${text}' leaves its box`)
      for (const other of texts) {
        if (other.at === at) continue
        if (at.left < other.at.right - 1 && other.at.left < at.right - 1 && at.top < other.at.bottom - 2 && other.at.top < at.bottom - 2) problems.push(`'${text}' lies on '${other.text}'`)
      }
    }
  }
  return problems
}
