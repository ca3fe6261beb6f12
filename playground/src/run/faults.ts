// What can be broken: each fault of the palette as a change of the world, aimed at a step.

import { signal } from "@preact/signals"
import type { Fault, ScriptedOutcome, StepView } from "../../../simulator/index.ts"
import type { OwnBox, OwnGraph } from "../language/own.ts"
import { tell } from "../state/view.ts"
import { faultAt, faultKinds, outcomes, type FaultId } from "./fault-kinds.ts"
import { boxOfStep } from "./marks.ts"
import { changeWorld, faults, given, goTo, info, moment, playing, run, trace, worldState } from "./session.ts"

/** The fault that the next click or Enter on a step drops there. */
export const armed = signal<FaultId | undefined>(undefined)

/** Steps of the whole run that a box stands for, in the order of their start. */
export function stepsOf(graph: OwnGraph, box: OwnBox): readonly StepView[] {
  const last = trace.peek()?.events.at(-1)?.state
  return Object.values(last?.runs ?? {}).flatMap(({ steps }) => Object.values(steps)).filter((step) => !step.path.includes("/undo") && boxOfStep(graph, step)?.id === box.id)
    .sort((a, b) => (a.attempts[0]?.scheduledMs ?? 0) - (b.attempts[0]?.scheduledMs ?? 0))
}

/** Without a run there is one first: what is broken is watched at once. */
export async function dropFault(graph: OwnGraph, box: OwnBox, id: FaultId): Promise<void> {
  const kind = faultKinds.find((each) => each.id === id)
  const label = box.title.split("\n")[0] ?? box.id
  if (kind === undefined) return
  if (!kind.of.includes(box.kind as "tool")) return tell(`${kind.label} can't happen to ${label}: it strikes ${kind.of.map((each) => `${each}s`).join(" and ")}.`)
  armed.value = undefined
  if (trace.peek() === undefined) await run({ play: false })
  // The run itself says why there is none.
  if (trace.peek() === undefined) return
  const step = nextOf(stepsOf(graph, box))
  const callable = step?.callable ?? calledBy(graph, box)
  if (callable === undefined || (step === undefined && id === "crash")) return tell(`This run does not come to ${label}.`)
  rewind(step)
  changeWorld(() => {
    if (id === "down") given.value = { ...given.peek(), [callable]: [outcomes.down] }
    else if (step === undefined) given.value = { ...given.peek(), [callable]: [{ ...outcomes[id as Exclude<FaultId, "crash">], times: 1 }, { action: "returns" }] }
    else faults.value = [...faults.peek(), faultAt(id, step.path, faults.peek())]
  })
}

/** What has happened already is looked at again from just before the fault strikes, and the run plays on. */
function rewind(step: StepView | undefined): void {
  const index = step === undefined ? -1 : (trace.peek()?.events.findIndex((each) => each.step === step.path) ?? -1)
  if (index !== -1 && index < moment.peek()) goTo(Math.max(0, index - 1))
  playing.value = true
}

/** The step that comes next at the moment that is looked at, else the first. */
function nextOf(steps: readonly StepView[]): StepView | undefined {
  const now = worldState.peek()
  const done = new Set(Object.values(now?.runs ?? {}).flatMap((run) => Object.values(run.steps).filter(({ state }) => state === "completed").map(({ path }) => path)))
  return steps.find(({ path }) => !done.has(path)) ?? steps[0]
}

function calledBy({ nodes }: OwnGraph, { id }: OwnBox): string | undefined {
  const flat = (all: typeof nodes): readonly (typeof nodes)[number][] => all.flatMap((node) => [node, ...flat(node.children)])
  const label = flat(nodes).find((node) => node.id === id)?.label
  return info.peek()?.callables.find(({ name }) => name === label)?.name
}

// ---------------------------------------------------------------- what is set, as a list that can be taken back

export interface SetFault {
  readonly key: string
  readonly text: string
  /** The step or callable that it strikes. */
  readonly target: string
  readonly remove: () => void
}

export function setFaults(): readonly SetFault[] {
  const single = faults.value.map((fault, index): SetFault => ({
    key: `fault ${index}`, text: faultText(fault), target: "callable" in fault ? fault.callable : "",
    remove: () => changeWorld(() => { faults.value = faults.peek().filter((each) => each !== fault) }),
  }))
  const scripted = Object.entries(given.value).map(([callable, list]): SetFault => ({
    key: `given ${callable}`, text: givenText(callable, list), target: callable,
    remove: () => changeWorld(() => { given.value = Object.fromEntries(Object.entries(given.peek()).filter(([name]) => name !== callable)) }),
  }))
  return [...single, ...scripted]
}

const shortStep = (path: string): string => path.split("/").slice(1).join("/") || path

export function faultText(fault: Fault): string {
  switch (fault.kind) {
    case "crash": return `crash at point ${fault.boundary + 1}`
    case "crashAt": return `crash ${fault.point} ${shortStep(fault.callable)}`
    case "outcome": return `${fault.outcome.kind ?? fault.outcome.instead ?? "answer"} at ${shortStep(fault.callable)}${fault.nth === 1 ? "" : `, call ${fault.nth}`}`
    case "drop":
    case "duplicate":
    case "delay": return `${fault.kind} message ${fault.message}`
  }
}

function givenText(callable: string, [first]: readonly ScriptedOutcome[]): string {
  if (first === undefined) return callable
  if (first.instead !== undefined) return `${callable}: ${first.instead}`
  if (first.action === "fails") return `${callable} fails ${first.kind}${first.times === undefined ? " always" : ""}`
  return `${callable}: ${JSON.stringify(first.value)?.slice(0, 40) ?? "usual"}`
}

/** How many faults strike a box. */
export function faultsAt(graph: OwnGraph): (box: OwnBox) => number {
  const targets = setFaults().map(({ target }) => target)
  if (targets.length === 0) return () => 0
  return (box) => {
    if (box.role !== "card") return 0
    const steps = stepsOf(graph, box)
    return targets.filter((target) => steps.some(({ path, callable }) => path === target || callable === target)).length
  }
}
