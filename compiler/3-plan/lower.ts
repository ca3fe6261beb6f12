// Checked program to plan: called only when no error stands.

import { assert } from "../../base/assert.ts"
import type { Declaration, Expression, ModelDeclaration, PolicyDeclaration, SecretDeclaration, SettingDeclaration } from "../../grammar/syntax/nodes.ts"
import type { SymbolId } from "../1-bind/types.ts"
import type { Checked, DeclaredType } from "../2-check/types.ts"
import { lowerAgent, lowerHuman, lowerTool, lowerWorkflow } from "./constructs/callable.ts"
import { lowerExpression, plainTemplate } from "./constructs/expression.ts"
import { lowerPolicy, numberOf } from "./constructs/policy.ts"
import { lowerTest } from "./constructs/test.ts"
import { describe, lowerFields, lowerType, recordSchema, schemaOf } from "./constructs/types.ts"
import { originOf, planName, policyClauses, symbolOf } from "./context.ts"
import type { Context } from "./context.ts"
import type { TestPlan } from "./test-plan.ts"
import { planVersion } from "./types.ts"
import type { DeclarationPlan, ModelPlan, NamedPolicyPlan, Plan, SecretPlan, SettingPlan, TypePlan, WorkflowPlan } from "./types.ts"

export interface LowerOptions {
  /** Path of the file that gives the project its name; the first one when left out. */
  readonly entry?: string | undefined
  /** By name of a workflow: the version that new runs start on; the first when left out. */
  readonly versions?: Readonly<Record<string, number>> | undefined
}

export function lower(checked: Checked, options: LowerOptions = {}): Plan {
  const { sources, shared } = startOf(checked, options)
  const [entry] = sources
  const items = sources.flatMap((path) => itemsOf(shared, path))
  const of = <Kind extends Declaration["kind"]>(kind: Kind) =>
    items.filter((item): item is Item<Extract<Declaration, { kind: Kind }>> => item.node.kind === kind)
  const accepts = checked.accepted.suppressions.map(({ rule, path, span }) => ({ rule, path, span }))
  return {
    version: planVersion,
    name: kebab(entry.split("/").at(-1)!.replace(/\.agentflow$/, "")),
    sources,
    types: items.flatMap((item) => lowerDeclaredType(item)),
    models: of("model").map(lowerModel),
    secrets: of("secret").map(lowerSecret),
    settings: of("setting").map(lowerSetting),
    policies: of("policy").map(lowerNamedPolicy),
    tools: of("tool").map(({ context, node, id }) => lowerTool(context, node, id)),
    agents: of("agent").map(({ context, node, id }) => lowerAgent(context, node, id)),
    humans: of("human").map(({ context, node, id }) => lowerHuman(context, node, id)),
    workflows: of("workflow").map(({ context, node, id }) => versioned(lowerWorkflow(context, node, id), options)),
    tests: lowerTests(shared, sources),
    ...(accepts.length === 0 ? {} : { accepts }),
  }
}

/** A declared type as the plan of its program has it, alone; undefined for a symbol that is none. */
export function lowerTypeOf(checked: Checked, symbol: SymbolId, options: LowerOptions = {}): TypePlan | undefined {
  const { path } = checked.bound.symbols.symbols[symbol]!
  const item = checked.bound.files.has(path) ? itemsOf(startOf(checked, options).shared, path).find(({ id }) => id === symbol) : undefined
  return item === undefined ? undefined : lowerDeclaredType(item)[0]
}

type Shared = Omit<Context, "path" | "facts">

function startOf(checked: Checked, options: LowerOptions): { readonly sources: readonly [string, ...string[]]; readonly shared: Shared } {
  const paths = [...checked.bound.files.keys()]
  const entry = options.entry ?? paths[0]
  assert(entry !== undefined, "a plan of no file")
  const sources = [entry, ...paths.filter((path) => path !== entry)] as const
  return { sources, shared: { checked, names: planNames(checked, sources), policyOf: policyClauses(checked), tags: tagsOf(checked), inBody: false } }
}

function lowerTests(shared: Shared, sources: readonly string[]): readonly TestPlan[] {
  return sources.flatMap((path) => {
    const context: Context = { ...shared, path, facts: shared.checked.files.get(path)! }
    return shared.checked.bound.files.get(path)!.file.items.flatMap((node) => (node.kind === "test" ? [lowerTest(context, node)] : []))
  })
}

function versioned(plan: WorkflowPlan, { versions }: LowerOptions): WorkflowPlan {
  const version = versions?.[plan.name] ?? 1
  return version === 1 ? plan : { ...plan, version }
}

/** "DailyBrief" and "daily_brief" are daily-brief. */
export function kebab(name: string): string {
  const { hump, other } = /^[ -~]*$/.test(name) ? asciiWords : words()
  return name
    .replace(hump, "$1-$2")
    .replace(other, "-")
    .replace(/^-+|-+$/g, "")
    .toLowerCase() || "workflow"
}

/** Patterns with classes of Unicode are compiled in a millisecond, these in none. */
const asciiWords = { hump: /([a-z0-9])([A-Z])/g, other: /[^A-Za-z0-9]+/g }

function words(): typeof asciiWords {
  return { hump: /([\p{Ll}\p{N}])(\p{Lu})/gu, other: /[^\p{L}\p{N}]+/gu }
}

interface Item<Node = Declaration> {
  readonly context: Context
  readonly node: Node
  readonly id: SymbolId
}

