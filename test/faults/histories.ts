// What must be equal between a disturbed run and an undisturbed one: everything but times, and order where it is chance.

import type { HistoryEvent } from "../../engine/types.ts"

/** Without times and other names for the same run; with `isParallel`, also without what only timing decides. */
export function comparable(history: readonly HistoryEvent[], { isParallel }: { readonly isParallel: boolean }): readonly string[] {
  const lines = history
    .filter((event) => !isParallel || event.kind !== "orchestratorStarted")
    .map((event) => ({ isAnswer: isAnswer(event), text: JSON.stringify(event, withoutTimes) }))
  if (!isParallel) return lines.map(({ text }) => text)
  // What a turn caused is in the order of the program; what came to it meanwhile is in the order of the world.
  const caused = lines.filter(({ isAnswer: answer }) => !answer).map(({ text }) => text)
  const came = lines.filter(({ isAnswer: answer }) => answer).map(({ text }) => text)
  return [...caused, "", ...came.sort()]
}

const timely = new Set(["timestampMs", "fireAtMs", "executionId", "stackTrace"])

function withoutTimes(key: string, value: unknown): unknown {
  return timely.has(key) ? undefined : value
}

function isAnswer({ kind }: HistoryEvent): boolean {
  return kind === "taskCompleted" || kind === "taskFailed" || kind === "timerFired"
    || kind === "childCompleted" || kind === "childFailed" || kind === "eventRaised"
}

export function payloadsHeard(history: readonly HistoryEvent[]): readonly string[] {
  return history.flatMap((event) => (event.kind === "eventRaised" ? [event.input ?? ""] : []))
}

/** Timers that fired before their time, as text. */
export function earlyTimers(history: readonly HistoryEvent[]): readonly string[] {
  return history.flatMap((event) =>
    event.kind === "timerFired" && event.timestampMs < event.fireAtMs
      ? [`timer ${event.timerId}: ${event.fireAtMs - event.timestampMs} ms early`]
      : [])
}

/** Answers to the same question that got into a history twice. */
export function doubledAnswers(history: readonly HistoryEvent[]): readonly string[] {
  const seen = new Set<string>()
  return history.flatMap((event) => {
    if (!isAnswer(event) || event.kind === "eventRaised") return []
    const key = `${event.kind.startsWith("task") ? "task" : event.kind.startsWith("child") ? "child" : "timer"} ${"timerId" in event ? event.timerId : "taskId" in event ? event.taskId : ""}`
    if (seen.has(key)) return [key]
    seen.add(key)
    return []
  })
}
