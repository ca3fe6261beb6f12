// Random use for a while, the whole hour in `npm run test:long`: no error, and memory, nodes and workers end as they began.

import type { CDPSession, Page } from "playwright-core"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { startPlayground, type Playground } from "./page.ts"

const minutes = process.env["AGENTFLOW_LONG"] ? Number(process.env["AGENTFLOW_MINUTES"] ?? 60) : 0.6
const seed = Number(process.env["AGENTFLOW_SEED"] ?? 9)
let playground: Playground
beforeAll(async () => {
  playground = await startPlayground()
}, 60_000)
afterAll(() => playground.stop())

function numbers(start: number): () => number {
  let state = start >>> 0
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

type Draw = <Item>(all: readonly Item[]) => Item

/** By the mouse at the middle of the element. A locator of the test's own would keep hold of elements, and with them of all that they stood in. */
async function press(page: Page, selector: string): Promise<void> {
  const at = await page.evaluate((wanted) => {
    const box = [...document.querySelectorAll(wanted)].map((each) => each.getBoundingClientRect()).find(({ width, height, top }) => width > 0 && height > 0 && top >= 0 && top < innerHeight)
    return box === undefined ? undefined : { x: box.left + box.width / 2, y: Math.min(innerHeight - 2, box.top + box.height / 2) }
  }, selector)
  if (at === undefined) throw new Error(`there is no ${selector}`)
  await page.mouse.click(at.x, at.y)
}

async function choose(page: Page, selector: string, value: string): Promise<void> {
  await page.evaluate(([wanted, chosen]) => {
    const list = document.querySelector<HTMLSelectElement>(wanted!)!
    list.value = chosen!
    list.dispatchEvent(new Event("change", { bubbles: true }))
  }, [selector, value])
}

/** What a visitor does; each may find nothing to act on, which is fine. */
const deeds: readonly ((page: Page, draw: Draw) => Promise<unknown>)[] = [
  (page, draw) => choose(page, ".example select", draw(["daily-brief", "order-saga", "support-triage", "content-approval", "trip-planner"])),
  (page, draw) => press(page, `[data-tab=${draw(["graph", "code", "run"])}]`),
  (page, draw) => press(page, `[data-tab=${draw(["problems", "timeline", "history", "tests"])}]`),
  (page) => press(page, "button[aria-label^='Theme']"),
  async (page, draw) => {
    await press(page, ".editor-host")
    await page.keyboard.type(draw(["// a comment", " ", "let x = 1", "{", "\"open", "tool t() "]), { delay: 5 })
    await page.keyboard.press("ControlOrMeta+z")
    await page.keyboard.press("ControlOrMeta+z")
  },
  async (page) => {
    await press(page, ".editor-host")
    await page.keyboard.press("Control+Space")
    await page.keyboard.press("Escape")
    await page.keyboard.press("Escape")
  },
  async (page, draw) => {
    await press(page, ".splitter-columns")
    await page.keyboard.press(draw(["ArrowLeft", "ArrowRight"]))
  },
  async (page) => {
    await press(page, "[data-tab=run]")
    await page.waitForTimeout(200)
    await press(page, ".run-bar .button-primary:enabled")
    await page.waitForTimeout(400)
  },
  async (page, draw) => {
    await press(page, `.palette .fault:nth-child(${draw([1, 2, 3, 4, 5, 6])})`)
    await press(page, ".graph-view .af-card")
  },
  (page) => press(page, ".set-fault button"),
  async (page, draw) => {
    await press(page, ".transport .slider:enabled")
    await page.keyboard.press(draw(["Home", "End", "ArrowRight", "PageUp"]))
  },
  (page) => press(page, ".transport-play"),
  (page) => press(page, ".choices .button"),
  async (page) => {
    await press(page, ".run-more .button:enabled")
    await page.waitForTimeout(300)
    await press(page, ".matrix .dialog-head .button")
  },
  (page) => press(page, ".tests-bar .button:enabled"),
  (page) => press(page, ".test-head .button:enabled"),
  (page) => press(page, ".graph-view .af-card"),
  (page) => press(page, ".inspector button[aria-label='Close']"),
  (page) => press(page, "button[aria-label='Format']"),
  (page) => press(page, ".header .button-primary"),
  (page) => press(page, ".event"),
  async (page) => {
    await press(page, ".problem-code")
    await page.waitForTimeout(100)
    await page.keyboard.press("Escape")
  },
]

interface Measured {
  readonly heapMiB: number
  /** In the page or taken out of it and still held. */
  readonly nodes: number
  readonly inPage: number
  readonly listeners: number
  readonly workers: number
  readonly frames: number
  /** Of all workers together: language server, editor, simulator. */
  readonly workersMiB: number
}

/** The heaps of the page's workers, after a collection. */
async function openHeaps(client: CDPSession): Promise<() => Promise<number>> {
  const sessions = new Set<string>()
  const waiting = new Map<number, (result: { readonly usedSize?: number }) => void>()
  let last = 0
  client.on("Target.attachedToTarget", ({ sessionId, targetInfo: { type } }) => void (type === "worker" && sessions.add(sessionId)))
  client.on("Target.detachedFromTarget", ({ sessionId }) => void sessions.delete(sessionId))
  client.on("Target.receivedMessageFromTarget", ({ message }) => {
    const { id, result } = JSON.parse(message) as { readonly id?: number; readonly result?: { readonly usedSize?: number } }
    waiting.get(id ?? -1)?.(result ?? {})
  })
  await client.send("Target.setAutoAttach", { autoAttach: true, waitForDebuggerOnStart: false, flatten: false })
  const ask = (sessionId: string, method: string): Promise<{ readonly usedSize?: number }> => new Promise((resolve, reject) => {
    const id = ++last
    waiting.set(id, resolve)
    client.send("Target.sendMessageToTarget", { sessionId, message: JSON.stringify({ id, method }) }).catch(reject)
  })
  return async () => {
    let bytes = 0
    for (const session of sessions) {
      await ask(session, "HeapProfiler.collectGarbage")
      bytes += (await ask(session, "Runtime.getHeapUsage")).usedSize ?? 0
    }
    return Math.round(bytes / 2 ** 18) / 4
  }
}

/** In the same state each time: a fresh project, nothing run. */
async function measure(page: Page, client: CDPSession, heaps: () => Promise<number>): Promise<Measured> {
  await page.keyboard.press("Escape")
  for (const id of ["daily-brief", "order-saga"]) {
    await choose(page, ".example select", id)
    await page.waitForTimeout(1000)
  }
  for (const tab of ["graph", "problems"]) await press(page, `[data-tab=${tab}]`)
  // A notice goes by itself.
  await page.waitForTimeout(5000)
  for (let turn = 0; turn < 3; turn++) {
    await client.send("HeapProfiler.collectGarbage")
    await page.waitForTimeout(100)
  }
  const { metrics } = await client.send("Performance.getMetrics")
  const of = (name: string): number => metrics.find((each) => each.name === name)!.value
  const inPage = await page.evaluate(() => document.querySelectorAll("*").length)
  return { heapMiB: Math.round(of("JSHeapUsedSize") / 2 ** 18) / 4, nodes: of("Nodes"), inPage, listeners: of("JSEventListeners"), workers: page.workers().length, frames: page.frames().length, workersMiB: await heaps() }
}

describe("random use", () => {
  it(`leaves nothing behind after ${minutes} minutes`, async () => {
    const { page, problems } = await playground.open({ at: "?example=order-saga" })
    const client = await page.context().newCDPSession(page)
    await client.send("Performance.enable")
    const heaps = await openHeaps(client)
    const next = numbers(seed)
    const draw: Draw = (all) => all[Math.floor(next() * all.length)]!
    let done = 0
    const use = async (ms: number): Promise<void> => {
      const until = performance.now() + ms
      while (performance.now() < until) {
        await draw(deeds)(page, draw).then(() => done++, () => undefined)
        if (problems.length > 0) return
      }
    }
    // Everything is loaded once before the first look: editors, code printer, simulator.
    await press(page, "[data-tab=code]")
    await page.waitForTimeout(5000)
    for (const deed of deeds) await deed(page, draw).catch(() => undefined)
    await use(minutes * 60_000 * 0.25)
    const before = await measure(page, client, heaps)
    await use(minutes * 60_000 * 0.75)
    const after = await measure(page, client, heaps)
    console.log(`${done} deeds, seed ${seed}: ${JSON.stringify(before)} then ${JSON.stringify(after)}`)
    expect(problems).toEqual([])
    expect(done).toBeGreaterThan(minutes * 30)
    expect({ workers: after.workers, frames: after.frames }).toEqual({ workers: before.workers, frames: before.frames })
    expect(after.heapMiB).toBeLessThan(before.heapMiB + 8)
    expect(before.workersMiB).toBeGreaterThan(1)
    expect(after.workersMiB).toBeLessThan(before.workersMiB + 16)
    // One generation of what was shown may still be held, however long it went on.
    expect(after.nodes).toBeLessThan(before.nodes + 3000)
    expect(after.listeners).toBeLessThan(before.listeners + 600)
    await page.context().close()
  }, minutes * 60_000 + 180_000)
})
