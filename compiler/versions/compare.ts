// Which differences between two skeletons a run that is under way can't be replayed over, and which it never notices.

import type { Location } from "../../base/text/span.ts"
import { looseMark, type SkeletonNode } from "./skeleton.ts"

export interface Change {
  /** "`a (tool)` was added before `b (agent)`" */
  readonly what: string
  /** Where in the program as it is now. */
  readonly origin: Location
  /** Set when only some runs notice: which. */
  readonly onlyRuns?: string
}

/** Nothing that a run has done may have another name, kind or place; what it has not done yet may. */
export function compareSkeletons(was: readonly SkeletonNode[], now: readonly SkeletonNode[], origin: Location): readonly Change[] {
  const [wasNeeds, nowNeeds] = [was.filter(isNeed), now.filter(isNeed)]
  const added = nowNeeds.filter(({ text }) => !wasNeeds.some((each) => each.text === text)).map((need): Change => ({
    what: `it \`${need.text}\`, which runs were started without`, origin: need.origin ?? origin,
  }))
  const rest = (nodes: readonly SkeletonNode[]): readonly SkeletonNode[] => nodes.filter((each) => !isNeed(each))
  return [...added, ...sequence(rest(was), rest(now), { origin, isLast: true, inLoop: false, owner: undefined })]
}

function isNeed({ text }: SkeletonNode): boolean {
  return text.startsWith("needs ")
}

interface Place {
  readonly origin: Location
  /** Nothing durable comes after these on their way: a run that has done all of them is over. */
  readonly isLast: boolean
  readonly inLoop: boolean
  /** The step that loose lines speak of. */
  readonly owner: string | undefined
}

function sequence(was: readonly SkeletonNode[], now: readonly SkeletonNode[], place: Place): readonly Change[] {
  const isLoose = ({ text }: SkeletonNode): boolean => text.startsWith(looseMark)
  const strict = (nodes: readonly SkeletonNode[]): readonly SkeletonNode[] => nodes.filter((each) => !isLoose(each))
  return [...strictChanges(strict(was), strict(now), place), ...looseChanges(was.filter(isLoose), now.filter(isLoose), place)]
}

// ---------------------------------------------------------------- steps in their order

function strictChanges(allWas: readonly SkeletonNode[], allNow: readonly SkeletonNode[], place: Place): readonly Change[] {
  const isLast = place.isLast || (!place.inLoop && endsRun(allWas))
  const trimmed = (nodes: readonly SkeletonNode[]): readonly SkeletonNode[] =>
    isLast && !place.inLoop && endsRun(nodes) ? nodes.slice(0, -1) : nodes
  const [was, now] = [trimmed(allWas), trimmed(allNow)]
  const pairs = aligned(was, now, ({ text }) => text)
  const changes: Change[] = []
  const removed: { readonly node: SkeletonNode; readonly origin: Location }[] = []
  const added: { readonly node: SkeletonNode; readonly before: SkeletonNode | undefined }[] = []
  let [i, j] = [0, 0]
  for (const [nextWas, nextNow] of [...pairs, [was.length, now.length] as const]) {
    const gone = was.slice(i, nextWas)
    const come = now.slice(j, nextNow)
    const isBehindAll = isLast && nextWas === was.length && gone.length === 0
    const replacing = aligned(gone, come, family)
    for (const [before, after] of replacing) changes.push(replaced(gone[before]!, come[after]!, place))
    gone.forEach((node, index) => {
      if (!replacing.some(([before]) => before === index)) removed.push({ node, origin: now[nextNow]?.origin ?? place.origin })
    })
    const start = j
    come.forEach((node, index) => {
      if (!isBehindAll && !replacing.some(([, after]) => after === index)) added.push({ node, before: now[start + index + 1] })
    })
    const [before, after] = [was[nextWas], now[nextNow]]
    if (before !== undefined && after !== undefined) changes.push(...below(before, after, { ...place, isLast: isLast && nextWas === was.length - 1 }))
    ;[i, j] = [nextWas + 1, nextNow + 1]
  }
  for (const { node, origin } of removed) {
    const elsewhere = added.findIndex((each) => each.node.text === node.text)
    const moved = elsewhere < 0 ? undefined : added.splice(elsewhere, 1)[0]!
    changes.push(moved === undefined
      ? { what: `\`${node.text}\` was removed`, origin }
      : { what: `\`${node.text}\` was moved${moved.before === undefined ? " to the end" : ` before \`${moved.before.text}\``}`, origin: moved.node.origin ?? origin })
  }
  for (const { node, before } of added) {
    changes.push({ what: `\`${node.text}\` was added${before === undefined ? "" : ` before \`${before.text}\``}`, origin: node.origin ?? place.origin })
  }
  return changes
}

/** After it a run is over, or begins again with an empty history. */
function endsRun(nodes: readonly SkeletonNode[]): boolean {
  return /^(return|finish|continue as new)$/.test(nodes.at(-1)?.text ?? "")
}

function replaced(was: SkeletonNode, now: SkeletonNode, place: Place): Change {
  return { what: `\`${was.text}\` became \`${now.text}\``, origin: now.origin ?? place.origin }
}

