// Protocol buffers by hand, as far as it takes to put a message together or apart without a look at what is in its parts.

/** Where a field lies in its message: its tag, and its content without tag and length. */
export interface Field {
  readonly number: number
  readonly at: number
  readonly start: number
  readonly end: number
}

/** The sizes of the wire types that have one. */
const fixed: Readonly<Record<number, number>> = { 1: 8, 5: 4 }
const lengthDelimited = 2

/** Throws a RangeError where the bytes are no message. */
export function fieldsOf(bytes: Uint8Array): readonly Field[] {
  const fields: Field[] = []
  for (let at = 0; at < bytes.length; ) {
    const tag = readVarint(bytes, at)
    const type = tag.value % 8
    const first = type === lengthDelimited || type === 0 ? readVarint(bytes, tag.end) : { value: 0, end: tag.end + (fixed[type] ?? Number.NaN) }
    const start = type === lengthDelimited ? first.end : tag.end
    const end = type === lengthDelimited ? first.end + first.value : first.end
    if (!(end <= bytes.length)) throw new RangeError("these bytes are no protocol message")
    fields.push({ number: Math.floor(tag.value / 8), at, start, end })
    at = end
  }
  return fields
}

function readVarint(bytes: Uint8Array, start: number): { readonly value: number; readonly end: number } {
  let value = 0
  let at = start
  for (let scale = 1; ; scale *= 128) {
    const byte = bytes[at++]
    if (byte === undefined) throw new RangeError("these bytes are no protocol message")
    value += (byte & 0x7f) * scale
    if (byte < 0x80) return { value, end: at }
  }
}

export function varint(number: number): readonly number[] {
  return number > 0x7f ? [(number & 0x7f) | 0x80, ...varint(Math.floor(number / 128))] : [number]
}
