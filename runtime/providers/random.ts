// A seeded stream of numbers: the same seed gives the same stream on every machine and in every version of Node.

export interface Random {
  /** A whole number in [0, bound). */
  below(bound: number): number
}

/** mulberry32 over an FNV-1a hash of the seed text. */
export function randomFrom(seed: string): Random {
  let state = hash(seed)
  return {
    below(bound) {
      state = (state + 0x6d2b79f5) >>> 0
      let mixed = Math.imul(state ^ (state >>> 15), state | 1)
      mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
      return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296) * bound)
    },
  }
}

export function hash(text: string): number {
  let value = 0x811c9dc5
  for (let index = 0; index < text.length; index += 1) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193) >>> 0
  }
  return value
}
