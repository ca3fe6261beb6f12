// npm run bench -- playground: what a visitor waits for, in a real Chromium against the built page; limits are the project's own.

import { gzipSync } from "node:zlib"
import type { Page } from "playwright-core"
import { playgroundFiles } from "../../cli/studio/static-files.ts"
import { serveStudio } from "../../cli/studio/server.ts"
import { site } from "../../tasks/playground/build.ts"
import { startChromium } from "../../test/harness/chromium.ts"

interface Row {
  readonly name: string
  readonly unit: "ms" | "bytes"
  readonly limit: number
  readonly ours: number
}

const notCompared = "Not compared: the playground of TypeSpec. The only build material on npm, @typespec/playground 0.1.0, is parts for TypeSpec 0.53 (the compiler is at 1.17) that a\nsite of one's own puts together with Vite and React; the site that runs today (@typespec/playground-website) is not published."

export async function main(_argv: readonly string[]): Promise<number> {
  const server = await serveStudio({ files: playgroundFiles([site]), port: 0, mayChoosePort: false })
  const origin = server.url
  const browser = await startChromium()
  const rows: Row[] = []
  try {
    const fresh = async (): Promise<Page> => (await browser.newContext({ viewport: { width: 1440, height: 900 }, serviceWorkers: "block", permissions: ["clipboard-read", "clipboard-write"] })).newPage()
    rows.push(...await firstLoad(fresh, origin))
    const page = await fresh()
    await page.goto(origin)
    await page.waitForSelector("[data-editor=monaco]")
    await page.waitForSelector("html[data-ready=compiler]")
    rows.push(...await typing(page))
    rows.push(await travelling(page))
  } finally {
    await browser.close()
    await server.close()
  }
  for (const { name, unit, limit, ours } of rows) console.log(`${name.padEnd(34)} ${shown(ours, unit).padStart(12)}   limit ${shown(limit, unit).padStart(10)}`)
  console.log(notCompared)
  console.log(JSON.stringify({ ratios: Object.fromEntries(rows.map(({ name, limit, ours }) => [name, Number((limit / ours).toFixed(2))])) }))
  return 0
}

function shown(value: number, unit: Row["unit"]): string {
  return unit === "bytes" ? `${(value / 1000).toFixed(0)} KB` : `${value.toFixed(1)} ms`
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!
}

/** Everything that is loaded until diagnostics, completion and graph work, gzipped; and when the text can be edited. */
async function firstLoad(fresh: () => Promise<Page>, origin: string): Promise<readonly Row[]> {
  const editable: number[] = []
  let bytes = 0
  let beforeEditable = 0
  for (let round = 0; round < 5; round++) {
    const page = await fresh()
    const loaded: Promise<number>[] = []
    page.on("response", (response) => void loaded.push(response.body().then((body) => (/\.(woff2|ttf)$/.test(response.url()) ? body.length : gzipSync(body).length), () => 0)))
    await page.goto(origin)
    await page.waitForSelector(".editor-host > *")
    editable.push(await page.evaluate(() => performance.getEntriesByName("agentflow.editable")[0]!.startTime))
    beforeEditable = await page.evaluate(() => performance.getEntriesByType("resource").filter(({ startTime }) => startTime < performance.getEntriesByName("agentflow.editable")[0]!.startTime).length)
    await page.waitForSelector("[data-editor=monaco]")
    await page.waitForSelector("html[data-ready=compiler]")
    await page.waitForSelector(".af-card")
    await page.waitForTimeout(1500)
    bytes = (await Promise.all(loaded)).reduce((sum, each) => sum + each, 0)
    await page.context().close()
  }
  console.log(`files asked for before the text could be edited: ${beforeEditable}`)
  return [{ name: "editable.cold", unit: "ms", limit: 1000, ours: median(editable) }, { name: "size.firstLoad", unit: "bytes", limit: 1_200_000, ours: bytes }]
}

/** 500 lines, 100 steps. */
function program(): string {
  const tools = Array.from({ length: 80 }, (_, index) => `tool fetch${index}(url: string): string = GET "https://a.test/${index}/{url}" {\n  reads\n  retry 2 times\n  timeout 20s\n}`)
  const calls = Array.from({ length: 100 }, (_, index) => `  let page${index} = fetch${index % 80}(url)`)
  return `${tools.join("\n")}\nworkflow Main(url: string): string {\n  dead letter "failed"\n${calls.join("\n")}\n  log "done 1"\n  return [${Array.from({ length: 100 }, (_, index) => `page${index}`).join(", ")}].join(url)\n}\n`
}

