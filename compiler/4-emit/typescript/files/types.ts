// types.ts: records as interfaces, enums as constants with a type of the same name, unions told apart by `kind`.

import type { FieldPlan, Plan, TypePlan } from "../../../3-plan/types.ts"
import { object } from "../expression.ts"
import { hardline } from "../layout.ts"
import type { Doc } from "../layout.ts"
import { propertyKey, quoted } from "../literals.ts"
import { typed } from "../names.ts"
import type { FileScope } from "../names.ts"
import { docComment } from "../structure.ts"
import type { Item } from "../structure.ts"
import { isOptional, typeText } from "../types.ts"

export function typeItems(plan: Plan, scope: FileScope): readonly Item[] {
  return plan.types.flatMap((type) => itemsOf(type, scope))
}

function itemsOf(plan: TypePlan, scope: FileScope): readonly Item[] {
  if (plan.kind === "event") return []
  const name = scope.type(plan.name)
  switch (plan.kind) {
    case "record": {
      const tag = plan.tag === undefined ? [] : [{ name: "kind", type: quoted(plan.tag), optional: false }]
      return [{ kind: "interface", name, doc: plan.doc, properties: [...tag, ...properties(plan.fields, scope)] }]
    }
    case "error":
      return plan.fields.length === 0 ? [] : [{ kind: "interface", name, doc: plan.doc, properties: properties(plan.fields, scope) }]
    case "alias": return [{ kind: "alias", name, doc: plan.doc, type: typeText(scope, plan.type) }]
    case "taggedUnion": return [{ kind: "alias", name, doc: plan.doc, type: plan.members.map((member) => scope.type(member)).join(" | ") }]
    case "enum": return enumItems(plan, name, scope)
  }
}

export function eventInterface(type: Extract<TypePlan, { readonly kind: "event" }>, scope: FileScope): Item {
  return { kind: "interface", name: scope.type(type.name), doc: type.doc, properties: properties(type.fields, scope) }
}

/** events.ts: each event as an interface, and under the same name what a run waits for and publishes. */
export function eventItems(plan: Plan, scope: FileScope): readonly Item[] {
  return plan.types.flatMap((type): readonly Item[] => {
    if (type.kind !== "event") return []
    const name = scope.type(type.name)
    const spec = object([`name: ${quoted(type.name)}`, `schema: ${scope.whole("./schemas.ts", "schemas")}.${name}`])
    return [
      eventInterface(type, scope),
      { kind: "code", doc: [`export const ${name} = `, scope.runtime("event"), "(", spec, ")"] },
    ]
  })
}

function properties(fields: readonly FieldPlan[], scope: FileScope) {
  return fields.map(({ name, type, doc }) => ({
    name: propertyKey(name), type: typeText(scope, type), optional: isOptional(type), doc,
  }))
}

function enumItems(plan: Extract<TypePlan, { kind: "enum" }>, name: string, scope: FileScope): readonly Item[] {
  const documented = plan.members.some(({ doc }) => doc !== undefined)
  const members = plan.members.map(({ name: member, doc }): Doc => [docComment(doc), `${propertyKey(member)}: ${quoted(member)}`])
  const value: Doc = [object(members, { broken: documented }), typed(scope, " as const")]
  const type = members.length === 0 ? "never" : `(typeof ${name})[keyof typeof ${name}]`
  return [
    { kind: "code", doc: [docComment(plan.doc), `export const ${name} = `, value, typed(scope, [hardline, `export type ${name} = ${type}`])] },
  ]
}

