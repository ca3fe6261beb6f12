// A window of code-server in Chromium with the packed extension in it, on a project of its own.

import { spawn, spawnSync } from "node:child_process"
import { once } from "node:events"
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { extname, join } from "node:path"
import { text } from "node:stream/consumers"
import type { Page } from "playwright-core"
import { expect, vi } from "vitest"
import { readBeacon } from "../../cli/processes.ts"
import { buildExtension } from "../../tasks/vscode/build.ts"
import { startChromium } from "../harness/chromium.ts"
import { freePort } from "../harness/triggered.ts"

const root = join(import.meta.dirname, "../..")
const command = join(root, "dist/cli/main.js")
const pictures = process.env["AGENTFLOW_PICTURES"]

/** The machine may be busy with much else. */
export const patience = { timeout: 90_000 } as const

export interface Window {
  readonly page: Page
  /** The project that is open, with main.agentflow in its editor. */
  readonly folder: string
  /** Runs a command by its name in the palette. */
  readonly choose: (name: string) => Promise<void>
  /** Moves the cursor of main.agentflow, to the end of the line without a column; both count from 1. */
  readonly goTo: (line: number, column?: number) => Promise<void>
  /** "Ln 1, Col 1" */
  readonly place: () => Promise<string>
  /** What the command line prints in the project. */
  readonly agentflow: (...args: readonly string[]) => string
  /** Starts a run in the project; what it ends with. */
  readonly run: (...args: readonly string[]) => Promise<unknown>
  /** Kept when AGENTFLOW_PICTURES names a folder. */
  readonly picture: (name: string) => Promise<void>
  /** The window's notifications. */
  readonly said: () => Promise<string>
  readonly close: () => Promise<void>
}

const settings = {
  "agentflow.inbox.interval": 2,
  "security.workspace.trust.enabled": false, "workbench.startupEditor": "none", "workbench.secondarySideBar.defaultVisibility": "hidden",
  "chat.disableAIFeatures": true, "extensions.ignoreRecommendations": true, "extensions.autoCheckUpdates": false, "telemetry.telemetryLevel": "off",
  "files.autoSave": "off", "editor.minimap.enabled": false, "editor.autoClosingBrackets": "never", "editor.autoIndent": "none",
}

/** What belongs to the machine that the extension runs on: from the user's own settings the window takes it only until the first port is forwarded. */
const ofMachine = { "agentflow.command": [process.execPath, command] }

export interface WindowOptions {
  readonly template: string
  /** The extension is in the window itself, in the worker that a page without a machine behind it has; else beside code-server. */
  readonly isWeb?: boolean
}

export async function openWindow(program: string, { template, isWeb = false }: WindowOptions): Promise<Window> {
  const scratch = mkdtempSync(join(tmpdir(), "agentflow-code-server-"))
  const folder = join(scratch, "flow")
  mkdirSync(folder)
  const agentflow: Window["agentflow"] = (...args) => spawnSync(process.execPath, [command, ...args], { cwd: folder, encoding: "utf8" }).stdout
  agentflow("init", folder, "--template", template)
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"))
  for (const [name, each] of [["User", settings], ["Machine", ofMachine]] as const) {
    mkdirSync(join(scratch, "user", name), { recursive: true })
    writeFileSync(join(scratch, "user", name, "settings.json"), JSON.stringify(each))
  }
  writeFileSync(join(scratch, "config.yaml"), "auth: none\n")
  const built = await buildExtension(join(scratch, "built"))
  const common = ["--user-data-dir", join(scratch, "user"), "--extensions-dir", join(scratch, "extensions"), "--config", join(scratch, "config.yaml")]
  if (!isWeb) expect(spawnSync(process.execPath, [program, ...common, "--install-extension", built.vsix], { encoding: "utf8" }).stdout).toContain("successfully installed")

  const port = await freePort()
  const server = spawn(process.execPath, [program, ...common, "--auth", "none", "--bind-addr", `127.0.0.1:${port}`, "--disable-telemetry", "--disable-update-check", folder])
  let written = ""
  for (const stream of [server.stdout, server.stderr]) stream.setEncoding("utf8").on("data", (text: string) => void (written += text))
  await vi.waitUntil(() => written.includes("HTTP server listening"), patience)
  const browser = await startChromium()
  const page = await browser.newPage({ viewport: { width: 1500, height: 900 } })
  const origin = `http://127.0.0.1:${port}`
  if (isWeb) await giveExtension(page, { origin, folder: built.folder })
  await page.goto(`${origin}/?folder=${encodeURIComponent(folder)}`, patience)
  await page.getByRole("treeitem", { name: /main\.agentflow/ }).dblclick(patience)
  await page.locator(".view-line").first().waitFor(patience)
  const run: Window["run"] = (...args) => text(spawn(process.execPath, [command, "run", ...args, "--json"], { cwd: folder, stdio: ["ignore", "pipe", "inherit"] }).stdout).then(JSON.parse)
  return { folder, agentflow, run, ...actions(page), said: async () => (await page.locator(".notifications-toasts").allInnerTexts()).join("\n"), close: async () => {
    await browser.close()
    const ended = once(server, "exit")
    server.kill()
    await ended
    // A task of the window outlives it.
    const beacon = readBeacon(join(folder, ".agentflow"))
    if (beacon !== undefined) process.kill(beacon.pid)
    rmSync(scratch, { recursive: true, force: true, maxRetries: 10 })
  } }
}

