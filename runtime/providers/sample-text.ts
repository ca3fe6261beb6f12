// Strings of a wanted length or format, from the words of a prompt.

import type { Material } from "./prompt-material.ts"
import type { Random } from "./random.ts"

export interface Length {
  readonly shortest: number
  readonly longest: number
}

const plainText = "This is an answer of the offline model."

/** A sentence of the prompt that fits, else the start of one. Lengths count code points, as JSON Schema does. */
export function sampleText(length: Length, material: Material, random: Random): string {
  const { sentences } = material
  const start = sentences.length === 0 ? 0 : random.below(sentences.length)
  for (let offset = 0; offset < sentences.length; offset += 1) {
    const sentence = sentences[(start + offset) % sentences.length]
    if (sentence !== undefined && fits(sentence, length)) return sentence
  }
  return fitted(sentences[start] ?? plainText, length)
}

function fits(text: string, length: Length): boolean {
  const size = [...text].length
  return size >= length.shortest && size <= length.longest
}

function fitted(text: string, { shortest, longest }: Length): string {
  let characters = [...text]
  while (characters.length < shortest) characters = [...characters, " ", ...[...plainText]]
  if (characters.length <= longest) return characters.join("")
  const cut = characters.slice(0, longest).join("")
  const atWord = cut.replace(/\s+\S*$/u, "")
  return [...atWord].length >= Math.max(shortest, 1) ? atWord : cut
}

/** `undefined` for a format that isn't known here: the text is then free. */
export function sampleFormat(
  format: string,
  material: Material,
  random: Random,
  shortest: number,
  longest: number,
): string | undefined {
  const day = `20${10 + random.below(20)}-${two(1 + random.below(12))}-${two(1 + random.below(28))}`
  const time = `${two(random.below(24))}:${two(random.below(60))}:${two(random.below(60))}Z`
  switch (format) {
    case "uri":
    case "url":
    case "uri-reference":
    case "iri": {
      const known = material.urls.filter((url) => url.length >= shortest && url.length <= longest)
      return known[random.below(Math.max(known.length, 1))] ?? padded("https://example.com/", shortest)
    }
    case "email":
    case "idn-email": {
      const known = /[\w.+-]+@[\w-]+(?:\.[\w-]+)+/.exec(material.text)?.[0]
      return known !== undefined && known.length <= longest && known.length >= shortest
        ? known
        : `${padded("a", shortest - 12)}@example.com`
    }
    case "date-time":
    case "iso-date-time":
      return /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/.exec(material.text)?.[0] ?? `${day}T${time}`
    case "date":
      return /(?<!\d)\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])(?!\d)/.exec(material.text)?.[0] ?? day
    case "time":
    case "iso-time":
      return time
    case "duration":
      return `PT${1 + random.below(59)}M`
    case "uuid":
      return uuid(random)
    case "ipv4":
      return `192.0.2.${random.below(255)}`
    case "ipv6":
      return `2001:db8::${random.below(9999).toString(16)}`
    case "hostname":
    case "idn-hostname":
      return "example.com"
    case "json-pointer":
      return "/a"
    case "regex":
      return "a"
    default:
      return undefined
  }
}

function padded(text: string, length: number): string {
  return text.padEnd(length, "a")
}

function two(value: number): string {
  return String(value).padStart(2, "0")
}

function uuid(random: Random): string {
  const digits = Array.from({ length: 32 }, () => random.below(16).toString(16))
  digits[12] = "4"
  digits[16] = "8"
  const text = digits.join("")
  return [text.slice(0, 8), text.slice(8, 12), text.slice(12, 16), text.slice(16, 20), text.slice(20)].join("-")
}
