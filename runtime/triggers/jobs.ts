// `on schedule`: one Dapr job for each, and the call that Dapr makes when it is due.

import type { Trigger, Workflow } from "../contract.ts"
import type { SidecarAddress } from "../environment.ts"
import type { AppRoute } from "./app-server.ts"
import { problem } from "./app-server.ts"
import { beginPatiently } from "./patience.ts"
import type { Patience } from "./patience.ts"
import { runIdOf } from "./starter.ts"
import type { Starter } from "./starter.ts"

export type ScheduleTrigger = Extract<Trigger, { readonly on: "schedule" }>

export interface Job {
  readonly name: string
  readonly workflow: Workflow
  readonly trigger: ScheduleTrigger
}

export interface JobsOptions {
  readonly sidecar: Pick<SidecarAddress, "httpUrl" | "apiToken">
  readonly jobs: readonly Job[]
}

const prefix = "agentflow-"
const requestTimeoutMs = 10_000
/** Longer than the claim of a worker that died. */
const patienceMs = 20_000
/** A sidecar that dies while a worker starts is back by then. */
const awayMsMax = 60_000
const awayPauseMs = 200

export function jobsOf(workflows: readonly Workflow[]): readonly Job[] {
  return workflows.flatMap((workflow) => {
    const schedules = (workflow.spec.triggers ?? []).filter((trigger) => trigger.on === "schedule")
    return schedules.map((trigger, index) => ({ name: `${prefix}${workflow.workflowName}-${index + 1}`, workflow, trigger }))
  })
}

/** The same job under the same name, from however many workers. */
export async function scheduleJobs({ sidecar, jobs }: JobsOptions): Promise<void> {
  for (const { name, trigger, workflow } of jobs) {
    // A daprd of 1.18 takes a job without data and then fails to deliver it.
    const data = { workflow: workflow.workflowName }
    const response = await sendPatiently(sidecar, "POST", name, { schedule: daprSchedule(trigger.cron), overwrite: true, data })
    const answer = await response.text()
    if (!response.ok) throw new Error(`job ${name} (${trigger.cron}) was not taken: ${response.status} ${answer.slice(0, 300)}`)
  }
}

/** Dapr's cron counts seconds first; the common five fields mean second 0. */
export function daprSchedule(cron: string): string {
  const fields = cron.trim().split(/\s+/)
  return fields.length === 5 ? `0 ${fields.join(" ")}` : cron.trim()
}

/** The finest step of a schedule: two calls within it are one occasion, told twice. */
function stepMs(cron: string): number {
  return cron.trim().split(/\s+/).length === 5 ? 60_000 : 1_000
}

export interface JobRouteOptions extends JobsOptions, Patience {
  readonly starter: Starter
  readonly now: () => number
  /** What the sidecar must show (APP_API_TOKEN), where one is set. */
  readonly appToken?: string
}

/** `POST /job/NAME`: answered only when the start is durable, so that Dapr calls again otherwise. */
export function jobRoute({ jobs, sidecar, starter, now, signal, note, appToken }: JobRouteOptions): AppRoute {
  return ({ method, segments, headers }) => {
    const [area, name = ""] = segments
    if (area !== "job" || segments.length !== 2 || method !== "POST") return undefined
    return (async () => {
      if (appToken !== undefined && headers["dapr-api-token"] !== appToken) return problem(401, "the app's token is missing")
      const job = jobs.find((one) => one.name === name)
      if (job === undefined) {
        // Of a schedule that the program does not have any more.
        if (name.startsWith(prefix)) await (await send(sidecar, "DELETE", name)).body?.cancel()
        return { status: 200 }
      }
      const { workflow, trigger } = job
      const at = new Date(Math.floor(now() / stepMs(trigger.cron)) * stepMs(trigger.cron)).toISOString()
      const occasion = at.replace(/\.000Z$/, "Z").replaceAll(":", ".")
      const id = runIdOf(workflow.workflowName, occasion, name)
      // Dapr calls again three times in three seconds at most, so an occasion is not given back lightly.
      const patience = { note, signal: AbortSignal.any([signal, AbortSignal.timeout(patienceMs)]) }
      const begun = await beginPatiently(starter, { workflow, id, input: trigger.parameters?.() ?? {} }, patience)
      return begun === undefined ? problem(503, "the run could not be started") : { status: 200, body: begun }
    })()
  }
}

/** Again while nobody answers; what is refused is refused. */
async function sendPatiently(...request: Parameters<typeof send>): Promise<Response> {
  const until = Date.now() + awayMsMax
  for (;;) {
    try {
      return await send(...request)
    } catch (error) {
      if (Date.now() >= until) throw error
      await new Promise((resolve) => setTimeout(resolve, awayPauseMs))
    }
  }
}

async function send(
  sidecar: JobsOptions["sidecar"], method: string, name: string, body?: object,
): Promise<Response> {
  return fetch(`${sidecar.httpUrl}/v1.0-alpha1/jobs/${encodeURIComponent(name)}`, {
    method,
    headers: {
      "content-type": "application/json",
      ...(sidecar.apiToken === undefined ? {} : { "dapr-api-token": sidecar.apiToken }),
    },
    signal: AbortSignal.timeout(requestTimeoutMs),
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
}
