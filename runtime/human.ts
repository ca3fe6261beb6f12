// The activities that ask a person: they write an inbox entry, once, however often they are executed.

import type { Activity, ActivityContext, Services } from "./services.ts"
import type { Envelope, Human, HumanInput, InboxEntry, ParkInput } from "./contract.ts"
import { listEntry } from "./inbox.ts"
import { tell } from "./publish.ts"
import { unitInterval } from "./policy/hash.ts"
import { accept } from "./schema/accept.ts"
import { isRecord } from "./schema/json-schema.ts"
import { readSettings } from "./settings.ts"
import type { StateStore } from "./state.ts"
import { inboxKey } from "./state-keys.ts"

export function humanActivity(human: Human, services: Services): Activity {
  return async (context, raw) => {
    const input = raw as HumanInput
    const parameters = accept(human.spec.parameters, input.parameters)
    if (!parameters.ok)
      return { ok: false, kind: "invalid_input", message: `${human.name}: ${parameters.problems.join("; ")}` }
    const { announce } = human.spec
    const asked = await ask(context, services, input.start, {
      ...entryBase(context, input, services),
      kind: "question",
      ask: human.spec.ask(parameters.value, readSettings(services.settings)),
      ...(human.spec.choices === undefined ? {} : { choices: human.spec.choices }),
      schema: human.spec.result.json,
      parameters: parameters.value,
    })
    if (announce !== undefined) {
      const run = context.getWorkflowInstanceId()
      const data = { run, step: input.step, human: human.name }
      const source = `agentflow/${run}`
      const event = { ...announce, id: input.key, type: "agentflow.question", source, data }
      const note = await tell(services.publish, event, input.attempt)
      if (note !== undefined && asked.ok) return { ...asked, note }
    }
    return asked
  }
}

/** A step that failed in every automatic way waits for a person: again, a value in its place, or give up. */
export function parkingActivity(services: Services): Activity {
  return async (context, raw) => {
    const input = raw as ParkInput
    const { callable, by, error, parameters, schema } = input.parameters
    return ask(context, services, input.start, {
      ...entryBase(context, input, services),
      kind: "manual",
      ask: `${callable} failed (${error.kind}: ${error.message}). ${by}: retry, skip with a value, or fail?`,
      choices: ["retry", "skip", "fail"],
      schema: decisionSchema(schema),
      parameters,
      error,
    })
  }
}

function decisionSchema(schema: ParkInput["parameters"]["schema"]): InboxEntry["schema"] {
  const definitions = typeof schema === "object" && schema !== null ? schema["$defs"] : undefined
  const decision = (action: string, properties: object, required: readonly string[]): object => ({
    type: "object",
    properties: { action: { const: action }, ...properties },
    required: ["action", ...required],
    additionalProperties: false,
  })
  return {
    anyOf: [decision("retry", {}, []), decision("skip", { value: schema }, ["value"]), decision("fail", {}, [])],
    // References inside point to the root, so the definitions have to stand there.
    ...(definitions === undefined ? {} : { $defs: definitions }),
  }
}

type EntryBase = Pick<InboxEntry, "v" | "run" | "workflow" | "step" | "askedAt" | "deadline">

function entryBase(context: ActivityContext, input: HumanInput | ParkInput, services: Services): EntryBase {
  return {
    v: 1,
    run: context.getWorkflowInstanceId(),
    workflow: input.step.split(/[/#]/)[0] ?? "",
    step: input.step,
    // Never before the start of its run, whose time another machine's clock may have given.
    askedAt: new Date(Math.max(services.now().getTime(), input.start)).toISOString(),
    ...(input.deadline === undefined ? {} : { deadline: input.deadline }),
  }
}

async function ask(context: ActivityContext, services: Services, start: number, entry: InboxEntry): Promise<Envelope> {
  const run = context.getWorkflowInstanceId()
  const key = inboxKey(run, entry.step)
  await writeOnce(services.state, key, start, services.redactor.value(entry))
  const { timers } = services
  const drawn = (races: number): number => unitInterval(`${run}/${entry.step}/${races}`) * 5 * (races + 1)
  await listEntry(services.state, { run, step: entry.step }, timers && ((races) => new Promise((resolve) => void timers.after(1 + Math.floor(drawn(races)), () => resolve()))))
  return { ok: true, value: { key } }
}

/** A re-execution finds the first one's entry, maybe answered already: it stays. That of an earlier run goes. */
async function writeOnce(state: StateStore, key: string, start: number, entry: InboxEntry): Promise<void> {
  while ((await state.saveFirst(key, entry)) === "exists") {
    const stored = await state.get(key)
    if (stored === undefined) continue
    const askedAt: unknown = isRecord(stored.value) ? stored.value["askedAt"] : undefined
    const isOfThisRun = typeof askedAt === "string" && Date.parse(askedAt) >= start
    if (isOfThisRun || (await state.saveMatching(key, entry, stored.etag)) === "saved") return
  }
}
