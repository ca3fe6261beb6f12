// Text and names of a program never end the literal, the comment or the line that they stand in.

import fc from "fast-check"
import { ts } from "ts-morph"
import { describe, expect, it } from "vitest"
import { commentText, durationText, isIdentifier, isReserved, memberAccess, numberText, propertyKey, quoted, templateText } from "../../compiler/4-emit/typescript/literals.ts"
import { durationMs } from "../../runtime/policy/duration.ts"

const seed = { seed: 20_260_101, numRuns: 2000 }
const nasty = fc.constantFrom(
  "`", "${", "$", "{", "}", "\\", "\"", "'", "\n", "\r\n", "\r", "\u2028", "\u2029", "*/", "/*", "//", "</script>", "<!--", "-->", ";",
  "\u0000", "\u202e", "\ufeff", "\ud800", "\udfff", "😀", "__proto__", "constructor", "eval", "\t", " ", "é", "]]>", "import(\"x\")",
)
const text = fc.oneof(fc.string({ unit: "binary" }), fc.array(fc.oneof(nasty, fc.string({ unit: "grapheme", maxLength: 3 })), { maxLength: 12 }).map((parts) => parts.join("")))

/** Kinds and texts of the tokens; the scanner reports nothing odd. */
function tokens(source: string): readonly { readonly kind: ts.SyntaxKind; readonly text: string; readonly value: string }[] {
  const errors: string[] = []
  const scanner = ts.createScanner(ts.ScriptTarget.ES2023, true, ts.LanguageVariant.Standard, source, (message) => void errors.push(message.message))
  const found = []
  for (let kind = scanner.scan(); kind !== ts.SyntaxKind.EndOfFileToken; kind = scanner.scan()) {
    found.push({ kind, text: scanner.getTokenText(), value: scanner.getTokenValue() })
  }
  expect(errors).toEqual([])
  return found
}

describe("strings", () => {
  it("are one token of one line with the same value", () => {
    fc.assert(fc.property(text, (value) => {
      const [token, ...rest] = tokens(quoted(value))
      expect(rest).toEqual([])
      expect(token).toMatchObject({ kind: ts.SyntaxKind.StringLiteral, value })
      expect(quoted(value)).not.toMatch(/[\n\r\u2028\u2029]|<\/|<!--/)
    }), seed)
  })

  it("are the same inside a template, before and after a hole", () => {
    fc.assert(fc.property(text, text, (before, after) => {
      const source = `\`${templateText(before)}\${x}${templateText(after)}\``
      expect(source).not.toMatch(/[\n\r\u2028\u2029]|<\/|<!--/)
      const evaluate = new Function("x", `return ${source}`) as (x: string) => string
      expect(evaluate("<hole>")).toBe(`${before}<hole>${after}`)
    }), seed)
  })

  it("keep the name of a property, also of one that means something to JavaScript", () => {
    fc.assert(fc.property(text, (name) => {
      const record = new Function(`return { ${propertyKey(name)}: 1 }`)() as Record<string, number>
      expect(Object.keys(record)).toEqual([name])
      const read = new Function("record", `return record${memberAccess(name, false)}`) as (record: object) => number
      expect(read(record)).toBe(1)
    }), seed)
  })
})

describe("comments", () => {
  it("are not closed by what they hold", () => {
    fc.assert(fc.property(text, (value) => {
      expect(tokens(`/** ${commentText(value)} */ after`).map((token) => token.value)).toEqual(["after"])
      expect(tokens(`// ${commentText(value).replaceAll("\n", " ")}\nafter`).map((token) => token.value)).toEqual(["after"])
    }), seed)
  })
})

describe("names", () => {
  it("are reserved when TypeScript could not bind them", () => {
    for (let kind = ts.SyntaxKind.FirstReservedWord; kind <= ts.SyntaxKind.LastFutureReservedWord; kind++) {
      expect(isReserved(ts.tokenToString(kind)!, "value"), ts.tokenToString(kind)).toBe(true)
    }
    for (const name of ["await", "arguments", "eval", "undefined", "Promise", "Object"]) expect(isReserved(name, "value")).toBe(true)
    for (const name of ["type", "of", "from", "topic"]) expect(isReserved(name, "value")).toBe(false)
  })

  it("are identifiers where the scanner says so", () => {
    fc.assert(fc.property(text, (name) => {
      const scanned = name !== "" && isIdentifier(name) ? tokens(name) : undefined
      if (scanned !== undefined) expect(scanned.length).toBe(1)
    }), seed)
  })
})

describe("numbers and durations", () => {
  it("read as the number they are", () => {
    fc.assert(fc.property(fc.oneof(fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.maxSafeInteger()), (value) => {
      expect(new Function(`return ${numberText(value)}`)()).toBe(Object.is(value, -0) ? 0 : value)
    }), seed)
    expect([numberText(9999), numberText(10_000), numberText(1_500_000), numberText(0.05)]).toEqual(["9999", "10_000", "1_500_000", "0.05"])
  })

  it("are what the runtime reads back", () => {
    fc.assert(fc.property(fc.nat({ max: 40 * 86_400_000 }), (ms) => {
      expect(durationMs(durationText(ms))).toBe(ms)
    }), seed)
    expect([durationText(86_400_000), durationText(172_800_000), durationText(5_400_000), durationText(1500)]).toEqual(["24h", "2d", "1h30m", "1s500ms"])
  })
})