function itemsOf(shared: Shared, path: string): readonly Item[] {
  const file = shared.checked.bound.files.get(path)
  const facts = shared.checked.files.get(path)
  assert(file !== undefined && facts !== undefined, `no facts of ${path}`)
  const context: Context = { ...shared, path, facts }
  return file.file.items.flatMap((node) =>
    node.kind === "import" || node.kind === "test" ? [] : [{ context, node, id: symbolOf(context, node.name).id }])
}

/** Names are unique ignoring case over all files: the second of a name gets a number. */
function planNames(checked: Checked, sources: readonly string[]): ReadonlyMap<SymbolId, string> {
  const names = new Map<SymbolId, string>()
  const taken = new Set<string>()
  for (const path of sources) {
    const file = checked.bound.files.get(path)!
    for (const item of file.file.items) {
      if (item.kind === "import" || item.kind === "test") continue
      const id = file.uses.get(item.name.id)
      if (id === undefined || names.has(id)) continue
      let name = item.name.text
      for (let number = 2; taken.has(name.toLowerCase()); number++) name = `${item.name.text}${number}`
      taken.add(name.toLowerCase())
      names.set(id, name)
    }
  }
  return names
}

function tagsOf(checked: Checked): ReadonlyMap<SymbolId, string> {
  const tags = new Map<SymbolId, string>()
  for (const declared of checked.declared.values()) {
    if (declared.kind !== "taggedUnion") continue
    for (const member of declared.members) tags.set(member, checked.bound.symbols.symbols[member]!.name)
  }
  return tags
}

function declaration(context: Context, node: Item["node"], id: SymbolId): DeclarationPlan {
  const doc = "doc" in node && node.doc !== undefined ? { doc: node.doc } : {}
  return { name: planName(context, id), ...doc, origin: originOf(context, node) }
}

// ---------------------------------------------------------------- types

function lowerDeclaredType({ context, node, id }: Item): readonly TypePlan[] {
  const declared = context.checked.declared.get(id)
  if (declared === undefined) return []
  const base = declaration(context, node, id)
  const plan = shapeOf(context, declared, id)
  return plan === undefined ? [] : [{ ...base, ...plan, schema: describe(plan.schema, base.doc) } as TypePlan]
}

type Shape = TypePlan extends infer Each ? Each extends TypePlan ? Omit<Each, keyof DeclarationPlan> : never : never

function shapeOf(context: Context, declared: DeclaredType, id: SymbolId): Shape | undefined {
  switch (declared.kind) {
    case "record": {
      const tag = context.tags.get(id)
      const fields = lowerFields(context, declared.fields)
      return { kind: "record", fields, ...(tag === undefined ? {} : { tag }), schema: recordSchema(context, declared.fields, tag) }
    }
    case "alias":
      return { kind: "alias", type: lowerType(context, declared.type), schema: schemaOf(context, declared.type) }
    case "taggedUnion": {
      const members = declared.members.map((member) => planName(context, member))
      return { kind: "taggedUnion", members, schema: { anyOf: members.map((name) => ({ $ref: `#/$defs/${name}` })) } }
    }
    case "enum":
      return { kind: "enum", members: declared.members, schema: { type: "string", enum: declared.members.map(({ name }) => name) } }
    case "error":
      return { kind: "error", fields: lowerFields(context, declared.fields), schema: recordSchema(context, declared.fields) }
    case "event":
      return { kind: "event", fields: lowerFields(context, declared.fields), schema: recordSchema(context, declared.fields) }
  }
}

// ---------------------------------------------------------------- resources

function lowerModel({ context, node, id }: Item<ModelDeclaration>): ModelPlan {
  const price = node.clauses.find((clause) => clause.kind === "price")
  assert(price !== undefined, "a model without a price")
  const size = (what: "context" | "output"): number => {
    const clause = node.clauses.find((candidate) => candidate.kind === "size" && candidate.what === what)
    assert(clause?.kind === "size", `a model without its ${what} size`)
    return numberOf(clause.tokens)
  }
  return {
    ...declaration(context, node, id),
    provider: node.provider.text,
    id: textOf(node.arguments[0]),
    price: { inputNanoDollars: numberOf(price.input), outputNanoDollars: numberOf(price.output), perTokens: numberOf(price.per) },
    contextTokens: size("context"),
    outputTokens: size("output"),
  }
}

function lowerSecret({ context, node, id }: Item<SecretDeclaration>): SecretPlan {
  return {
    ...declaration(context, node, id),
    store: plainTemplate(node.store),
    key: node.key === undefined ? node.name.text : plainTemplate(node.key),
  }
}

function lowerSetting({ context, node, id }: Item<SettingDeclaration>): SettingPlan {
  const type = context.checked.symbolTypes.get(id) ?? { kind: "unknown" }
  return {
    ...declaration(context, node, id),
    type: lowerType(context, type),
    schema: schemaOf(context, type),
    ...(node.value === undefined ? {} : { default: lowerExpression(context, node.value) }),
  }
}

/** As the policy stands: what it uses itself is already resolved where the policy is used. */
function lowerNamedPolicy({ context, node, id }: Item<PolicyDeclaration>): NamedPolicyPlan {
  const lowered = lowerPolicy(context, node.clauses.map((clause) => ({ clause, path: context.path })))
  const own = Object.keys(lowered.clauses) as (keyof typeof lowered.clauses)[]
  return { ...declaration(context, node, id), policy: { clauses: lowered.clauses, uses: [], own } }
}

function textOf(node: Expression | undefined): string {
  assert(node?.kind === "template", "a model without an id")
  return plainTemplate(node)
}
