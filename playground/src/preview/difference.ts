// Which lines of a text are new against an older one: Myers' comparison, with a limit so that it stays fast.

export interface LineChange {
  readonly kind: "same" | "added" | "removed"
  readonly text: string
  /** Line in the new text, from 0; of a removed line the one that it stood before. */
  readonly line: number
}

const mostChanges = 400

/** Undefined where the texts have too little in common to be worth comparing line by line. */
export function compareLines(before: string, after: string): readonly LineChange[] | undefined {
  const [a, b] = [before.split("\n"), after.split("\n")]
  let start = 0
  while (start < a.length && start < b.length && a[start] === b[start]) start++
  let end = 0
  while (end < a.length - start && end < b.length - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end++
  const middle = path(a.slice(start, a.length - end), b.slice(start, b.length - end))
  if (middle === undefined) return undefined
  const same = (text: string, line: number): LineChange => ({ kind: "same", text, line })
  return [
    ...b.slice(0, start).map(same),
    ...middle.map((each) => ({ ...each, line: each.line + start })),
    ...b.slice(b.length - end).map((text, index) => same(text, b.length - end + index)),
  ]
}

function path(a: readonly string[], b: readonly string[]): readonly LineChange[] | undefined {
  const furthest = new Map<number, number>([[1, 0]])
  const trail: Map<number, number>[] = []
  for (let d = 0; d <= Math.min(a.length + b.length, mostChanges); d++) {
    trail.push(new Map(furthest))
    for (let k = -d; k <= d; k += 2) {
      const down = k === -d || (k !== d && (furthest.get(k - 1) ?? -1) < (furthest.get(k + 1) ?? -1))
      let x = down ? furthest.get(k + 1)! : furthest.get(k - 1)! + 1
      while (x < a.length && x - k < b.length && a[x] === b[x - k]) x++
      furthest.set(k, x)
      if (x >= a.length && x - k >= b.length) return walkBack(a, b, trail)
    }
  }
  return undefined
}

function walkBack(a: readonly string[], b: readonly string[], trail: readonly ReadonlyMap<number, number>[]): readonly LineChange[] {
  const changes: LineChange[] = []
  let [x, y] = [a.length, b.length]
  for (let d = trail.length - 1; d >= 0; d--) {
    const furthest = trail[d]!
    const k = x - y
    const down = k === -d || (k !== d && (furthest.get(k - 1) ?? -1) < (furthest.get(k + 1) ?? -1))
    const [fromX, fromK] = [furthest.get(down ? k + 1 : k - 1)!, down ? k + 1 : k - 1]
    const fromY = fromX - fromK
    while (x > Math.max(fromX, 0) && y > Math.max(fromY, 0)) changes.push({ kind: "same", text: b[--y]!, line: y }), x--
    if (d === 0) break
    if (down) changes.push({ kind: "added", text: b[--y]!, line: y })
    else changes.push({ kind: "removed", text: a[--x]!, line: y })
  }
  return changes.reverse()
}
