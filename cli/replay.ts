// Replays a run's history, turn by turn, against the workflow functions of a program, and compares what they ask for. Pure.

import type { Action, HistoryEvent } from "../engine/types.ts"
import type { WorkflowExecutor } from "../sidecar/live-executions.ts"

export interface ReplayResult {
  readonly turns: number
  /** Actions that were compared. */
  readonly actions: number
  /** Steps that are called as before, but with other parameters: they fit, and a rerun would differ. */
  readonly otherInputs: readonly string[]
  /** The first difference; absent when the history fits. */
  readonly difference?: Difference
}

export interface Difference {
  readonly turn: number
  /** "calls fetchSource as DailyBrief/sources[2]/fetchSource" */
  readonly recorded: string
  readonly now: string
}

type Outgoing = Extract<HistoryEvent, { readonly kind: "taskScheduled" | "timerCreated" | "childCreated" | "executionCompleted" }>

function isOutgoing(event: HistoryEvent): event is Outgoing {
  return event.kind === "taskScheduled" || event.kind === "timerCreated" || event.kind === "childCreated" || event.kind === "executionCompleted"
}

interface Turn {
  readonly incoming: readonly HistoryEvent[]
  readonly outgoing: readonly Outgoing[]
}

function turnsOf(history: readonly HistoryEvent[]): readonly Turn[] {
  const turns: { incoming: HistoryEvent[]; outgoing: Outgoing[] }[] = []
  for (const event of history) {
    if (event.kind === "orchestratorStarted" || turns.length === 0) turns.push({ incoming: [], outgoing: [] })
    const turn = turns.at(-1)!
    if (isOutgoing(event)) turn.outgoing.push(event)
    else turn.incoming.push(event)
  }
  return turns
}

/** `registered` is the name of the workflow in the program, which may have another version than the run's. */
export async function replayHistory(executor: WorkflowExecutor, history: readonly HistoryEvent[], options: { readonly id: string; readonly registered: string }): Promise<ReplayResult> {
  const execution = executor.open(options.id)
  const turns = turnsOf(history)
  const otherInputs: string[] = []
  let confirmed: readonly Outgoing[] = []
  let actions = 0
  for (const [index, { incoming, outgoing }] of turns.entries()) {
    const fresh = incoming.map((event) => (event.kind === "executionStarted" ? { ...event, name: options.registered } : event))
    const asked = await execution.feed(confirmed, fresh)
    const difference = differenceOf(outgoing, asked.actions, otherInputs)
    actions += outgoing.length
    if (difference !== undefined) return { turns: turns.length, actions, otherInputs, difference: { turn: index + 1, ...difference } }
    confirmed = outgoing
  }
  return { turns: turns.length, actions, otherInputs }
}

function differenceOf(recorded: readonly Outgoing[], asked: readonly Action[], otherInputs: string[]): Omit<Difference, "turn"> | undefined {
  const byId = new Map(asked.filter(({ kind }) => kind !== "complete").map((action) => [action.id, action]))
  const end = asked.find(({ kind }) => kind === "complete" || kind === "continueAsNew")
  for (const event of recorded) {
    const action = event.kind === "executionCompleted" ? end : byId.get(event.eventId)
    // The end of a run has an id, too, which another action may have now.
    if (event.kind !== "executionCompleted") byId.delete(event.eventId)
    const instead = action ?? end ?? byId.values().next().value
    const now = instead === undefined ? "does nothing there" : toldOfAction(instead)
    // A terminated run ends whatever its code does.
    if (event.kind === "executionCompleted" && event.status === "terminated") continue
    if (now !== toldOfEvent(event)) return { recorded: toldOfEvent(event), now }
    if (event.kind === "taskScheduled" && action?.kind === "scheduleTask" && action.input !== event.input) otherInputs.push(stepOf(event.input) ?? event.name)
  }
  const [extra] = byId.values()
  if (extra !== undefined) return { recorded: "does nothing there", now: toldOfAction(extra) }
  const ended = recorded.some(({ kind }) => kind === "executionCompleted")
  return end !== undefined && !ended ? { recorded: "goes on", now: toldOfAction(end) } : undefined
}

function toldOfEvent(event: Outgoing): string {
  switch (event.kind) {
    case "taskScheduled":
      return toldOfTask(event.name, event.input)
    case "timerCreated":
      return "waits for a time"
    case "childCreated":
      return `starts ${baseOf(event.name)}`
    case "executionCompleted":
      return toldOfEnd(event.status, event.result, event.failure?.errorMessage)
  }
}

function toldOfAction(action: Action): string {
  switch (action.kind) {
    case "scheduleTask":
      return toldOfTask(action.name, action.input)
    case "createTimer":
      return "waits for a time"
    case "createChild":
      return `starts ${baseOf(action.name)}`
    case "complete":
      return toldOfEnd(action.status, action.result, action.failure?.errorMessage)
    case "continueAsNew":
      return "continues as new"
    case "sendEvent":
      return `sends ${action.name}`
    case "unsupported":
      return `asks for ${action.type}`
  }
}

function toldOfTask(name: string, input: string | undefined): string {
  const step = stepOf(input)
  return step === undefined ? `calls ${name}` : `calls ${name} as ${step}`
}

function toldOfEnd(status: string, result: string | undefined, message: string | undefined): string {
  const what = message === undefined ? result ?? "" : message.split("\n")[0]!
  return `ends ${status}${what === "" ? "" : ` with ${what.length > 120 ? `${what.slice(0, 117)}...` : what}`}`
}

function baseOf(name: string): string {
  return name.replace(/@\d+$/, "")
}

function stepOf(input: string | undefined): string | undefined {
  try {
    const parsed = JSON.parse(input ?? "null") as { readonly step?: unknown } | null
    return typeof parsed?.step === "string" ? parsed.step : undefined
  } catch {
    return undefined
  }
}
