// JSON as the language writes it: names without quotes, braces in texts escaped, money and time spans with their units, members of enums by their names.

import type { SimulationTypes, ValueType } from "../../../compiler/index.ts"

export function literal(value: unknown, type: ValueType, types: SimulationTypes): string {
  if (value === null || value === undefined) return "nothing"
  const real = realType(value, type, types)
  if (typeof value === "number") return real.kind === "money" ? `${value < 0 ? "-" : ""}$${decimal(Math.abs(value))}` : real.kind === "duration" ? `${Math.round(value)}ms` : decimal(value)
  if (typeof value === "string") return real.kind === "named" ? `${real.name}.${value}` : quoted(value)
  if (Array.isArray(value)) {
    const element = real.kind === "list" ? real.element : anything
    return `[${value.map((each) => literal(each, element, types)).join(", ")}]`
  }
  if (typeof value !== "object") return String(value)
  const entries = Object.entries(value).map(([name, each]) => `${/^[A-Za-z_]\w*$/.test(name) ? name : quoted(name)}: ${literal(each, fieldType(real, name, types), types)}`)
  return entries.length === 0 ? "{ }" : `{ ${entries.join(", ")} }`
}

const anything: ValueType = { kind: "json" }
const quoted = (text: string): string => JSON.stringify(text).replace(/[{}]/g, "\\$&")

/** Without an exponent, which the language does not have. */
function decimal(value: number): string {
  const plain = String(value)
  return plain.includes("e") ? value.toFixed(20).replace(/\.?0+$/, "") : plain
}

/** Of an optional what it is when it is there, of a union the member that the value is of; a name stays only for an enum or a record. */
function realType(value: unknown, type: ValueType, types: SimulationTypes): ValueType {
  if (type.kind === "optional") return realType(value, type.type, types)
  if (type.kind === "union") return type.members.map((each) => realType(value, each, types)).find((each) => fits(value, each, types)) ?? anything
  if (type.kind !== "named") return type
  const shape = types.declared[type.name]
  if (shape?.kind === "alias") return realType(value, shape.type, types)
  if (shape?.kind !== "taggedUnion") return type
  const tag = (value as { readonly kind?: unknown }).kind
  return { kind: "named", name: shape.members.find((each) => each === tag) ?? type.name }
}

function fits(value: unknown, type: ValueType, types: SimulationTypes): boolean {
  const shape = type.kind === "named" ? types.declared[type.name]?.kind : undefined
  if (typeof value === "string") return type.kind === "string" || type.kind === "time" || shape === "enum" || (type.kind === "literal" && type.value === value)
  if (typeof value === "number") return ["int", "number", "money", "duration"].includes(type.kind) || (type.kind === "literal" && type.value === value)
  if (typeof value === "boolean") return type.kind === "bool" || (type.kind === "literal" && type.value === value)
  return Array.isArray(value) ? type.kind === "list" : type.kind === "map" || type.kind === "record" || shape === "record" || type.kind === "message"
}

function fieldType(type: ValueType, name: string, types: SimulationTypes): ValueType {
  if (type.kind === "map") return type.value
  const shape = type.kind === "record" ? type : type.kind === "named" ? types.declared[type.name] : undefined
  return shape?.kind === "record" ? (shape.fields.find((each) => each.name === name)?.type ?? anything) : anything
}
