// A small width-aware layout of text, in the manner of Wadler's printer, that keeps where each marked part came from.

import type { Location } from "../../../base/text/span.ts"

export type Doc =
  | string
  | readonly Doc[]
  /** On one line where it fits, else every `line` of it breaks. */
  | { readonly kind: "group"; readonly doc: Doc }
  | { readonly kind: "indent"; readonly doc: Doc }
  /** `flat` when the group is on one line, a line break else. */
  | { readonly kind: "line"; readonly flat: string }
  /** Always a line break; a group that holds one breaks. */
  | { readonly kind: "hard" }
  | { readonly kind: "ifBroken"; readonly broken: string; readonly flat: string }
  /** The first whose text fits up to its first line break, else the last. */
  | { readonly kind: "choice"; readonly docs: readonly Doc[] }
  | { readonly kind: "mark"; readonly origin: Location; readonly doc: Doc }

export const line: Doc = { kind: "line", flat: " " }
export const softline: Doc = { kind: "line", flat: "" }
export const hardline: Doc = { kind: "hard" }
export const trailingComma: Doc = { kind: "ifBroken", broken: ",", flat: "" }
/** Between the members of a type. */
export const memberEnd: Doc = { kind: "ifBroken", broken: "", flat: ";" }
export const group = (...docs: readonly Doc[]): Doc => ({ kind: "group", doc: docs })
export const indent = (...docs: readonly Doc[]): Doc => ({ kind: "indent", doc: docs })
export const choice = (...docs: readonly Doc[]): Doc => ({ kind: "choice", docs })
export const mark = (origin: Location, ...docs: readonly Doc[]): Doc => ({ kind: "mark", origin, doc: docs })

export function join(separator: Doc, docs: readonly Doc[]): Doc {
  return docs.flatMap((doc, index) => (index === 0 ? [doc] : [separator, doc]))
}

/** A marked part of printed text: offsets within the text. */
export interface Mark {
  readonly start: number
  readonly end: number
  readonly origin: Location
}

export interface Printed {
  readonly text: string
  readonly marks: readonly Mark[]
}

interface Item {
  readonly indent: number
  readonly flat: boolean
  readonly doc: Doc | { readonly kind: "endOfMark"; readonly start: number; readonly origin: Location }
}

export const widthMax = 120

export function print(doc: Doc): Printed {
  const parts: string[] = []
  const marks: Mark[] = []
  let length = 0
  let column = 0
  const write = (text: string): void => {
    parts.push(text)
    length += text.length
    column += text.length
  }
  const stack: Item[] = [{ indent: 0, flat: false, doc }]
  for (let item = stack.pop(); item !== undefined; item = stack.pop()) {
    const { doc: current, flat } = item
    const push = (inner: Doc, change: Partial<Item> = {}): void => void stack.push({ indent: item!.indent, flat, doc: inner, ...change })
    if (typeof current === "string") write(current)
    else if (isList(current)) for (const part of current.toReversed()) push(part)
    else switch (current.kind) {
      case "group": {
        const fitsFlat = flat || (!hasHard(current.doc) && fits({ ...item, flat: true, doc: current.doc }, stack, widthMax - column))
        push(current.doc, { flat: fitsFlat })
        break
      }
      case "indent": push(current.doc, { indent: item.indent + 2 }); break
      case "line":
        if (flat) write(current.flat)
        else newLine(item.indent)
        break
      case "hard": newLine(item.indent); break
      case "ifBroken": write(flat ? current.flat : current.broken); break
      case "choice": {
        const chosen = flat ? current.docs[0] : current.docs.find((option) => fits({ ...item!, doc: option }, stack, widthMax - column))
        push(chosen ?? current.docs.at(-1)!)
        break
      }
      case "mark":
        stack.push({ ...item, doc: { kind: "endOfMark", start: length, origin: current.origin } })
        push(current.doc)
        break
      case "endOfMark": marks.push({ start: current.start, end: length, origin: current.origin }); break
    }
  }
  return { text: parts.join(""), marks: marks.sort((a, b) => a.start - b.start || b.end - a.end) }

  function newLine(indentation: number): void {
    // An empty line keeps no indentation.
    if (column > 0 && parts.length > 0 && /^ +$/.test(parts.at(-1)!) && column === parts.at(-1)!.length) {
      length -= parts.pop()!.length
    }
    parts.push("\n")
    length += 1
    column = 0
    if (indentation > 0) write(" ".repeat(indentation))
  }
}

/** Whether the text up to the next line break stays within `room`; what follows on the stack counts up to its first break. */
function fits(first: Item, rest: readonly Item[], room: number): boolean {
  let left = room
  const stack: Item[] = [first]
  let below = rest.length
  while (left >= 0) {
    const isRest = stack.length === 0 || below < rest.length
    const item = stack.pop() ?? rest[--below]
    if (item === undefined) return true
    const { doc, flat } = item
    if (typeof doc === "string") left -= doc.length
    else if (isList(doc)) for (const part of doc.toReversed()) stack.push({ ...item, doc: part })
    else switch (doc.kind) {
      // What follows may still break wherever it can.
      case "group": stack.push({ ...item, flat: flat || (!isRest && !hasHard(doc.doc)), doc: doc.doc }); break
      case "line":
        if (!flat) return true
        left -= doc.flat.length
        break
      case "hard": return true
      case "ifBroken": left -= (flat ? doc.flat : doc.broken).length; break
      case "choice": stack.push({ ...item, doc: doc.docs[0]! }); break
      case "indent": case "mark": stack.push({ ...item, doc: doc.doc }); break
      case "endOfMark": break
    }
  }
  return false
}

function hasHard(doc: Doc): boolean {
  if (typeof doc === "string") return false
  let known = hard.get(doc)
  if (known === undefined) hard.set(doc, known = findHard(doc))
  return known
}

/** Each part is asked about once for every group around it. */
const hard = new WeakMap<object, boolean>()

function findHard(doc: Exclude<Doc, string>): boolean {
  if (isList(doc)) return doc.some(hasHard)
  switch (doc.kind) {
    case "hard": return true
    case "group": case "indent": case "mark": return hasHard(doc.doc)
    case "choice": return doc.docs.every(hasHard)
    case "line": case "ifBroken": return false
  }
}

function isList(doc: Item["doc"]): doc is readonly Doc[] {
  return Array.isArray(doc)
}
