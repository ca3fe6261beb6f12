// Templates in a scripted answer: `{{urls}}`, `{{json[0].title}}`, `{ "$each": "json[0]", "$value": … }`.

import { isRecord } from "../schema/json-schema.ts"
import type { Material } from "./prompt-material.ts"
import { sentencesOf } from "./prompt-material.ts"

export type Scope = Readonly<Record<string, unknown>>

export function scopeOf(material: Material, extra: Scope): Scope {
  const { text: prompt, urls, sentences, numbers, words, json } = material
  return { prompt, urls, sentences, numbers, words, json, ...extra }
}

/** Fills a scripted value in. A text that is one template only becomes the value itself, of whatever type. */
export function filled(value: unknown, scope: Scope): unknown {
  if (typeof value === "string") return filledText(value, scope)
  if (Array.isArray(value)) return value.map((item) => filled(item, scope))
  if (!isRecord(value)) return value
  if (typeof value["$each"] === "string") return filledList(value, value["$each"], scope)
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, filled(field, scope)]))
}

function filledList(form: Record<string, unknown>, path: string, scope: Scope): unknown[] {
  const found = look(path, scope)
  const list = Array.isArray(found) ? found : []
  const most = typeof form["$take"] === "number" ? form["$take"] : list.length
  return list.slice(0, most).map((item, index) => filled(form["$value"] ?? "{{item}}", { ...scope, item, index }))
}

const template = /\{\{\s*([^{}|]+?)\s*(?:\|\s*([a-z]+)(?:\s+(\d+))?\s*)?\}\}/g

function filledText(text: string, scope: Scope): unknown {
  const whole = new RegExp(`^${template.source}$`).exec(text)
  if (whole) return filtered(look(whole[1] ?? "", scope), whole[2], whole[3]) ?? null
  return text.replace(template, (_, path: string, filter?: string, amount?: string) => {
    const value = filtered(look(path, scope), filter, amount)
    return typeof value === "string" ? value : value === undefined ? "" : JSON.stringify(value)
  })
}

function look(path: string, scope: Scope): unknown {
  let found: unknown = scope
  for (const segment of path.split(/[.[\]]+/).filter((part) => part !== "")) {
    if (Array.isArray(found)) found = found[Number(segment)]
    else found = isRecord(found) && Object.hasOwn(found, segment) ? found[segment] : undefined
  }
  return found
}

function filtered(value: unknown, filter: string | undefined, amount: string | undefined): unknown {
  const count = Number(amount ?? 1)
  switch (filter) {
    case undefined:
      return value
    case "take":
      return Array.isArray(value) ? value.slice(0, count) : value
    case "first":
      return typeof value === "string" ? [...value].slice(0, count).join("") : value
    case "sentence":
      return typeof value === "string" ? (sentencesOf(value)[count - 1] ?? value) : value
    default:
      return value
  }
}
