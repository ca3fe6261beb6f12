// Places times on the width of a timeline: true to time, or with long idle stretches cut short. Pure.

export interface Stretch {
  readonly fromMs: number
  readonly toMs: number
}

export interface Scale {
  /** From 0 to 1. */
  readonly at: (ms: number) => number
  /** Where an idle stretch is cut: its place, and how long it really was. */
  readonly cuts: readonly { readonly at: number; readonly ms: number }[]
  /** Times to write below the axis, without any inside a cut. */
  readonly ticks: readonly { readonly at: number; readonly ms: number }[]
}

const ticksMax = 6

/** The busy stretches, joined where they touch or overlap. */
function joined(busy: readonly Stretch[]): readonly Stretch[] {
  const found: { fromMs: number; toMs: number }[] = []
  for (const { fromMs, toMs } of [...busy].sort((a, b) => a.fromMs - b.fromMs)) {
    const last = found.at(-1)
    if (last !== undefined && fromMs <= last.toMs) last.toMs = Math.max(last.toMs, toMs)
    else found.push({ fromMs, toMs })
  }
  return found
}

/** `cutIdle`: an idle stretch longer than a quarter of all busy time takes as much room as a twentieth of it. */
export function scaleOf(whole: Stretch, busy: readonly Stretch[], cutIdle: boolean): Scale {
  const { fromMs, toMs } = { fromMs: whole.fromMs, toMs: Math.max(whole.toMs, whole.fromMs + 1) }
  const stretches = joined(busy.map((each) => ({ fromMs: Math.max(fromMs, each.fromMs), toMs: Math.min(toMs, each.toMs) })))
  const busyMs = stretches.reduce((sum, each) => sum + each.toMs - each.fromMs, 0)
  const [longest, short] = [Math.max(busyMs / 4, 1), Math.max(busyMs / 20, 1)]
  const pieces: { readonly fromMs: number; readonly toMs: number; readonly width: number; readonly isCut: boolean }[] = []
  let reached = fromMs
  const idle = (until: number): void => {
    const ms = until - reached
    if (ms <= 0) return
    const isCut = cutIdle && ms > longest
    pieces.push({ fromMs: reached, toMs: until, width: isCut ? short : ms, isCut })
  }
  for (const each of stretches) {
    idle(each.fromMs)
    pieces.push({ ...each, width: each.toMs - each.fromMs, isCut: false })
    reached = each.toMs
  }
  idle(toMs)
  const total = pieces.reduce((sum, { width }) => sum + width, 0) || 1
  const starts = pieces.reduce<number[]>((sums, { width }) => [...sums, sums.at(-1)! + width], [0])
  const at = (ms: number): number => {
    const index = pieces.findIndex((piece) => ms <= piece.toMs)
    if (index === -1) return 1
    const piece = pieces[index]!
    const share = piece.toMs === piece.fromMs ? 0 : Math.max(0, ms - piece.fromMs) / (piece.toMs - piece.fromMs)
    return (starts[index]! + share * piece.width) / total
  }
  const cuts = pieces.flatMap((piece, index) => (piece.isCut ? [{ at: (starts[index]! + piece.width / 2) / total, ms: piece.toMs - piece.fromMs }] : []))
  const ticks = Array.from({ length: ticksMax }, (_, index) => index / ticksMax).flatMap((share) => {
    const index = starts.findIndex((_sum, each) => starts[each + 1] !== undefined && starts[each + 1]! / total > share)
    const piece = pieces[index]
    if (piece === undefined || piece.isCut) return []
    const inside = (share * total - starts[index]!) / (piece.width || 1)
    return [{ at: share, ms: piece.fromMs + inside * (piece.toMs - piece.fromMs) - fromMs }]
  })
  return { at, cuts, ticks }
}
