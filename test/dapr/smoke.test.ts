// The official SDK on real Dapr: a workflow with activities, a timer and an event, and what survives a crash or a stop.
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { DaprWorkflowClient, WorkflowRuntime, WorkflowRuntimeStatus } from "@dapr/dapr"
import type { WorkflowActivityContext, WorkflowContext } from "@dapr/dapr"
import { afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest"
import { daprBinaries } from "../../tasks/dapr/binaries.ts"
import { startDapr } from "../harness/dapr.ts"
import type { Dapr } from "../harness/dapr.ts"

const buildLimitMs = 20 * 60_000
const testLimitMs = 60_000
const completionLimitSeconds = 40

interface Order { readonly item: string; readonly timerSeconds: number }

interface App {
  readonly client: DaprWorkflowClient
  /** Activity name and input, in the order of execution. */
  readonly executed: readonly string[]
  stop(): Promise<void>
}

beforeAll(async () => {
  // Here is only the time for a first build; what it says is not looked at, for a failure here would skip the tests,
  // while each of them fails with the reason when Dapr can't be had.
  await daprBinaries({ report: (line) => void process.stderr.write(`dapr: ${line}\n`) })
}, buildLimitMs)

beforeEach(() => {
  // The SDK prints every work item.
  for (const level of ["log", "info", "debug", "warn", "error"] as const) vi.spyOn(console, level).mockReturnValue()
})

afterEach(() => {
  vi.restoreAllMocks()
})

async function* orderWorkflow(context: WorkflowContext, order: Order) {
  const reserved: string = yield context.callActivity("reserve", order.item)
  context.setCustomStatus("reserved")
  yield context.createTimer(order.timerSeconds)
  const approval: { readonly by: string } = yield context.waitForExternalEvent("approved")
  const shipped: string = yield context.callActivity("ship", reserved)
  return { shipped, by: approval.by }
}

async function startApp(dapr: Dapr): Promise<App> {
  const address = { daprHost: "127.0.0.1", daprPort: String(dapr.grpcPort) }
  const executed: string[] = []
  const runtime = new WorkflowRuntime(address)
  for (const name of ["reserve", "ship"]) {
    runtime.registerActivityWithName(name, async (_context: WorkflowActivityContext, input: string) => {
      executed.push(`${name} ${input}`)
      return `${name}(${input})`
    })
  }
  runtime.registerWorkflowWithName("order", orderWorkflow)
  await runtime.start()
  const client = new DaprWorkflowClient(address)
  const stop = async (): Promise<void> => {
    await client.stop()
    // A worker that lost its Dapr has already ended by itself, and says so.
    await runtime.stop().catch((error: unknown) => expect(String(error)).toContain("not running"))
  }
  onTestFinished(stop)
  return { client, executed, stop }
}

async function start(folder: string, store: "fresh" | "reuse"): Promise<{ dapr: Dapr; app: App }> {
  const dapr = await startDapr({ runDir: folder, stateStore: "sqlite", store })
  onTestFinished(dapr.stop)
  return { dapr, app: await startApp(dapr) }
}

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "agentflow-dapr-"))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

async function untilReserved(app: App, id: string): Promise<void> {
  const customStatus = async (): Promise<string> => (await app.client.getWorkflowState(id, true))?.customStatus ?? ""
  await expect.poll(customStatus, { timeout: 20_000 }).toContain("reserved")
}

async function outcome(app: App, id: string): Promise<unknown> {
  const state = await app.client.waitForWorkflowCompletion(id, true, completionLimitSeconds)
  expect(state?.runtimeStatus).toBe(WorkflowRuntimeStatus.COMPLETED)
  return JSON.parse(state?.serializedOutput ?? "null")
}

describe("the official SDK on real Dapr", () => {
  it("runs activities, a timer and an event", async () => {
    const { app } = await start(await newFolder(), "fresh")
    const id = await app.client.scheduleNewWorkflow("order", { item: "book", timerSeconds: 1 }, "order-1")
    await app.client.raiseEvent(id, "approved", { by: "Ada" })
    expect(await outcome(app, id)).toEqual({ shipped: "ship(reserve(book))", by: "Ada" })
    expect(app.executed).toEqual(["reserve book", "ship reserve(book)"])
  }, testLimitMs)

  it("goes on after a crash of daprd without repeating a recorded activity", async () => {
    const { dapr, app } = await start(await newFolder(), "fresh")
    const id = await app.client.scheduleNewWorkflow("order", { item: "pen", timerSeconds: 0 }, "order-2")
    await untilReserved(app, id)
    await dapr.killDaprd("SIGKILL")
    await dapr.restartDaprd()
    // The SDK's worker never reconnects after its first broken stream; a new one has to be made.
    const second = await startApp(dapr)
    await second.client.raiseEvent(id, "approved", { by: "Bob" })
    expect(await outcome(second, id)).toEqual({ shipped: "ship(reserve(pen))", by: "Bob" })
    expect(second.executed).toEqual(["ship reserve(pen)"])
  }, testLimitMs)

  it("goes on in a new run of all three servers on the same folder, on other ports", async () => {
    const folder = await newFolder()
    const first = await start(folder, "fresh")
    const id = await first.app.client.scheduleNewWorkflow("order", { item: "cup", timerSeconds: 3 }, "order-3")
    await first.app.client.raiseEvent(id, "approved", { by: "Cleo" })
    await untilReserved(first.app, id)
    await first.app.stop()
    await first.dapr.stop()
    const second = await start(folder, "reuse")
    expect(await outcome(second.app, id)).toEqual({ shipped: "ship(reserve(cup))", by: "Cleo" })
    expect(second.app.executed).toEqual(["ship reserve(cup)"])
    expect((await second.dapr.logs()).daprd.match(/Starting Dapr Runtime/g)).toHaveLength(2)
  }, testLimitMs)
})
