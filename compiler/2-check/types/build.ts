// Type nodes to types: names become declared types, `@` constraints are checked against what they constrain.

import { unreachable } from "../../../base/assert.ts"
import type { Constraint, Expression, Name, NamedTypeNode, TypeNode } from "../../../grammar/syntax/nodes.ts"
import { nearest } from "../../../base/diagnostics/suggest.ts"
import { replaceFix } from "../../1-bind/hints.ts"
import { plainText } from "../../1-bind/imports.ts"
import { report, symbolAt, type FileContext } from "../context.ts"
import type { Constraints, FieldType, Type } from "../types.ts"
import { UNKNOWN } from "./relate.ts"
import { render } from "./render.ts"

export function buildType(node: TypeNode, file: FileContext): Type {
  const type = build(node, file)
  file.types.set(node.id, type)
  return type
}

function build(node: TypeNode, file: FileContext): Type {
  switch (node.kind) {
    case "namedType":
      return named(node, file)
    case "arrayType":
      return constrain({ kind: "array", element: buildType(node.element, file) }, node.constraints, file)
    case "mapType":
      return constrain({ kind: "map", value: buildType(node.value, file) }, node.constraints, file)
    case "optionalType": {
      const inner = buildType(node.type, file)
      return inner.kind === "optional" ? inner : { kind: "optional", type: inner }
    }
    case "recordType":
      return { kind: "record", fields: buildFields(node.fields, file) }
    case "unionType":
      return { kind: "union", members: node.members.map((member) => buildType(member, file)) }
    case "literalType": {
      const value = literalValue(node.value)
      return value === undefined ? UNKNOWN : { kind: "literal", value }
    }
    default:
      return unreachable(node)
  }
}

export function buildFields(
  fields: Extract<TypeNode, { readonly kind: "recordType" }>["fields"],
  file: FileContext,
): readonly FieldType[] {
  const seen = new Set<string>()
  const built: FieldType[] = []
  for (const field of fields) {
    const type = buildType(field.type, file)
    const name = field.name.text
    if (name === "") continue
    refuseObjectName(field.name, file)
    if (seen.has(name)) report(file, field.name, "AF2002", { name, kind: "field" })
    else built.push(field.doc === undefined ? { name, type } : { name, type, doc: field.doc })
    seen.add(name)
  }
  return built
}

/** What every object of JavaScript has: as a field it could not be told from that. */
const OBJECT_NAMES: ReadonlySet<string> = new Set([
  "constructor", "hasOwnProperty", "isPrototypeOf", "propertyIsEnumerable", "toLocaleString", "toString", "valueOf",
  "__defineGetter__", "__defineSetter__", "__lookupGetter__", "__lookupSetter__", "__proto__",
])

/** A name of a field that is written as a string keeps its quotes in the tree. */
export function withoutQuotes(name: string): string {
  return name.startsWith('"') ? name.replace(/^"(.*)"$/s, "$1") : name
}

export function refuseObjectName(name: Name, file: FileContext): void {
  const text = withoutQuotes(name.text)
  if (OBJECT_NAMES.has(text)) report(file, name, "AF2019", { name: text })
}

/** The value of a literal without interpolation. */
export function literalValue(expression: Expression): string | number | boolean | undefined {
  switch (expression.kind) {
    case "template":
      return plainText(expression)
    case "number":
    case "bool":
      return expression.value
    case "unary": {
      const operand = literalValue(expression.operand)
      return expression.operator === "-" && typeof operand === "number" ? -operand : undefined
    }
    default:
      return undefined
  }
}

function named(node: NamedTypeNode, file: FileContext): Type {
  const symbol = symbolAt(file, node.name)
  if (symbol !== undefined) {
    const isType = ["type", "enum", "error", "event"].includes(symbol.kind)
    return isType ? constrain(
      { kind: "declared", symbol: symbol.id, name: symbol.name }, node.constraints, file,
    ) : UNKNOWN
  }
  switch (node.name.text) {
    case "string":
    case "int":
    case "number":
    case "bool":
    case "time":
    case "duration":
    case "money":
    case "json":
    case "message":
    case "nothing":
      return constrain({ kind: node.name.text }, node.constraints, file)
    default:
      return UNKNOWN
  }
}

/** What each constraint applies to, and the kind of its argument. */
interface ConstraintShape {
  readonly on: readonly Type["kind"][]
  readonly takes: "string" | "number"
}

const CONSTRAINTS: Readonly<Record<string, ConstraintShape>> = {
  minLength: { on: ["string"], takes: "number" },
  maxLength: { on: ["string"], takes: "number" },
  pattern: { on: ["string"], takes: "string" },
  format: { on: ["string"], takes: "string" },
  min: { on: ["int", "number"], takes: "number" },
  max: { on: ["int", "number"], takes: "number" },
  minItems: { on: ["array"], takes: "number" },
  maxItems: { on: ["array"], takes: "number" },
}

function constrain(type: Type, written: readonly Constraint[], file: FileContext): Type {
  if (written.length === 0) return type
  const constraints: Record<string, string | number | boolean> = {}
  for (const constraint of written) {
    const name = constraint.name.text
    const known = CONSTRAINTS[name]
    if (name === "") continue
    const value = constraint.arguments.length === 1 ? literalValue(constraint.arguments[0]!) : undefined
    if (known === undefined) {
      const near = nearest(name, Object.keys(CONSTRAINTS))
      const fixes = replaceFix({ path: file.path, span: constraint.name.span }, near)
      report(
        file,
        constraint,
        "AF3023",
        { name, why: near === undefined ? "is not known" : `is not known (did you mean ${near}?)` },
        { fixes },
      )
    } else if (!known.on.includes(type.kind)) {
      report(file, constraint, "AF3023", { name, why: `does not apply to ${render(type)}` })
    } else if (typeof value !== known.takes) {
      report(file, constraint, "AF3023", { name, why: `takes one ${known.takes}` })
    } else if (constraints[name] !== undefined) {
      report(file, constraint, "AF3023", { name, why: "is written twice" })
    } else {
      constraints[name] = value!
    }
  }
  return withConstraints(type, constraints)
}

function withConstraints(type: Type, constraints: Constraints): Type {
  if (Object.keys(constraints).length === 0) return type
  switch (type.kind) {
    case "string":
    case "int":
    case "number":
    case "array":
    case "map":
      return { ...type, constraints }
    default:
      return type
  }
}
