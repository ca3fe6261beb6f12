// One run on the oracle and one of the emitted code, in forms that can be compared.

import type { Plan } from "../../compiler/3-plan/types.ts"
import type { ActivityInput, Envelope, Workflow } from "../../runtime/contract.ts"
import { play, startTime } from "../harness/fake-context.ts"
import { interpret } from "./reference.ts"
import type { Told } from "./reference.ts"
import type { Input, Situation } from "./reference-attempts.ts"
import { canonical } from "./reference-values.ts"
import type { Fields } from "./reference-values.ts"
import { drawOf, scripted, valueOf } from "./scripted.ts"

export interface Case {
  readonly plan: Plan
  readonly workflows: ReadonlyMap<string, Workflow>
  readonly workflow: string
  readonly seed: number
}

export interface Both {
  readonly oracle: string
  readonly emitted: string
  readonly told: Told | undefined
}

export async function bothOf({ plan, workflows, workflow, seed }: Case): Promise<Both> {
  const planned = plan.workflows.find(({ name }) => name === workflow)!
  const draw = drawOf(seed)
  const input = valueOf(plan, planned.parametersSchema, draw, "input") as Fields
  const raise = raised(plan, draw)
  const oracle = outcomeOf(() => interpret(plan, workflow, input, { script: scripted(plan, seed), start: startTime, raise }))
  const emitted = await outcomeOf(() => played({ plan, workflows, workflow, seed }, input, raise))
  return { oracle: shown(await oracle), emitted: shown(emitted), told: "calls" in (await oracle) ? (await oracle) as Told : undefined }
}

function raised(plan: Plan, draw: ReturnType<typeof drawOf>): NonNullable<Situation["raise"]> {
  const events = plan.types.filter(({ kind }) => kind === "event").flatMap(({ name, schema }) =>
    [0, 1, 2].filter((index) => draw(`event${name}${index}`) < 0.5).map((index) => ({
      name, at: Math.floor(draw(`at${name}${index}`) * 200_000),
      payload: index === 2 ? "wrong" : valueOf(plan, schema, draw, `${name}${index}`),
    })))
  const cancel = draw("cancel") < 0.1 ? [{ name: "agentflow.cancel", payload: {}, at: Math.floor(draw("cancelled") * 60_000) }] : []
  return [...events, ...cancel]
}

async function played({ plan, workflows, workflow, seed }: Case, input: Fields, raise: NonNullable<Situation["raise"]>): Promise<Told> {
  const script = scripted(plan, seed)
  const answer = (name: string, given: ActivityInput, now: number, run: string) => script(name, given as Input, now, run) as { readonly envelope?: Envelope }
  const run = await play(workflows.get(workflow)!, input, answer, { raise, eventsMax: 20_000, workflows: [...workflows.values()] })
  return {
    output: run.output, failure: run.failure as Fields | undefined, calls: run.activities as Told["calls"], spent: run.statuses.at(-1)!.spent,
    logs: run.logs.map(({ message }) => message), elapsedMs: run.elapsedMs, histories: run.generations,
    children: run.children.map(({ id, failure }) => ({ id, failure: failure as Fields | undefined })),
  }
}

async function outcomeOf(run: () => Told | Promise<Told>): Promise<Told | { readonly stuck: string }> {
  try {
    return await run()
  } catch (thrown) {
    const message = thrown instanceof Error ? thrown.message : JSON.stringify(thrown)
    return { stuck: message.startsWith("the run waits for nothing") ? "waits" : message.startsWith("the run does not end") ? "endless" : `${(thrown as Error).stack}` }
  }
}

/** One line for each thing that is compared, so that a difference is read where it is. */
function shown(outcome: Told | { readonly stuck: string }): string {
  if ("stuck" in outcome) return outcome.stuck
  const { calls, logs, children, ...rest } = outcome
  return [
    ...Object.entries(rest).map(([name, value]) => `${name} ${line(value)}`),
    ...children.map((child) => `child ${line(child)}`),
    ...logs.filter((log) => !/billed|not remembered/.test(log)).map((log) => `log ${log}`),
    ...calls.map(({ name, parameters, ...call }) => `${name} ${line(call)} ${line(compared(parameters))}`),
  ].join("\n")
}

/** Of a request to a model what the plan does not say in other words; of a parked step all but its schema; settings in any order. */
function compared(parameters: unknown): unknown {
  if (typeof parameters !== "object" || parameters === null) return parameters
  const { tools: _tools, responseSchema: _response, schema: _schema, pubsub: _pubsub, ...kept } = parameters as Fields
  const { settings } = kept as { readonly settings?: readonly { readonly name: string }[] }
  if (settings !== undefined) return { settings: [...settings].sort((a, b) => (a.name < b.name ? -1 : 1)) }
  const model = (kept["model"] as Fields | undefined)?.["name"]
  return "allowance" in kept ? { ...kept, model } : kept
}

/** What Ajv says in its own words is left out. */
const worded: ReadonlySet<unknown> = new Set(["invalid_input", "invalid_output", "internal"])

function line(value: unknown): string {
  return canonical(JSON.parse(JSON.stringify(value ?? null), (_key, inner: unknown) => {
    if (typeof inner !== "object" || inner === null || Array.isArray(inner)) return inner
    const { v: _v, spent: _spent, ...fields } = inner as Fields
    if ("parameters" in fields) return fields
    return worded.has(fields["kind"]) && "message" in fields ? { ...fields, message: "…" } : "kind" in fields && "undone" in fields ? fields : inner
  }))
}
