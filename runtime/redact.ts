// Masks secret values in whatever leaves an activity: messages, data, results.

export interface Redactor {
  /** From now on the value is masked, also in its percent-encoded, JSON and base64 forms. */
  add(name: string, value: string): void
  text(text: string): string
  /** A deep copy with every text masked; the value itself when there is nothing to mask. */
  value<T>(value: T): T
}

// Masking a shorter value would spoil ordinary text; such a "secret" protects nothing.
const lengthMin = 6

export function createRedactor(): Redactor {
  const masks = new Map<string, string>()
  const text = (written: string): string => {
    let masked = written
    for (const [value, mask] of masks) masked = masked.replaceAll(value, mask)
    return masked
  }
  const visit = (value: unknown): unknown => {
    if (typeof value === "string") return text(value)
    if (Array.isArray(value)) return value.map(visit)
    if (typeof value !== "object" || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([name, field]) => [text(name), visit(field)]))
  }
  return {
    add(name, value) {
      if (value.length < lengthMin || masks.has(value)) return
      const forms = [value, encodeURIComponent(value), JSON.stringify(value).slice(1, -1), base64(value)]
      for (const form of forms) masks.set(form, `[secret ${name}]`)
    },
    text,
    value: <T>(value: T): T => (masks.size === 0 ? value : (visit(value) as T)),
  }
}

function base64(value: string): string {
  return Buffer.from(value, "utf8").toString("base64")
}
