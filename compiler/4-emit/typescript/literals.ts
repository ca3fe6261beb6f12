// Text and names from the source as TypeScript: nothing in them can end a literal, a comment or a line.

/** ECMAScript's reserved words and the names that strict code may not bind. */
const reservedWords: ReadonlySet<string> = new Set(`
  abstract any arguments as asserts async await boolean break case catch class const constructor continue debugger declare
  default delete do else enum eval export extends false finally for from function get if implements import in infer
  instanceof interface is keyof let module namespace never new null number object of package private protected public
  readonly require return satisfies set static string super switch symbol this throw true try type typeof undefined unique
  unknown using var void while with yield bigint global globalThis NaN Infinity
`.trim().split(/\s+/))

/** Words that TypeScript gives a meaning only in some places: free as names of values. */
const contextual: ReadonlySet<string> = new Set(`
  abstract as asserts async constructor declare from get infer is keyof module of readonly require satisfies set type unique
  using global any bigint boolean never number object string symbol unknown
`.trim().split(/\s+/))

/** Globals that emitted code names. */
export const emittedGlobals: ReadonlySet<string> = new Set([
  "Object", "Array", "Record", "Promise", "Generator", "Date", "JSON", "String", "Number", "Math", "Error", "encodeURIComponent",
])

export function isReserved(name: string, as: "value" | "type"): boolean {
  if (emittedGlobals.has(name)) return true
  return reservedWords.has(name) && !(as === "value" && contextual.has(name))
}

/** Names of the language are ASCII; a key that is not is quoted, so that no Unicode table decides. */
export function isIdentifier(name: string): boolean {
  return /^[A-Za-z_$][\w$]*$/.test(name)
}

/** A property name in a literal, an interface or a pattern. `__proto__` would set the prototype of a literal. */
export function propertyKey(name: string): string {
  if (name === "__proto__") return `["__proto__"]`
  return isIdentifier(name) ? name : quoted(name)
}

export function memberAccess(name: string, optional: boolean): string {
  if (isIdentifier(name)) return `${optional ? "?." : "."}${name}`
  return `${optional ? "?." : ""}[${quoted(name)}]`
}

export function quoted(value: string): string {
  return `"${escaped(value, '"')}"`
}

/** The text between two backticks, or between a backtick and a hole. */
export function templateText(value: string): string {
  return escaped(value, "`")
}

const shortEscapes: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t", "\\": "\\\\" }

// Controls, line separators, marks that reorder what is shown, and halves of a pair that stand alone.
const unsafe = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\\]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g

function escaped(value: string, quote: '"' | "`"): string {
  const safe = value
    .replace(unsafe, (unit) => shortEscapes[unit] ?? unicodeEscape(unit))
    .replaceAll("</", "<\\/")
    .replaceAll("<!--", "<\\!--")
    .replaceAll(quote, `\\${quote}`)
  return quote === "`" ? safe.replace(/\$(?=\{|$)/g, "\\$") : safe
}

function unicodeEscape(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`
}

/** Text inside a comment: it can't close it, and shows what would reorder it. */
export function commentText(value: string): string {
  return value
    .replace(/\r\n?/g, "\n")
    .replace(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g, (unit) =>
      unit === "\t" ? "  " : unicodeEscape(unit))
    .replaceAll("*/", "*\\/")
    .replaceAll("</script", "<\\/script")
}

/** Digits in groups from five on, as people write them. */
export function numberText(value: number): string {
  if (!Number.isFinite(value)) return value > 0 ? "Infinity" : value < 0 ? "-Infinity" : "NaN"
  const written = String(value)
  if (!Number.isSafeInteger(value) || Math.abs(value) < 10_000 || written.includes("e")) return written
  return written.replace(/\B(?=(\d{3})+$)/g, "_")
}

const units = [["d", 86_400_000], ["h", 3_600_000], ["m", 60_000], ["s", 1000], ["ms", 1]] as const

/** "24h", "2d", "1h30m": days only from two on, because people say 24 hours. */
export function durationText(ms: number): string {
  let left = Math.round(ms)
  let written = ""
  for (const [unit, size] of units) {
    if (unit === "d" && left < 2 * size) continue
    const count = Math.floor(left / size)
    if (count > 0) written += `${count}${unit}`
    left -= count * size
  }
  return written === "" ? "0ms" : written
}
