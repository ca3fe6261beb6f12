// Moments and values as the Studio shows them.

import type { Json } from "../../../cli/studio/api.ts"

const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit" })
const day = new Intl.DateTimeFormat(undefined, { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit" })

export const timeOf = (ms: number): string => clock.format(ms)

/** The time alone for what is less than half a day old. */
export const momentOf = (ms: number, now: number): string => (now - ms < 43_200_000 ? clock : day).format(ms)

export const json = (value: Json | undefined): string => (value === undefined ? "" : JSON.stringify(value, null, 2))
