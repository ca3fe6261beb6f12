// Ids that every replay draws again: idempotency keys and the language's uuid().

import { sha256Hex } from "./hash.ts"

/** The start time tells two runs of one instance id apart. */
export function idempotencyKey(of: { readonly runId: string; readonly start: number; readonly step: string }): string {
  return uuidFrom(["key", of.runId, of.start, of.step])
}

/** A UUID of version 8 (RFC 9562: bits of one's own making) that depends on the parts alone. */
export function uuidFrom(parts: readonly (string | number)[]): string {
  const hex = sha256Hex(JSON.stringify(parts), 32)
  const variant = ((parseInt(hex.charAt(16), 16) & 3) | 8).toString(16)
  const [version, clock] = [`8${hex.slice(13, 16)}`, variant + hex.slice(17, 20)]
  return [hex.slice(0, 8), hex.slice(8, 12), version, clock, hex.slice(20)].join("-")
}