/** A step can take a step's place, a loop a loop's; anything else was removed and added. */
function family({ text }: SkeletonNode): string {
  return /^(if|match|for|repeat|parallel|race|branch|within|wait|sleep|publish|settings|return|give|finish|continue|fail|deadline)\b/.exec(text)?.[0] ?? "step"
}

/** A way through a branch ends where the branch does; a round of a loop does not end the loop. */
function below(was: SkeletonNode, now: SkeletonNode, place: Place): readonly Change[] {
  const isBranch = /^(if|match|then|else|case)\b/.test(now.text)
  // A round does not end the loop, a branch does not end what it stands in.
  const isLoop = /^(for|repeat|parallel|race|branch|within)\b/.test(now.text)
  const origin = now.origin ?? place.origin
  const owner = isBranch || isLoop ? place.owner : now.text
  return sequence(was.children, now.children, { origin, owner, isLast: place.isLast && isBranch, inLoop: place.inLoop || isLoop })
}

/** Pairs of indices with the same key, as many as there can be, in order. */
function aligned(
  a: readonly SkeletonNode[], b: readonly SkeletonNode[], keyOf: (node: SkeletonNode) => string,
): readonly (readonly [number, number])[] {
  const same = (i: number, j: number): boolean => keyOf(a[i]!) === keyOf(b[j]!)
  const lengths = Array.from({ length: a.length + 1 }, () => new Array<number>(b.length + 1).fill(0))
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      lengths[i]![j] = same(i, j) ? lengths[i + 1]![j + 1]! + 1 : Math.max(lengths[i + 1]![j]!, lengths[i]![j + 1]!)
    }
  }
  const pairs: (readonly [number, number])[] = []
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    if (same(i, j)) pairs.push([i++, j++])
    else if (lengths[i + 1]![j]! >= lengths[i]![j + 1]!) i++
    else j++
  }
  return pairs
}

// ---------------------------------------------------------------- what only some runs notice

function looseChanges(was: readonly SkeletonNode[], now: readonly SkeletonNode[], place: Place): readonly Change[] {
  const pairs = aligned(was, now, ({ text }) => text)
  const gone = was.filter((_, index) => !pairs.some(([i]) => i === index))
  const come = now.filter((_, index) => !pairs.some(([, j]) => j === index))
  const changes = pairs.flatMap(([i, j]) => {
    const inside = sequence(was[i]!.children, now[j]!.children, { ...place, origin: now[j]!.origin ?? place.origin, isLast: false })
    return inside.map((change) => ({ ...change, onlyRuns: change.onlyRuns ?? runsThat(now[j]!.text, place.owner) }))
  })
  for (const before of gone) {
    const index = come.findIndex((each) => topic(each.text) === topic(before.text))
    const after = index < 0 ? undefined : come.splice(index, 1)[0]!
    if (after !== undefined && onlyRaised(before.text, after.text)) continue
    const what = after === undefined ? `\`${shown(before)}\` was removed` : `\`${shown(before)}\` became \`${shown(after)}\``
    changes.push({ what: of(what, place), origin: after?.origin ?? place.origin, onlyRuns: runsThat(before.text, place.owner) })
  }
  for (const after of come) {
    // A model that was never offered a tool has never called it.
    if (topic(after.text).startsWith("may ")) continue
    changes.push({ what: of(`\`${shown(after)}\` was added`, place), origin: after.origin ?? place.origin, onlyRuns: runsThat(after.text, place.owner) })
  }
  return changes
}

function of(what: string, { owner }: Place): string {
  return owner === undefined ? what : `${what} at \`${owner}\``
}

function shown({ text }: SkeletonNode): string {
  return text.slice(looseMark.length)
}

/** "retry", "undo"; of a tool that a model may call, with its name. */
function topic(text: string): string {
  const words = text.slice(looseMark.length).split(/[ ,]/)
  return words[0] === "may" ? words.slice(0, words[1] === "hand" ? 5 : 3).join(" ") : words[0]!
}

/** A budget with more room refuses nothing that the old one let pass, nor does a loop with more rounds. */
function onlyRaised(was: string, now: string): boolean {
  if (topic(was) !== "budget" && topic(was) !== "up") return false
  const amounts = (text: string): Map<string, number> =>
    new Map([...text.matchAll(/(\d+(?:\.\d+)?(?:e[+-]?\d+)?) (\w+)/g)].map((match) => [match[2]!, Number(match[1])]))
  const [before, after] = [amounts(was), amounts(now)]
  return [...after].every(([unit, amount]) => amount >= (before.get(unit) ?? Number.POSITIVE_INFINITY))
}

function runsThat(text: string, owner: string | undefined): string {
  const step = owner === undefined ? "a step" : `\`${owner}\``
  switch (topic(text)) {
    case "budget": return "that are near the budget"
    case "up": return "that have gone through the loop more often"
    case "saga": return "in which the block has failed"
    case "undo": return "that are being undone"
    case "require": return `in which ${step} gave an answer that only one of the two rules takes`
    default: return topic(text).startsWith("may ") ? `in which ${step} has called it` : `in which ${step} has failed`
  }
}
