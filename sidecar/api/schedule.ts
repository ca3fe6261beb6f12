// When a job is due: fixed periods, cron expressions with seconds, and points in time.

export type Schedule =
  | { readonly kind: "every"; readonly periodMs: number }
  | { readonly kind: "cron"; readonly fields: readonly ReadonlySet<number>[] }

const macros: Readonly<Record<string, string>> = {
  "@yearly": "0 0 0 1 1 *", "@annually": "0 0 0 1 1 *", "@monthly": "0 0 0 1 * *", "@weekly": "0 0 0 * * 0",
  "@daily": "0 0 0 * * *", "@midnight": "0 0 0 * * *", "@hourly": "0 0 * * * *",
}

/** Seconds, minutes, hours, days of the month, months, days of the week. */
const ranges: readonly (readonly [number, number])[] = [[0, 59], [0, 59], [0, 23], [1, 31], [1, 12], [0, 6]]
const names: readonly (readonly string[])[] = [
  [], [], [], [], ["", "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"],
  ["sun", "mon", "tue", "wed", "thu", "fri", "sat"],
]

/** The schedule, or what is wrong with its text. */
export function parseSchedule(text: string): Schedule | string {
  const expression = macros[text] ?? text
  if (expression.startsWith("@every ")) {
    const periodMs = parseDuration(expression.slice("@every ".length))
    return periodMs ? { kind: "every", periodMs } : `'${text}' names no period, such as '@every 1h30m'`
  }
  const parts = expression.trim().split(/\s+/)
  if (parts.length !== ranges.length) return `expected exactly 6 fields, found ${parts.length}: [${expression}]`
  const fields = parts.map((part, index) => parseField(part.toLowerCase(), index))
  const wrong = fields.indexOf(undefined)
  return wrong < 0 ? { kind: "cron", fields: fields as ReadonlySet<number>[] } : `cannot read '${parts[wrong]}'`
}

function parseField(text: string, index: number): ReadonlySet<number> | undefined {
  const [low, high] = ranges[index] ?? [0, 0]
  const values = new Set<number>()
  for (const part of text.split(",")) {
    const [, span = "", step] = /^(.+?)(?:\/(\d+))?$/.exec(part) ?? []
    const [first = "", last] = span.split("-")
    const any = span === "*" || span === "?"
    const from = any ? low : numberOf(first, index)
    const to = any || (step && last === undefined) ? high : last === undefined ? from : numberOf(last, index)
    if (from === undefined || to === undefined || from < low || to > high || from > to || step === "0") return undefined
    for (let value = from; value <= to; value += Number(step ?? 1)) values.add(value)
  }
  return values
}

function numberOf(text: string, index: number): number | undefined {
  const named = names[index]?.indexOf(text) ?? -1
  if (text !== "" && named >= 0) return named
  return /^\d+$/.test(text) ? Number(text) : undefined
}

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 }

/** Of a text such as `1h30m`. */
export function parseDuration(text: string): number | undefined {
  if (!/^(\d+(\.\d+)?(ms|s|m|h))+$/.test(text)) return undefined
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)]
  return parts.reduce((sum, [, number, unit = "s"]) => sum + Number(number) * (unitMs[unit] ?? 0), 0)
}

const yearsMax = 8

/** The first time after `afterMs`, in UTC as daprd's scheduler has it; undefined when there is none in some years. */
export function nextTime(schedule: Schedule, afterMs: number): number | undefined {
  if (schedule.kind === "every") return afterMs + schedule.periodMs
  const [seconds, minutes, hours, days, months, weekdays] = schedule.fields as FieldSets
  const anyDay = days.size === 31
  const anyWeekday = weekdays.size === 7
  const at = new Date(Math.floor(afterMs / 1000) * 1000 + 1000)
  const limit = at.getUTCFullYear() + yearsMax
  while (at.getUTCFullYear() < limit) {
    const [inMonth, onWeekday] = [days.has(at.getUTCDate()), weekdays.has(at.getUTCDay())]
    const dayFits = anyDay || anyWeekday ? inMonth && onWeekday : inMonth || onWeekday
    if (!months.has(at.getUTCMonth() + 1)) at.setUTCMonth(at.getUTCMonth() + 1, 1), at.setUTCHours(0, 0, 0)
    else if (!dayFits) at.setUTCDate(at.getUTCDate() + 1), at.setUTCHours(0, 0, 0)
    else if (!hours.has(at.getUTCHours())) at.setUTCHours(at.getUTCHours() + 1, 0, 0)
    else if (!minutes.has(at.getUTCMinutes())) at.setUTCMinutes(at.getUTCMinutes() + 1, 0)
    else if (!seconds.has(at.getUTCSeconds())) at.setUTCSeconds(at.getUTCSeconds() + 1)
    else return at.getTime()
  }
  return undefined
}

type FieldSets = readonly [
  ReadonlySet<number>, ReadonlySet<number>, ReadonlySet<number>, ReadonlySet<number>, ReadonlySet<number>,
  ReadonlySet<number>,
]
