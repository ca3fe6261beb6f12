// RerunWorkflowFromEvent: a new instance that takes over what an ended one had done before a chosen step.

import { randomUUID } from "node:crypto"
import { expect } from "vitest"
import { ended } from "../harness.ts"
import type { Host } from "./host.ts"
import { calls } from "./program.ts"
import type { Case } from "./suite.ts"

async function threeSteps(host: Host): Promise<{ readonly id: string; readonly key: string }> {
  const key = randomUUID()
  return { id: (await host.run("steps", { key, count: 3 })).id, key }
}

export const rerunCases: readonly Case[] = [
  {
    row: "A.2 RerunWorkflowFromEvent", name: "runs the chosen step and those behind it again, none before it",
    run: async (host) => {
      const { id, key } = await threeSteps(host)
      const again = await host.own.rerun(id, { eventId: 2 })
      expect(again).not.toBe(id)
      expect(await host.end(again)).toMatchObject({
        status: ended.completed, output: [{ value: 1, run: 1 }, { value: 2, run: 2 }, { value: 3, run: 2 }],
      })
      expect([1, 2, 3].map((step) => calls.get(`${key} ${step}`))).toEqual([1, 2, 2])
    },
  },
  {
    row: "A.2 RerunWorkflowFromEvent", name: "takes another input for the step, and the id it is given",
    run: async (host) => {
      const { id, key } = await threeSteps(host)
      const newInstanceId = randomUUID()
      const input = JSON.stringify({ key, value: "two" })
      expect(await host.own.rerun(id, { eventId: 2, newInstanceId, input })).toBe(newInstanceId)
      expect((await host.end(newInstanceId)).output).toEqual([
        { value: 1, run: 1 }, { value: "two", run: 1 }, { value: 3, run: 2 },
      ])
    },
  },
  {
    row: "A.2 RerunWorkflowFromEvent", name: "starts a child anew under an id of its own",
    run: async (host) => {
      const { id } = await host.run("parent", { child: "identity" })
      const again = await host.own.rerun(id, { eventId: 1 })
      expect((await host.end(again)).output).toBe(`${again}:0001`)
    },
  },
  {
    row: "A.2 RerunWorkflowFromEvent", name: "reruns a timer",
    run: async (host) => {
      const { id } = await host.run("timer", 0.01)
      expect((await host.end(await host.own.rerun(id, { eventId: 1 }))).status).toBe(ended.completed)
    },
  },
  {
    row: "A.2 RerunWorkflowFromEvent", name: "leaves the old instance as it is",
    run: async (host) => {
      const { id } = await threeSteps(host)
      const before = await host.own.history(id)
      await host.end(await host.own.rerun(id, { eventId: 1 }))
      expect(await host.own.history(id)).toEqual(before)
    },
  },
  {
    row: "A.2 RerunWorkflowFromEvent", name: "refuses what is unknown, running, no step, a child, or already there",
    run: async (host) => {
      const { id } = await threeSteps(host)
      const running = await host.sdk.scheduleNewWorkflow("waitFor", "never")
      const parent = (await host.run("parent", { child: "call", input: { name: "echo", input: 1 } })).id
      await host.untilStatus(`${parent}:0001`, "completed")
      const other = (await host.run("constant", 1)).id
      const refusal = async (source: string, request: { readonly eventId: number; readonly newInstanceId?: string }) =>
        host.own.rerun(source, request).then(() => "accepted", (error: Error) => error.message)
      expect(await refusal("nobody", { eventId: 1 })).toContain("workflow instance does not exist with ID 'nobody'")
      expect(await refusal(running, { eventId: 1 })).toContain(`'${running}' is not in a terminal state`)
      expect(await refusal(id, { eventId: 9 })).toContain("does not have history event with ID '9'")
      expect(await refusal(id, { eventId: 4 })).toContain("is not an event that can be rerun")
      expect(await refusal(`${parent}:0001`, { eventId: 1 })).toContain("cannot rerun from child-workflows")
      expect(await refusal(id, { eventId: 1, newInstanceId: id })).toContain("must be different from the original")
      expect(await refusal(id, { eventId: 1, newInstanceId: other })).toContain(`'${other}' has already been created`)
    },
  },
]
