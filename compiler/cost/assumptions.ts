// What the bound takes over from the runtime and from nowhere else; a test holds each number to the runtime's own.

import type { RetryPlan } from "../3-plan/types.ts"

export interface Retries {
  readonly times: number
  readonly firstMs: number
  readonly maxMs: number
  readonly factor: number
}

/** Invalid answers that one model may correct. */
export const repairTurnsMax = 3

/** Turns of one agent call, all its models together. */
export const agentTurnsMax = 100

/** Tools of one turn that run at the same time. */
export const toolsAtATime = 16

/** Items of a loop that run at the same time. */
export const itemsAtATimeMax = 64

/** A model call is not sent for less room than this (or than its model gives at all). */
export const usefulOutputTokens = 256

export const framingTokensPerMessage = 8
export const framingTokensPerRequest = 64

/** The largest answer of an activity that a history takes, in bytes of JSON: so long can a wrong answer be. */
export const envelopeBytesMax = 2 * 1024 * 1024

/** Problems that are listed of one wrong answer, "and n more" and "cut off" included. */
export const problemsMax = 10

/** A model call without a declared timeout ends after this. */
export const modelTimeoutMs = 5 * 60_000

const transientRetries = { firstMs: 1_000, maxMs: 60_000, factor: 2 }
export const agentRetries: Retries = { times: 2, ...transientRetries }
export const undoRetries: Retries = { times: 5, ...transientRetries }
export const inboxRetries: Retries = { times: 5, ...transientRetries }
export const noRetries: Retries = { times: 0, ...transientRetries }

export function retriesOf(retry: RetryPlan): Retries {
  if (retry.never || retry.times <= 0) return noRetries
  const firstMs = retry.backoff?.firstMs ?? transientRetries.firstMs
  const maxMs = Math.max(firstMs, retry.backoff?.maxMs ?? transientRetries.maxMs)
  return { times: retry.times, firstMs, maxMs, factor: retry.factor ?? transientRetries.factor }
}

/** All waits between the attempts; jitter only makes them shorter. */
export function backoffMs({ times, firstMs, maxMs, factor }: Retries): number {
  let total = 0
  for (let used = 0; used < times; used++) {
    const ceilingMs = Math.min(maxMs, firstMs * factor ** used)
    // From here on every wait is the longest one.
    if (ceilingMs === maxMs && factor >= 1) return total + (times - used) * Math.round(maxMs)
    total += Math.round(ceilingMs)
  }
  return total
}

/** Bytes of a text in UTF-8; a lone surrogate is written as three. */
export function utf8Length(text: string): number {
  let length = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    // The second half of a pair brings its three bytes to four.
    const isPaired = code >= 0xdc00 && code < 0xe000 && at > 0 && isHighSurrogate(text.charCodeAt(at - 1))
    length += code < 0x80 ? 1 : code < 0x800 ? 2 : isPaired ? 1 : 3
  }
  return length
}

function isHighSurrogate(code: number): boolean {
  return code >= 0xd800 && code < 0xdc00
}
