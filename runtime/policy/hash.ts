// SHA-256 without a platform: ids and jitter are drawn from names, so that every replay and every host draws the same.

const roundConstants = fractionalBits(primes(64), 1 / 3)
const initialState = fractionalBits(primes(8), 1 / 2)

/** The first `count` hexadecimal digits (at most 64) of the SHA-256 of the text's UTF-8. */
export function sha256Hex(text: string, count = 64): string {
  return [...sha256(text)].map((word) => word.toString(16).padStart(8, "0")).join("").slice(0, count)
}

/** A number in [0, 1) that only depends on the text. */
export function unitInterval(text: string): number {
  const [high = 0, low = 0] = sha256(text)
  return (high * 2 ** 21 + (low >>> 11)) / 2 ** 53
}

/** Bytes of the text in UTF-8. */
export function utf8Length(text: string): number {
  let length = 0
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0
    length += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4
  }
  return length
}

function utf8(text: string): number[] {
  const bytes: number[] = []
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0
    if (code < 0x80) bytes.push(code)
    else if (code < 0x800) bytes.push(0xc0 | (code >> 6), 0x80 | (code & 63))
    else if (code < 0x10000) bytes.push(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63))
    else bytes.push(0xf0 | (code >> 18), 0x80 | ((code >> 12) & 63), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63))
  }
  return bytes
}

function sha256(text: string): Uint32Array {
  const bytes = utf8(text)
  const bitLength = bytes.length * 8
  bytes.push(0x80)
  while (bytes.length % 64 !== 56) bytes.push(0)
  const view = new DataView(new ArrayBuffer(bytes.length + 8))
  bytes.forEach((byte, index) => view.setUint8(index, byte))
  view.setUint32(bytes.length, Math.floor(bitLength / 2 ** 32))
  view.setUint32(bytes.length + 4, bitLength >>> 0)
  const state = Uint32Array.from(initialState)
  for (let block = 0; block < view.byteLength; block += 64) compress(state, schedule(view, block))
  return state
}

function schedule(view: DataView, block: number): Uint32Array {
  const words = new Uint32Array(64)
  for (let index = 0; index < 16; index++) words[index] = view.getUint32(block + index * 4)
  for (let index = 16; index < 64; index++) {
    const early = words[index - 15] ?? 0
    const late = words[index - 2] ?? 0
    const small0 = rotate(early, 7) ^ rotate(early, 18) ^ (early >>> 3)
    const small1 = rotate(late, 17) ^ rotate(late, 19) ^ (late >>> 10)
    words[index] = (words[index - 16] ?? 0) + small0 + (words[index - 7] ?? 0) + small1
  }
  return words
}

function compress(state: Uint32Array, words: Uint32Array): void {
  let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = state
  for (let round = 0; round < 64; round++) {
    const big1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)
    const first = (h + big1 + ((e & f) ^ (~e & g)) + (roundConstants[round] ?? 0) + (words[round] ?? 0)) | 0
    const big0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)
    const second = (big0 + ((a & b) ^ (a & c) ^ (b & c))) | 0
    ;[h, g, f, e, d, c, b, a] = [g, f, e, (d + first) | 0, c, b, a, (first + second) | 0]
  }
  for (const [index, value] of [a, b, c, d, e, f, g, h].entries()) state[index] = (state[index] ?? 0) + value
}

function rotate(word: number, count: number): number {
  return (word >>> count) | (word << (32 - count))
}

function primes(count: number): number[] {
  const found: number[] = []
  for (let candidate = 2; found.length < count; candidate++) {
    if (found.every((prime) => candidate % prime !== 0)) found.push(candidate)
  }
  return found
}

function fractionalBits(numbers: readonly number[], exponent: number): Uint32Array {
  return Uint32Array.from(numbers, (number) => ((number ** exponent) % 1) * 2 ** 32)
}
