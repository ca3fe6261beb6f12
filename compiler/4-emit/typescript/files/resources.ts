// models.ts, secrets.ts, policies.ts.

import type { Plan } from "../../../3-plan/types.ts"
import { expression, object } from "../expression.ts"
import { codeScope } from "../scope.ts"
import { numberText, quoted } from "../literals.ts"
import { typed } from "../names.ts"
import type { FileScope } from "../names.ts"
import { clauseProperties, dollars, inScope } from "../policy.ts"
import { constant } from "../structure.ts"
import type { Item } from "../structure.ts"
import { writers } from "./callables.ts"

export function modelItems(plan: Plan, file: FileScope): readonly Item[] {
  return plan.models.map(({ name, provider, id, price, contextTokens, outputTokens, doc }) => {
    const { inputNanoDollars, outputNanoDollars, perTokens } = price
    const spec = object([
      `name: ${quoted(name)}`,
      `provider: ${quoted(provider)}`,
      `id: ${quoted(id)}`,
      ["price: ", object([`input: ${dollars(inputNanoDollars)}`, `output: ${dollars(outputNanoDollars)}`, `per: ${numberText(perTokens)}`])],
      `context: ${numberText(contextTokens)}`,
      `output: ${numberText(outputTokens)}`,
    ], { broken: true })
    return constant(file.value(name), [file.runtime("model"), "(", spec, ")"], doc)
  })
}

export function secretItems(plan: Plan, file: FileScope): readonly Item[] {
  return plan.secrets.map(({ name, store, key, doc }) => {
    const spec = object([`name: ${quoted(name)}`, `store: ${quoted(store)}`, `key: ${quoted(key)}`])
    return constant(file.value(name), [file.runtime("secret"), "(", spec, ")"], doc)
  })
}

export function settingItems(plan: Plan, file: FileScope): readonly Item[] {
  const scope = codeScope(file, new Map(), { writers })
  return plan.settings.map(({ name, default: value, doc }) => {
    const spec = object([
      `name: ${quoted(name)}`,
      `schema: ${file.whole("./schemas.ts", "schemas")}.${file.names.settings.get(name)!}`,
      ...(value === undefined ? [] : [["default: ", expression(scope, value)]]),
    ])
    return constant(file.value(name), [file.runtime("setting"), "(", spec, ")"], doc)
  })
}

export function policyItems(plan: Plan, file: FileScope, used: ReadonlySet<string>): readonly Item[] {
  const scope = codeScope(file, new Map(), { writers })
  return plan.policies.filter(({ name }) => used.has(name)).map(({ name, policy, doc }) => {
    const clauses = object(clauseProperties(scope, policy, inScope), { broken: true })
    return constant(file.value(name), [clauses, typed(file, [" satisfies ", file.runtimeType("Policy")])], doc)
  })
}

/** Named policies that something still refers to by name. */
export function usedPolicies(plan: Plan): ReadonlySet<string> {
  const used = new Set<string>()
  const visit = (node: unknown): void => {
    if (typeof node !== "object" || node === null) return
    const { uses } = node as { readonly uses?: unknown }
    if (Array.isArray(uses)) for (const name of uses) used.add(String(name))
    for (const child of Object.values(node)) visit(child)
  }
  visit([plan.tools, plan.agents, plan.humans, plan.workflows])
  for (const { steps } of plan.workflows) if (steps !== undefined) used.add(steps)
  return used
}
