// `concurrency`: who runs, who waits and who joins, as a value that workers share; decided here, stored elsewhere.

import type { Concurrency } from "../contract.ts"

/** State store: `gate:<workflow>`. */
export interface Gate {
  readonly v: 1
  /** By the text of what `by` gives. */
  readonly groups: Readonly<Record<string, Group>>
}

export interface Group {
  readonly active: readonly Admitted[]
  /** First come, first served. */
  readonly waiting: readonly Entry[]
}

export interface Entry {
  readonly id: string
  /** Of the parameters: equal for equal ones. */
  readonly same: string
  readonly parameters: object
  /** When it came, epoch ms. */
  readonly at?: number
}

/** The parameters stay until the start is certain, so that any worker can finish what another one began. */
export type Admitted = Pick<Entry, "id" | "same"> & Partial<Pick<Entry, "parameters">>

export type Admission =
  | { readonly kind: "start" }
  | { readonly kind: "queued" }
  | { readonly kind: "dropped" }
  | { readonly kind: "joined"; readonly id: string }
  /** The same id is here already. */
  | { readonly kind: "known" }

export const emptyGate: Gate = { v: 1, groups: {} }

const noGroup: Group = { active: [], waiting: [] }

export function admit(
  gate: Gate, key: string, entry: Entry, { atMost, whenFull = "queue" }: Pick<Concurrency, "atMost" | "whenFull">,
): { readonly gate: Gate; readonly admission: Admission } {
  const group = groupOf(gate, key)
  const present = [...group.active, ...group.waiting]
  if (present.some(({ id }) => id === entry.id)) return { gate, admission: { kind: "known" } }
  const equal = whenFull === "join" ? present.find(({ same }) => same === entry.same) : undefined
  if (equal !== undefined) return { gate, admission: { kind: "joined", id: equal.id } }
  if (group.active.length < atMost)
    return { gate: withGroup(gate, key, { ...group, active: [...group.active, entry] }), admission: { kind: "start" } }
  if (whenFull === "drop") return { gate, admission: { kind: "dropped" } }
  return { gate: withGroup(gate, key, { ...group, waiting: [...group.waiting, entry] }), admission: { kind: "queued" } }
}

/** Takes ended runs out and moves the longest waiting in; those that were moved are to be started. */
export function release(
  gate: Gate, ended: ReadonlySet<string>, { atMost }: Pick<Concurrency, "atMost">,
): { readonly gate: Gate; readonly start: readonly Entry[] } {
  const start: Entry[] = []
  let next = gate
  for (const [key, { active, waiting }] of Object.entries(gate.groups)) {
    const left = active.filter(({ id }) => !ended.has(id))
    const admitted = waiting.slice(0, Math.max(0, atMost - left.length))
    start.push(...admitted)
    if (left.length === active.length && admitted.length === 0) continue
    next = withGroup(next, key, { active: [...left, ...admitted], waiting: waiting.slice(admitted.length) })
  }
  return { gate: next, start }
}

/** The start is certain: the parameters are the run's own now. */
export function started(gate: Gate, id: string): Gate {
  const found = Object.entries(gate.groups).find(([, { active }]) => active.some((one) => one.id === id && one.parameters))
  if (found === undefined) return gate
  const [key, group] = found
  const active = group.active.map((one) => (one.id === id ? { id: one.id, same: one.same } : one))
  return withGroup(gate, key, { ...group, active })
}

export function everyActive(gate: Gate): readonly Admitted[] {
  return Object.values(gate.groups).flatMap(({ active }) => active)
}

function groupOf(gate: Gate, key: string): Group {
  return Object.hasOwn(gate.groups, key) ? gate.groups[key] ?? noGroup : noGroup
}

/** An empty group is left out: keys would pile up for ever. */
function withGroup(gate: Gate, key: string, group: Group): Gate {
  const { [key]: _, ...others } = gate.groups
  const isEmpty = group.active.length === 0 && group.waiting.length === 0
  return { v: 1, groups: isEmpty ? others : { ...others, [key]: group } }
}
