// The worlds of `crash everywhere` and `fault everywhere`: one fault each, at every place that an undisturbed run comes by.

import type { Boundary } from "../boundaries.ts"
import type { Program } from "../program.ts"
import type { Fault } from "../world.ts"
import type { Played } from "./play.ts"
import type { LoadedTest } from "./tests.ts"
import { failure } from "./world.ts"

export interface Variant {
  readonly fault: Fault
  /** "a crash after the effect of postToSlack" */
  readonly label: string
  /** As a step of a test: `crash in postToSlack at 1`. */
  readonly step: string
  /** What a coverage counts: the place and the kind of the fault. */
  readonly point: string
}

export function variantsOf(program: Program, test: LoadedTest, undisturbed: Played): readonly Variant[] {
  const wants = (kind: "crash" | "fault"): boolean => test.steps.some((step) => step.kind === kind && step.where.kind === "everywhere")
  return [
    ...(wants("crash") ? undisturbed.simulation.boundaries.map(crashAt) : []),
    ...(wants("fault") ? [...failures(program, undisturbed), ...lostMessages(undisturbed)] : []),
  ]
}

function crashAt(boundary: Boundary): Variant {
  const { index, kind, of, callable, nth = 1, atMs: _, step } = boundary
  const isCall = callable !== undefined && (kind === "before" || kind === "during" || kind === "after")
  const words = { before: "before the call of", during: "before anyone knows the outcome of", after: "right after the outcome of", "before commit": "before the commit of", "after commit": "after the commit of" }[kind]
  const point = { before: "before", during: "in", after: "after", "before commit": "", "after commit": "" }[kind]
  return {
    fault: { kind: "crash", boundary: index },
    label: `a crash ${words} ${isCall ? (step ?? callable) : of}`,
    step: isCall ? `crash ${point} ${callable} at ${nth}` : `crash at ${index}`,
    point: `crash ${kind} ${callable ?? of.replaceAll(/\d+/g, "N")}`,
  }
}

/** Each declared failure at each call. What may have been done is tried both ways: a lost request, and a lost answer. */
function failures(program: Program, { simulation }: Played): readonly Variant[] {
  const counts = new Map<string, number>()
  return simulation.outside().calls.flatMap(({ callable, step }) => {
    const nth = (counts.get(callable) ?? 0) + 1
    counts.set(callable, nth)
    const known = program.callables.get(callable)
    const changes = known?.kind === "tool" && known.spec.effect === "writes"
    return (program.failures[callable] ?? []).flatMap((kind) => {
      const both = changes && (kind === "timeout" || kind === "network")
      return (both ? [false, true] : [false]).map((effect): Variant => ({
        fault: { kind: "outcome", callable, nth, outcome: failure(program, callable, kind, { effect }) },
        label: known?.kind === "human" ? `no answer to ${step}` : `${kind}${effect ? ", although it was done," : ""} at ${step}`,
        step: `fault ${kind} ${effect ? "after" : "in"} ${callable} at ${nth}`,
        point: `${kind}${effect ? " after" : ""} at ${callable}`,
      }))
    })
  })
}

function lostMessages({ simulation }: Played): readonly Variant[] {
  return Array.from({ length: simulation.messages() }, (_, message) => message).flatMap((message) =>
    (["drop", "duplicate", "delay"] as const).map((kind): Variant => ({
      fault: kind === "delay" ? { kind, message, byMs: 5_000 } : { kind, message },
      label: { drop: "a lost message", duplicate: "a message that comes twice", delay: "a late message" }[kind],
      step: `fault ${kind} at ${message}`,
      point: `${kind} of a message`,
    })))
}
