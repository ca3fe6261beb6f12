// The built playground in a real Chromium: a page for a test, with everything that went wrong on it.

import { existsSync } from "node:fs"
import { join } from "node:path"
import type { Browser, BrowserContextOptions, Page } from "playwright-core"
import { playgroundFiles } from "../../cli/studio/static-files.ts"
import { serveStudio } from "../../cli/studio/server.ts"
import { buildPlayground, site } from "../../tasks/playground/build.ts"
import { startChromium } from "../harness/chromium.ts"

export interface Opened {
  readonly page: Page
  /** Errors and warnings of the console, exceptions, requests that failed. */
  readonly problems: readonly string[]
  /** Lets go what was held back. */
  readonly release: () => void
}

export interface OpenOptions {
  /** Behind the origin: "?example=order-saga", "#v1.…". */
  readonly at?: string
  readonly theme?: "dark" | "light" | "contrast"
  readonly width?: number
  readonly height?: number
  readonly until?: "page" | "compiler" | "editor"
  readonly context?: BrowserContextOptions
  /** Requests that get no answer until `release`. */
  readonly holdBack?: RegExp
  /** Requests that fail. */
  readonly refuse?: RegExp
}

export interface Playground {
  readonly origin: string
  readonly open: (options?: OpenOptions) => Promise<Opened>
  readonly stop: () => Promise<void>
}

export async function startPlayground(): Promise<Playground> {
  if (!existsSync(join(site, "index.html"))) await buildPlayground()
  const server = await serveStudio({ files: playgroundFiles([site]), port: 0, mayChoosePort: false })
  const origin = server.url
  const browser = await startChromium()
  return {
    origin,
    open: (options = {}) => openPage(browser, origin, options),
    async stop() {
      await browser.close()
      await server.close()
    },
  }
}

async function openPage(browser: Browser, origin: string, { at = "", theme = "dark", width = 1440, height = 900, until = "editor", context = {}, holdBack, refuse }: OpenOptions): Promise<Opened> {
  const made = await browser.newContext({ viewport: { width, height }, serviceWorkers: "block", reducedMotion: "reduce", permissions: ["clipboard-read", "clipboard-write"], ...context })
  await made.addInitScript((name) => localStorage.setItem("agentflow.theme", name), theme)
  const page = await made.newPage()
  page.setDefaultTimeout(45_000)
  const problems: string[] = []
  page.on("console", (message) => {
    const isExpected = message.text().startsWith("Service Worker registration blocked")
    if ((message.type() === "error" || message.type() === "warning") && !isExpected) problems.push(`${message.type()}: ${message.text()}`)
  })
  page.on("pageerror", (error) => problems.push(`exception: ${error.stack ?? error.message}`))
  page.on("requestfailed", (request) => problems.push(`failed: ${request.url()}`))
  page.on("response", (response) => {
    if (response.status() >= 400) problems.push(`${response.status()}: ${response.url()}`)
  })
  let release = (): void => undefined
  if (holdBack !== undefined) {
    const released = new Promise<void>((resolve) => { release = resolve })
    await page.route(holdBack, (route) => released.then(() => route.continue()))
  }
  if (refuse !== undefined) await page.route(refuse, (route) => route.abort())
  await page.goto(origin + at)
  if (until !== "page") await page.waitForSelector("html[data-ready=compiler]")
  if (until === "editor") await page.waitForSelector('[data-editor="monaco"], [data-editor="codemirror"]')
  return { page, problems, release }
}

/** Replaces the text of the file that is shown, as typing and pasting do. */
export async function write(page: Page, text: string): Promise<void> {
  await page.evaluate((given) => navigator.clipboard.writeText(given), text)
  await page.locator(".editor-host").click({ position: { x: 200, y: 60 } })
  await page.keyboard.press("ControlOrMeta+a")
  await page.keyboard.press("ControlOrMeta+v")
}

/** The text of the file that is shown, as copying it gives it. */
export async function read(page: Page): Promise<string> {
  await page.locator(".editor-host").click({ position: { x: 200, y: 60 } })
  await page.keyboard.press("ControlOrMeta+a")
  await page.keyboard.press("ControlOrMeta+c")
  return page.evaluate(() => navigator.clipboard.readText())
}
