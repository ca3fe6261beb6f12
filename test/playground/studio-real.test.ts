// The Studio's pages in Chromium over `agentflow dev`: real runs, seen as they go, answered, failed, masked and started again.

import type { Browser, Page } from "playwright-core"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { openWorkspace, type Workspace } from "../harness/cli.ts"
import { chromiumMissing, startChromium } from "../harness/chromium.ts"
import { startAgentflow, type LongLived } from "../harness/long-lived.ts"

const secret = "xoxb-very-secret"
const program = `
enum Verdict { publish, reject }

tool hello(name: string): string from "./tools.ts" { reads  retry never }
tool book(what: string): string from "./tools.ts" { writes  idempotent  retry never  compensate unbook(result) }
tool unbook(id: string) from "./tools.ts" { writes  idempotent }
tool pay(what: string): string from "./tools.ts" { reads  retry 2 times backoff 50ms }
human publish(text: string): Verdict { ask "Publish {text}?"  timeout 1h  fallback Verdict.reject }

workflow Greet(name: string): string {
  dead letter "greetings.failed"
  let said = hello(name)
  match publish(said) {
    Verdict.publish => return said
    Verdict.reject => return "nothing"
  }
}

workflow Reserve(what: string): string {
  dead letter "bookings.failed"
  book(what)
  return pay(what)
}
`
const tools = `
import { ToolError } from "@agentflow/runtime"
export async function hello(name: string): Promise<string> { return "<b>hello</b> " + name + ", the key is ${secret}" }
export async function book(what: string): Promise<string> { return "id-" + what }
export async function unbook(_id: string): Promise<void> {}
export async function pay(what: string): Promise<string> {
  if (what === "castle") throw new ToolError("denied", "no credit: ${secret}")
  return "paid " + what
}
`
const missing = chromiumMissing()
const soon = <Value,>(read: () => Value) => expect.poll(read, { timeout: 15_000 })

