// An icon font made small: only the outlines that are drawn, in the compressed form that browsers read.

import { brotliCompressSync, constants } from "node:zlib"

interface Table {
  readonly tag: string
  readonly data: Buffer
}

/** A WOFF2 file of a TrueType font (bytes of a .ttf), in which characters other than `kept` (code points) draw nothing. */
export function iconFont(ttf: Buffer, kept: ReadonlySet<number>): Buffer {
  const tables = read(ttf)
  const of = (tag: string): Buffer => tables.find((table) => table.tag === tag)!.data
  const { glyf, loca } = outlines(of("glyf"), offsets(of("loca"), of("head").readInt16BE(50) === 1), glyphsOf(of("cmap"), kept))
  const head = Buffer.from(of("head"))
  head.writeInt16BE(1, 50)
  // Names of glyphs and ligatures are for programs that edit fonts.
  const post = Buffer.from(of("post").subarray(0, 32))
  post.writeUInt32BE(0x00030000, 0)
  const small = tables.filter(({ tag }) => tag !== "GSUB").map(({ tag, data }) => ({ tag, data: tag === "glyf" ? glyf : tag === "loca" ? loca : tag === "head" ? head : tag === "post" ? post : data }))
  return woff2(small)
}

function read(ttf: Buffer): readonly Table[] {
  return Array.from({ length: ttf.readUInt16BE(4) }, (_, index) => {
    const at = 12 + index * 16
    const start = ttf.readUInt32BE(at + 8)
    return { tag: ttf.toString("latin1", at, at + 4), data: ttf.subarray(start, start + ttf.readUInt32BE(at + 12)) }
  })
}

function offsets(loca: Buffer, isLong: boolean): readonly number[] {
  return Array.from({ length: loca.length / (isLong ? 4 : 2) }, (_, index) => (isLong ? loca.readUInt32BE(index * 4) : loca.readUInt16BE(index * 2) * 2))
}

/** Ids of the glyphs of characters, by the table of format 4; id 0 is what a missing character shows. */
function glyphsOf(cmap: Buffer, kept: ReadonlySet<number>): ReadonlySet<number> {
  const starts = Array.from({ length: cmap.readUInt16BE(2) }, (_, index) => cmap.readUInt32BE(4 + index * 8 + 4))
  const start = starts.find((each) => cmap.readUInt16BE(each) === 4)
  if (start === undefined) throw new Error("the icon font has no character table of format 4")
  const map = cmap.subarray(start)
  const segments = map.readUInt16BE(6) / 2
  const found = new Set([0])
  for (let segment = 0; segment < segments; segment++) {
    const [ends, firsts] = [14 + segment * 2, 16 + (segments + segment) * 2]
    const [deltas, ranges] = [firsts + segments * 2, firsts + segments * 4]
    const [first, last, delta, range] = [map.readUInt16BE(firsts), map.readUInt16BE(ends), map.readUInt16BE(deltas), map.readUInt16BE(ranges)]
    for (let code = first; code <= last && code !== 0xffff; code++) {
      if (!kept.has(code)) continue
      const id = range === 0 ? code : map.readUInt16BE(ranges + range + (code - first) * 2)
      if (id !== 0 || range === 0) found.add((id + delta) & 0xffff)
    }
  }
  return found
}

function outlines(glyf: Buffer, at: readonly number[], kept: ReadonlySet<number>): { readonly glyf: Buffer; readonly loca: Buffer } {
  const parts: Buffer[] = []
  const loca = Buffer.alloc(at.length * 4)
  let length = 0
  for (let id = 0; id + 1 < at.length; id++) {
    loca.writeUInt32BE(length, id * 4)
    const outline = glyf.subarray(at[id]!, at[id + 1]!)
    if (outline.length > 0 && outline.readInt16BE(0) < 0) throw new Error(`glyph ${id} of the icon font is made of others, which are not followed`)
    if (!kept.has(id)) continue
    parts.push(outline)
    length += outline.length
  }
  loca.writeUInt32BE(length, (at.length - 1) * 4)
  return { glyf: Buffer.concat(parts), loca }
}

/** Numbers of the tables in a WOFF2 directory. */
const known = ["cmap", "head", "hhea", "hmtx", "maxp", "name", "OS/2", "post", "cvt ", "fpgm", "glyf", "loca", "prep"]

/** Tables stand as they are (of `glyf` and `loca`, that is transformation 3), compressed in one stream. */
function woff2(tables: readonly Table[]): Buffer {
  const directory = Buffer.concat(tables.map(({ tag, data }) => {
    const number = known.indexOf(tag)
    if (number === -1) throw new Error(`table ${tag} of the icon font has no number here`)
    return Buffer.from([number | (tag === "glyf" || tag === "loca" ? 0xc0 : 0), ...base128(data.length)])
  }))
  const body = brotliCompressSync(Buffer.concat(tables.map(({ data }) => data)), { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_FONT } })
  const length = 48 + directory.length + body.length
  const file = Buffer.alloc(Math.ceil(length / 4) * 4)
  file.write("wOF2", 0, "latin1")
  file.writeUInt32BE(0x00010000, 4)
  file.writeUInt32BE(file.length, 8)
  file.writeUInt16BE(tables.length, 12)
  file.writeUInt32BE(12 + tables.reduce((sum, { data }) => sum + 16 + Math.ceil(data.length / 4) * 4, 0), 16)
  file.writeUInt32BE(body.length, 20)
  directory.copy(file, 48)
  body.copy(file, 48 + directory.length)
  return file
}

/** Seven bits a byte, the highest first; all but the last have the top bit. */
function base128(value: number): readonly number[] {
  const bytes = [value & 0x7f]
  for (let rest = value >>> 7; rest > 0; rest >>>= 7) bytes.unshift((rest & 0x7f) | 0x80)
  return bytes
}
