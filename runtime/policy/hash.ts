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

/** Every replay draws the key of every finished step again, so this is written for speed. */
function sha256(text: string): Uint32Array {
  const length = utf8Length(text)
  const view = new DataView(new ArrayBuffer(Math.ceil((length + 9) / 64) * 64))
  writeUtf8(view, text)
  view.setUint8(length, 0x80)
  view.setUint32(view.byteLength - 8, Math.floor(length / 2 ** 29))
  view.setUint32(view.byteLength - 4, (length * 8) >>> 0)
  const state = Uint32Array.from(initialState)
  const words = new Uint32Array(64)
  for (let block = 0; block < view.byteLength; block += 64) {
    schedule(words, view, block)
    compress(state, words)
  }
  return state
}

function writeUtf8(view: DataView, text: string): void {
  let at = 0
  const write = (byte: number): void => view.setUint8(at++, byte)
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0
    if (code < 0x80) write(code)
    else {
      if (code < 0x800) write(0xc0 | (code >> 6))
      else {
        if (code < 0x10000) write(0xe0 | (code >> 12))
        else {
          write(0xf0 | (code >> 18))
          write(0x80 | ((code >> 12) & 63))
        }
        write(0x80 | ((code >> 6) & 63))
      }
      write(0x80 | (code & 63))
    }
  }
}

function schedule(words: Uint32Array, view: DataView, block: number): void {
  for (let index = 0; index < 16; index++) words[index] = view.getUint32(block + index * 4)
  for (let index = 16; index < 64; index++) {
    const early = words[index - 15] ?? 0
    const late = words[index - 2] ?? 0
    const small0 = rotate(early, 7) ^ rotate(early, 18) ^ (early >>> 3)
    const small1 = rotate(late, 17) ^ rotate(late, 19) ^ (late >>> 10)
    words[index] = (words[index - 16] ?? 0) + small0 + (words[index - 7] ?? 0) + small1
  }
}

function compress(state: Uint32Array, words: Uint32Array): void {
  let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = state
  for (let round = 0; round < 64; round++) {
    const big1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)
    const first = (h + big1 + ((e & f) ^ (~e & g)) + (roundConstants[round] ?? 0) + (words[round] ?? 0)) | 0
    const big0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)
    const second = (big0 + ((a & b) ^ (a & c) ^ (b & c))) | 0
    h = g
    g = f
    f = e
    e = (d + first) | 0
    d = c
    c = b
    b = a
    a = (first + second) | 0
  }
  const mixed = [a, b, c, d, e, f, g, h]
  for (let index = 0; index < 8; index++) state[index] = (state[index] ?? 0) + (mixed[index] ?? 0)
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