if (missing) it(`the Studio in Chromium is left out: ${missing}`, () => expect(missing).toBeTruthy())
else describe("the Studio over agentflow dev", () => {
  let here: Workspace
  let dev: LongLived
  let browser: Browser
  let page: Page
  let url = ""
  /** Errors and warnings of the console, the content policy's among them; exceptions; answers that refuse. */
  const problems: string[] = []
  /** All that the server has sent, but for its stream of events. */
  const received: Promise<string>[] = []

  beforeAll(async () => {
    here = openWorkspace({ "flow.agentflow": program, "tools.ts": tools, "agentflow.config.yaml": "secrets:\n  vault: { file: .secrets.json }\n", ".secrets.json": JSON.stringify({ key: secret }) })
    dev = startAgentflow(here.folder, ["dev", "flow.agentflow", "--port", "0", "--json"])
    const started = Promise.all([dev.until("flow.agentflow runs"), startChromium()])
    browser = (await started)[1]
    url = (JSON.parse(dev.stdout()) as { readonly url: string }).url
    page = await browser.newPage({ viewport: { width: 1280, height: 800 }, reducedMotion: "reduce" })
    page.setDefaultTimeout(15_000)
    page.on("console", (message) => {
      if (message.type() === "error" || message.type() === "warning") problems.push(message.text())
    })
    page.on("pageerror", (error) => problems.push(error.message))
    page.on("response", (response) => {
      if (response.status() >= 400) problems.push(`${response.status()} ${response.url()}`)
      if (response.headers()["content-type"]?.startsWith("application/json")) received.push(response.text().catch(() => ""))
    })
  })
  afterAll(async () => {
    await browser.close()
    await dev.end()
    here.close()
  })

  async function start(workflow: string, input: object, id: string): Promise<void> {
    await page.getByRole("button", { name: "Start a run" }).click()
    await page.getByLabel("Workflow").last().selectOption(workflow)
    await page.getByLabel("Input, as JSON").fill(JSON.stringify(input))
    await page.getByLabel("Id, if you want one").fill(id)
    await page.getByRole("button", { name: "Start", exact: true }).click()
    await page.getByRole("region", { name: `Run ${id}` }).waitFor()
  }

  const place = (name: string) => page.getByRole("navigation", { name: "Places" }).getByRole("link", { name })
  const lane = (name: string) => page.locator(".lane", { hasText: name }).first()
  const statusOf = (id: string) => page.getByRole("region", { name: `Run ${id}` }).locator(".run-title .status").textContent()

  it("opens under a strict policy, without runs", async () => {
    const answer = await page.goto(url)
    const policy = answer!.headers()["content-security-policy"]!
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("script-src 'self'")
    expect(policy).not.toMatch(/unsafe-eval|script-src[^;]*unsafe-inline|\*/)
    await page.getByText("No run yet.").waitFor()
    // The policy holds in the page too: no inline script. What is refused is reported, and put away here.
    await page.evaluate(() => {
      const script = document.createElement("script")
      script.textContent = "document.title = 'broken'"
      document.body.append(script)
      script.remove()
    })
    expect(await page.title()).toBe("AgentFlow studio")
    expect([...new Set(problems.splice(0))]).toEqual([expect.stringContaining("Content Security Policy")])
  })

  it("follows a run live to its question, shows a step without the secret, and takes the answer", async () => {
    await start("Greet", { name: "Ada" }, "hello")
    await soon(() => statusOf("hello")).toBe("Waiting for you")
    await lane("hello").click()
    const step = page.getByRole("region", { name: "Step Greet/hello" })
    await step.getByText('"Ada"').waitFor()
    await step.getByText("[secret key]").waitFor()
    expect(await step.getByText("<b>hello</b> Ada").count()).toBe(1)
    await place("Inbox").click()
    await page.getByRole("article", { name: /^Publish <b>hello/ }).getByRole("button", { name: "publish" }).click()
    await page.getByText("Nothing waits for you.").waitFor()
    await place("Runs").click()
    await page.locator(".row", { hasText: "hello" }).click()
    await soon(() => statusOf("hello")).toBe("Completed")
    await page.getByRole("tab", { name: "Graph" }).click()
    await soon(() => page.locator(".run-completed").count()).toBeGreaterThan(0)
    await page.getByRole("tab", { name: "Input and output" }).click()
    await soon(() => page.locator(".data").textContent()).toContain("the key is [secret key]")
    await page.getByRole("tab", { name: "History" }).click()
    await soon(() => page.locator(".history-event").count()).toBeGreaterThan(5)
    await page.getByRole("tab", { name: "Timeline" }).click()
    expect(problems).toEqual([])
  })

  it("shows a failed run with its undo, and starts its dead letter again with a mended input", async () => {
    await start("Reserve", { what: "castle" }, "booking")
    await soon(() => statusOf("booking")).toBe("Failed")
    await page.getByRole("region", { name: "Run booking" }).getByText("no credit: [secret key]").first().waitFor()
    await soon(() => page.locator(".failed").textContent()).toContain("Reserve/book")
    await place("Dead letters").click()
    const letter = page.getByRole("article", { name: "Reserve booking" })
    await letter.getByLabel("Input").fill('{ "what": "hut" }')
    await letter.getByRole("button", { name: "Start again" }).click()
    await soon(() => page.locator(".run-title .status").textContent()).toBe("Completed")
    await place("Dead letters").click()
    await page.getByText("No run has failed for good.").waitFor()
    expect(problems).toEqual([])
  })

  it("holds, resumes and terminates a run that waits", async () => {
    await place("Runs").click()
    await start("Greet", { name: "Eve" }, "held")
    await soon(() => statusOf("held")).toBe("Waiting for you")
    await page.getByRole("button", { name: "Suspend", exact: true }).click()
    await soon(() => statusOf("held")).toBe("Suspended")
    await page.getByRole("button", { name: "Resume", exact: true }).click()
    await soon(() => statusOf("held")).toBe("Waiting for you")
    await page.getByRole("button", { name: "Terminate", exact: true }).click()
    await page.getByRole("button", { name: "Terminate without undoing" }).click()
    await soon(() => statusOf("held")).toBe("Terminated")
    expect(problems).toEqual([])
  })

  it("lists the runs, filters them, and finds one by its id", async () => {
    const rows = page.locator(".row")
    await soon(() => rows.count()).toBe(4)
    const chip = (name: RegExp) => page.getByRole("group", { name: "Status" }).getByRole("button", { name })
    await soon(() => chip(/^Completed/).textContent()).toContain("2")
    await chip(/^Failed/).click()
    await soon(() => rows.allInnerTexts()).toEqual([expect.stringContaining("booking")])
    await chip(/^Failed/).click()
    await page.getByLabel("Workflow").first().selectOption("Greet")
    await soon(() => rows.count()).toBe(2)
    await page.getByLabel("Search runs by id").fill("HEL")
    await soon(() => rows.count()).toBe(2)
    await page.getByLabel("Search runs by id").fill("hello")
    await soon(() => rows.count()).toBe(1)
    expect(problems).toEqual([])
  })

  it("never sent the secret, and says so when the server is gone", async () => {
    const all = (await Promise.all(received)).join("\n") + (await page.content())
    expect(all).toContain("[secret key]")
    expect(all).not.toContain(secret)
    await dev.end()
    await page.getByRole("alert").waitFor()
  })
})