/** From the key to the change on the page, in what `selector` shows. */
async function latencies(page: Page, { selector, keys }: { readonly selector: string; readonly keys: readonly string[] }): Promise<readonly number[]> {
  const found: number[] = []
  for (const key of keys) {
    const measured = page.evaluate((wanted) => new Promise<number>((resolve) => {
      let pressed: number | undefined
      setTimeout(() => resolve(Number.NaN), 3000)
      addEventListener("keydown", () => {
        pressed = performance.now()
      }, { capture: true, once: true })
      const watch = new MutationObserver(() => {
        if (pressed === undefined) return
        watch.disconnect()
        resolve(performance.now() - pressed)
      })
      watch.observe(document.querySelector(wanted)!, { subtree: true, childList: true, characterData: true, attributes: true })
    }), selector)
    await page.waitForTimeout(30)
    await page.keyboard.press(key)
    const took = await measured
    if (!Number.isNaN(took)) found.push(took)
    await page.waitForTimeout(350)
  }
  // A key that changes nothing in sight is a fault of the bench, not a fast answer.
  if (found.length < keys.length / 2) throw new Error(`only ${found.length} of ${keys.length} keys changed ${selector}`)
  return found
}

async function typing(page: Page): Promise<readonly Row[]> {
  await page.evaluate((text) => navigator.clipboard.writeText(text), program())
  await page.locator(".editor-host").click({ position: { x: 200, y: 60 } })
  await page.keyboard.press("ControlOrMeta+a")
  await page.keyboard.press("ControlOrMeta+v")
  await page.waitForSelector('[data-id^="Main/fetch79"]')
  // Behind the number of the text `done 1`, third line from the end.
  await page.keyboard.press("ControlOrMeta+End")
  for (let up = 0; up < 3; up++) await page.keyboard.press("ArrowUp")
  await page.keyboard.press("End")
  await page.keyboard.press("ArrowLeft")
  await page.waitForTimeout(500)
  const toggles = Array.from({ length: 8 }, (_, index) => [String(index % 10), "Backspace"]).flat()
  const graph = await latencies(page, { selector: ".graph-sheet", keys: toggles })
  await page.click("[data-tab=code]")
  await page.waitForSelector(".code-line")
  await page.waitForTimeout(800)
  await page.locator(".monaco-editor textarea, .monaco-editor .native-edit-context").first().focus()
  const preview = await latencies(page, { selector: ".code-shown", keys: toggles })
  await page.keyboard.press("End")
  const diagnostics = await latencies(page, { selector: ".lower .tab-panel", keys: Array.from({ length: 8 }, () => ["x", "Backspace"]).flat() })
  return [
    { name: "typing.diagnostics", unit: "ms", limit: 50, ours: median(diagnostics) },
    { name: "typing.preview", unit: "ms", limit: 100, ours: median(preview) },
    { name: "typing.graph", unit: "ms", limit: 50, ours: median(graph) },
  ]
}

/** From the slider's change to the page that shows the other moment, without the browser's own painting. */
async function travelling(page: Page): Promise<Row> {
  await page.click("[data-tab=run]")
  await page.click(".run-bar .button-primary:enabled")
  await page.waitForSelector(".gantt-bar")
  await page.click("button[aria-label=Pause]").catch(() => undefined)
  const all = await page.evaluate(async () => {
    const slider = document.querySelector<HTMLInputElement>(".transport .slider")!
    const found: number[] = []
    for (let step = 0; step < 60; step++) {
      slider.value = String(Math.floor((Number(slider.max) * ((step * 7) % 60)) / 60))
      const started = performance.now()
      slider.dispatchEvent(new Event("input", { bubbles: true }))
      await new Promise<void>((resolve) => queueMicrotask(() => queueMicrotask(resolve)))
      await new Promise<void>((resolve) => {
        const { port1, port2 } = new MessageChannel()
        port1.onmessage = () => resolve()
        port2.postMessage(null)
      })
      found.push(performance.now() - started)
    }
    return found
  })
  return { name: "timeTravel.step", unit: "ms", limit: 16.7, ours: median(all) }
}