const types: Readonly<Record<string, string>> = { ".js": "text/javascript", ".json": "application/json", ".svg": "image/svg+xml" }

/** As vscode.dev brings extensions of its own: by an address in the page's configuration, which is read when the page has been parsed. */
async function giveExtension(page: Page, { origin, folder }: { readonly origin: string; readonly folder: string }): Promise<void> {
  await page.route(`${origin}/extension/**`, (route) => {
    const path = join(folder, new URL(route.request().url()).pathname.slice("/extension".length))
    // It also looks for texts in other languages.
    return existsSync(path) ? route.fulfill({ path, contentType: types[extname(path)] ?? "text/plain" }) : route.fulfill({ status: 404 })
  })
  await page.addInitScript(({ authority }) => {
    const seen = new MutationObserver(() => {
      const configuration = document.getElementById("vscode-workbench-web-configuration")
      if (configuration === null) return
      seen.disconnect()
      const settings = JSON.parse(configuration.getAttribute("data-settings")!) as object
      configuration.setAttribute("data-settings", JSON.stringify({ ...settings, additionalBuiltinExtensions: [{ scheme: "http", authority, path: "/extension" }] }))
    })
    seen.observe(document, { childList: true, subtree: true })
  }, { authority: new URL(origin).host })
}

function actions(page: Page): Pick<Window, "page" | "choose" | "goTo" | "place" | "picture"> {
  const input = page.locator(".quick-input-widget input").first()
  const place = (): Promise<string> => page.locator("#status\\.editor\\.selection").innerText()
  /** A key that comes while the window moves its focus is lost: it is pressed again. */
  const open = (): Promise<unknown> => vi.waitUntil(async () => {
    await page.keyboard.press("F1")
    return input.waitFor({ timeout: 3_000 }).then(() => true, () => false)
  }, patience)
  return {
    page, place,
    async choose(name) {
      await open()
      await input.fill(`>${name}`)
      await page.locator(".quick-input-list .monaco-list-row", { hasText: name }).first().click(patience)
    },
    async goTo(line, column) {
      await page.getByRole("tab", { name: /^main\.agentflow/ }).first().click(patience)
      // Past the end of a line is its end.
      const wanted = new RegExp(column === undefined ? `Ln ${line}\\b` : `Ln ${line}, Col ${column}$`)
      await vi.waitUntil(async () => {
        await open()
        await input.fill(`:${line}:${column ?? 999}`)
        await page.keyboard.press("Enter")
        return vi.waitUntil(async () => wanted.test(await place()), { timeout: 3_000 }).catch(() => false)
      }, patience)
    },
    async picture(name) {
      if (pictures !== undefined) await page.screenshot({ path: join(pictures, `${name.replaceAll(/\W+/g, "-")}.png`) })
    },
  }
}
