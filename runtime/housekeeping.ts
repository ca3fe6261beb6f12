// The activities that the runtime itself needs: cache, memory, settings, publishing, dead letters, cancelling.
import {
  cacheActivity, cancelEvent, cancelRunActivity, deadLetterActivity, memoryActivity, publishActivity, settingsActivity,
} from "./contract.ts"
import type {
  CacheEntry, CacheInput, CancelRunInput, ChatMessage, DeadLetterEntry, DeadLetterInput, Envelope, MemoryInput,
  PublishInput, SettingsInput,
} from "./contract.ts"
import { tell } from "./publish.ts"
import { isRecord } from "./schema/json-schema.ts"
import type { Activity, Services } from "./services.ts"
import { settingValue } from "./settings.ts"
import { deadLetterIndexKey, deadLetterKey, memoryKey } from "./state-keys.ts"
import type { StateStore } from "./state.ts"

export function housekeeping(services: Services): ReadonlyMap<string, Activity> {
  return new Map<string, Activity>([
    [cacheActivity, async (_context, raw) => done(await cache(raw as CacheInput, services))],
    [memoryActivity, async (_context, raw) => done(await memory(raw as MemoryInput, services))],
    [settingsActivity, async (_context, raw) => done(settings(raw as SettingsInput, services))],
    [publishActivity, async (context, raw) => {
      await publish(context.getWorkflowInstanceId(), raw as PublishInput, services)
      return done(null)
    }],
    [deadLetterActivity, (context, raw) => deadLetter(context.getWorkflowInstanceId(), raw as DeadLetterInput, services)],
    [cancelRunActivity, async (_context, raw) => {
      await services.raiseEvent((raw as CancelRunInput).parameters.run, cancelEvent, {})
      return done(null)
    }],
  ])
}

function done(value: unknown): Envelope {
  return { ok: true, value }
}

async function cache({ parameters }: CacheInput, { state, now }: Services): Promise<unknown> {
  if (parameters.action === "get") {
    const entry = (await state.get(parameters.key))?.value as CacheEntry | undefined
    return entry && entry.until > now().getTime() ? { value: entry.value } : null
  }
  const entry: CacheEntry = { v: 1, value: parameters.value, until: now().getTime() + parameters.forMs }
  await change(state, parameters.key, () => entry)
  return null
}

/** Each message carries the step that added it: an execution that was cut off adds nothing twice. */
interface Remembered extends ChatMessage {
  readonly from: string
}

async function memory(input: MemoryInput, { state }: Services): Promise<unknown> {
  const { parameters, key: step } = input
  const key = memoryKey(parameters.agent, parameters.by)
  const kept = (value: unknown): readonly Remembered[] =>
    isRecord(value) && Array.isArray(value["messages"]) ? value["messages"] as Remembered[] : []
  if (parameters.action === "get") {
    const stored = await state.get(key)
    return kept(stored?.value).map(({ role, content }) => ({ role, content }))
  }
  const { messages, keep } = parameters
  await change(state, key, (before) => {
    const earlier = kept(before).filter(({ from }) => from !== step)
    return { v: 1, messages: [...earlier, ...messages.map((message) => ({ ...message, from: step }))].slice(-keep) }
  })
  return null
}

function settings({ parameters }: SettingsInput, services: Services): unknown {
  const values = parameters.settings.map((setting) => [setting.name, settingValue(services.settings, setting)])
  return Object.fromEntries(values) as unknown
}

async function publish(run: string, { parameters, key }: PublishInput, services: Services): Promise<void> {
  const { event, topic, pubsub, payload } = parameters
  await services.publish({ topic, pubsub, id: key, type: event, source: `agentflow/${run}`, data: payload })
}

/** The entry first: it is what `redrive` works from, and a lost message can be told again. */
async function deadLetter(run: string, input: DeadLetterInput, services: Services): Promise<Envelope> {
  const { parameters, start, key } = input
  const { workflow, topic, pubsub, failure } = parameters
  const at = services.now().toISOString()
  const entry: DeadLetterEntry = { v: 1, run, workflow, start, at, input: parameters.input, failure }
  const stored = services.redactor.value(entry)
  await change(services.state, deadLetterKey(run, start), () => stored)
  await change(services.state, deadLetterIndexKey, (before) => {
    const listed = isRecord(before) && Array.isArray(before["entries"]) ? before["entries"] as object[] : []
    const others = listed.filter((one) => !isRecord(one) || one["run"] !== run || one["start"] !== start)
    return { v: 1, entries: [...others, { run, start }] }
  })
  const event = { topic, pubsub, id: key, type: "agentflow.deadletter", source: `agentflow/${run}`, data: stored }
  const note = await tell(services.publish, event, input.attempt)
  return { ok: true, value: null, ...(note === undefined ? {} : { note }) }
}

const racesMax = 50

/** Reads, changes and writes until nobody else has written in between. */
async function change(state: StateStore, key: string, next: (before: unknown) => unknown): Promise<void> {
  for (let races = 0; races < racesMax; races += 1) {
    const stored = await state.get(key)
    const value = next(stored?.value)
    const outcome = stored === undefined
      ? await state.saveFirst(key, value)
      : await state.saveMatching(key, value, stored.etag)
    if (outcome === "saved") return
  }
  throw new Error(`${key} was changed by others ${racesMax} times in a row`)
}
