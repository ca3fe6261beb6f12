// The shape of a value: as much of its size as can be known before a run, and the bytes it takes in a message.

import type { Location } from "../../base/text/span.ts"
import { bounded, least, most, plus, product, unbounded } from "./arithmetic.ts"
import { utf8Length } from "./assumptions.ts"
import type { Bound } from "./types.ts"

export type Shape =
  | { readonly kind: "exactly"; readonly value: string | number | boolean | null }
  /** A string of at most so many code points. */
  | { readonly kind: "text"; readonly characters: Bound }
  /** A string made of parts: interpolated strings stand as they are, other values as JSON. */
  | { readonly kind: "joined"; readonly parts: readonly Shape[] }
  /** A number or truth value: so many bytes of JSON, none of which is ever escaped. */
  | { readonly kind: "plain"; readonly bytes: number }
  | { readonly kind: "list"; readonly element: Shape; readonly items: Bound }
  | { readonly kind: "record"; readonly fields: readonly { readonly name: string; readonly shape: Shape }[] }
  /** One of them; none of them for the shape of what does not come to be. */
  | { readonly kind: "either"; readonly options: readonly Shape[] }
  | { readonly kind: "boundless"; readonly why: string; readonly origin: Location }

/** "-1.2345678901234567e-300" is as long as JSON writes a number. */
export const anyNumber: Shape = { kind: "plain", bytes: 24 }
export const anyBoolean: Shape = { kind: "plain", bytes: 5 }
export const absent: Shape = { kind: "exactly", value: null }
export const never: Shape = { kind: "either", options: [] }

export function text(characters: Bound): Shape {
  return { kind: "text", characters }
}

export function exactly(value: string | number | boolean | null): Shape {
  return { kind: "exactly", value }
}

export function either(...options: readonly Shape[]): Shape {
  const isNested = options.some((option) => option.kind === "either")
  const flat = isNested ? options.flatMap((option) => (option.kind === "either" ? option.options : [option])) : options
  return flat.length === 1 ? flat[0]! : { kind: "either", options: flat }
}

export function boundless(why: string, origin: Location): Shape {
  return { kind: "boundless", why, origin }
}

/** Bytes of the value in a text, after the text was written as a JSON string `escapes` times. */
export function textBytes(shape: Shape, escapes: number): Bound {
  switch (shape.kind) {
    case "exactly": return typeof shape.value === "string"
      ? bounded(escapedBytes(shape.value, escapes))
      : jsonBytes(shape, escapes)
    case "text": return product(shape.characters, bounded(characterBytes(escapes)))
    case "joined": return plus(...shape.parts.map((part) => textBytes(part, escapes)))
    case "either": return most(...shape.options.map((option) => textBytes(option, escapes)))
    default: return jsonBytes(shape, escapes)
  }
}

/** Bytes of the value as JSON, after that JSON was itself written as a JSON string `escapes` times. */
export function jsonBytes(shape: Shape, escapes: number): Bound {
  const quotes = bounded(2 * 2 ** escapes)
  switch (shape.kind) {
    case "exactly": return typeof shape.value === "string"
      ? plus(quotes, textBytes(shape, escapes + 1))
      : bounded(String(shape.value).length)
    case "text": case "joined": return plus(quotes, textBytes(shape, escapes + 1))
    case "plain": return bounded(shape.bytes)
    case "list": return plus(bounded(2), product(shape.items, plus(jsonBytes(shape.element, escapes), bounded(1))))
    case "record": return plus(bounded(2), ...shape.fields.map(({ name, shape: field }) =>
      plus(jsonBytes(exactly(name), escapes), jsonBytes(field, escapes), bounded(2))))
    case "either": return most(...shape.options.map((option) => jsonBytes(option, escapes)))
    case "boundless": return unbounded(shape.why, shape.origin)
  }
}

/** Code points of the value in a text; what is no string is at most as long as its bytes. */
export function charactersOf(shape: Shape): Bound {
  switch (shape.kind) {
    case "exactly": return typeof shape.value === "string" ? bounded([...shape.value].length) : jsonBytes(shape, 0)
    case "text": return shape.characters
    case "joined": return plus(...shape.parts.map(charactersOf))
    case "either": return most(...shape.options.map(charactersOf))
    default: return jsonBytes(shape, 0)
  }
}

/** Bytes that the value takes at least in a message: only what is surely there. */
export function leastBytes(shape: Shape): number {
  switch (shape.kind) {
    case "exactly": return typeof shape.value === "string" ? escapedBytes(shape.value, 1) : String(shape.value).length
    case "joined": return shape.parts.reduce((total, part) => total + leastBytes(part), 0)
    case "either": return shape.options.length === 0 ? 0 : Math.min(...shape.options.map(leastBytes))
    case "list": case "record": return 2
    case "plain": return 1
    case "text": case "boundless": return 0
  }
}

/** The most bytes of one code point: itself, a control character as \u0000, or backslashes that double every time. */
function characterBytes(escapes: number): number {
  return escapes === 0 ? 4 : Math.max(4, 5 + 2 ** (escapes - 1), 2 ** escapes)
}

function escapedBytes(value: string, escapes: number): number {
  let written = value
  for (let time = 0; time < escapes; time++) written = JSON.stringify(written).slice(1, -1)
  return utf8Length(written)
}

// ---------------------------------------------------------------- parts of a value

export function elementOf(shape: Shape, otherwise: Shape): Shape {
  switch (shape.kind) {
    case "list": return shape.element
    case "either":
      return either(...shape.options.map((option) => elementOf(option, option === absent ? never : otherwise)))
    case "boundless": return shape
    default: return otherwise
  }
}

/** How many items at most; a shape that is no list (a string has a length too) is as long as it has characters. */
export function itemsOf(shape: Shape): Bound {
  switch (shape.kind) {
    case "list": return shape.items
    case "either": return most(...shape.options.map(itemsOf))
    case "boundless": return unbounded(shape.why, shape.origin)
    default: return bounded(0)
  }
}

export function fieldOf(shape: Shape, name: string, otherwise: Shape): Shape {
  switch (shape.kind) {
    // A field that one member of a union lacks is absent there.
    case "record": return shape.fields.find((field) => field.name === name)?.shape ?? absent
    case "either": return either(...shape.options.map((option) => fieldOf(option, name, otherwise)))
    case "exactly": return shape.value === null ? absent : otherwise
    case "boundless": return shape
    default: return otherwise
  }
}

/** The same value, known to have no more items or characters than this. */
export function limited(shape: Shape, length: number): Shape {
  switch (shape.kind) {
    case "list": return { ...shape, items: least(shape.items, bounded(length)) }
    case "text": return { ...shape, characters: least(shape.characters, bounded(length)) }
    case "either": return { ...shape, options: shape.options.map((option) => limited(option, length)) }
    default: return shape
  }
}
