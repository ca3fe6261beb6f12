// match: every value has an arm, and every arm a value.

import { unreachable } from "../../../base/assert.ts"
import type { Fix } from "../../../base/diagnostics/diagnostic.ts"
import { nearest } from "../../../base/diagnostics/suggest.ts"
import type { MatchArm, MatchStatement, Pattern } from "../../../grammar/syntax/nodes.ts"
import { isBuiltInError, isBuiltInType } from "../../1-bind/built-ins.ts"
import { didYouMean, replaceFix } from "../../1-bind/hints.ts"
import { report, symbolAt, symbolOf, textOf, type Env } from "../context.ts"
import { shorten } from "../expect.ts"
import { checkExpression } from "../expressions.ts"
import { assumeMember, assumeValue, narrow, pathOf } from "../narrowing.ts"
import type { Type } from "../types.ts"
import { literalValue } from "../types/build.ts"
import { assignable, expand, isOptional, join, NEVER, NOTHING, present, UNKNOWN } from "../types/relate.ts"
import { render } from "../types/render.ts"
import { block, type Parts, type Want } from "./parts.ts"

/** What a subject can be, each with the key that a pattern covers; undefined when there is no end of them. */
type Cases = ReadonlyMap<string, Type> | undefined

export function checkMatch(form: MatchStatement, env: Env, want: Want, parts: Parts): Type {
  const subject = parts.right(form.subject, form.clauses, env, { value: true })
  const cases = casesOf(subject, env)
  const covered = new Set<string>()
  let result: Type = NEVER
  let reached = true
  for (const arm of form.arms) {
    const keys = arm.patterns.flatMap((pattern) => checkPattern(pattern, subject, cases, env) ?? [])
    reportUnreachable(arm, keys, { covered, reached, cases }, env)
    const fresh = keys.filter((key) => !covered.has(key))
    for (const key of keys) covered.add(key)
    if (arm.patterns.some(({ kind }) => kind === "elsePattern")) reached = false
    const inside = armEnv(form, arm, subject, cases, fresh, covered, env)
    const type = block(arm.body, inside, want, parts)
    if (result.kind === "never" && type.kind === "never") continue
    result = want.value ? join(result, type, env.file.context.declared) : NOTHING
  }
  if (reached && subject.kind !== "unknown") reportMissing(form, cases, covered, env)
  return form.arms.length === 0 ? NOTHING : result
}

function casesOf(subject: Type, env: Env): Cases {
  const { context } = env.file
  const known = expand(subject, context.declared)
  if (known.kind === "optional") {
    const inner = casesOf(known.type, env)
    return new Map([...(inner ?? [[ANY, known.type] as const]), ["nothing", NOTHING]])
  }
  switch (known.kind) {
    case "nothing":
      return new Map([["nothing", NOTHING]])
    case "bool":
      return new Map([["true", known], ["false", known]])
    case "literal":
      return new Map([[JSON.stringify(known.value), known]])
    case "union": {
      const all = new Map<string, Type>()
      for (const member of known.members) {
        const endless = [[`${ANY} ${render(member)}`, member] as const]
        for (const [key, type] of casesOf(member, env) ?? endless) all.set(key, type)
      }
      return all
    }
    case "result":
      return undefined
    case "declared": {
      const structure = context.declared.get(known.symbol)
      if (structure?.kind === "enum") {
        return new Map(structure.members.map(({ name }) => [`${known.name}.${name}`, known]))
      }
      if (structure?.kind === "taggedUnion") {
        return new Map(structure.members.map((symbol) => {
          const { name } = symbolOf(context, symbol)
          return [name, { kind: "declared", symbol, name } satisfies Type]
        }))
      }
      return new Map([[known.name, known]])
    }
    default:
      return undefined
  }
}

/** Stands for all values of a type that has no end of them. */
const ANY = "any other value"

/** The keys that the pattern covers; undefined when it can't be a value of the subject's type. */
function checkPattern(pattern: Pattern, subject: Type, cases: Cases, env: Env): readonly string[] | undefined {
  const { file } = env
  const bare = present(subject, file.context.declared)
  if (subject.kind === "unknown") return []
  switch (pattern.kind) {
    case "elsePattern":
      return []
    case "nothingPattern":
      if (isOptional(subject, file.context.declared)) return ["nothing"]
      return refuse(pattern, subject, ".", env)
    case "literalPattern": {
      const type = checkExpression(pattern.value, env, subject)
      const value = literalValue(pattern.value)
      file.types.set(pattern.id, type)
      if (!assignable(type, bare, file.context.declared)) return refuse(pattern, subject, ".", env)
      return [value === undefined ? shorten(textOf(file, pattern)) : JSON.stringify(value)]
    }
    case "memberPattern":
      return memberKeys(pattern, bare, env)
    case "typePattern":
      return typeKeys(pattern, bare, cases, env)
    default:
      return unreachable(pattern)
  }
}

function memberKeys(
  pattern: Extract<Pattern, { readonly kind: "memberPattern" }>, subject: Type, env: Env,
): readonly string[] | undefined {
  const { file } = env
  const symbol = symbolAt(file, pattern.type)
  const structure = symbol === undefined ? undefined : file.context.declared.get(symbol.id)
  if (symbol === undefined || pattern.member.text === "") return undefined
  const type: Type = { kind: "declared", symbol: symbol.id, name: symbol.name }
  file.types.set(pattern.id, type)
  if (structure?.kind !== "enum" || !assignable(type, subject, file.context.declared)) {
    return refuse(pattern, subject, ".", env)
  }
  if (structure.members.some(({ name }) => name === pattern.member.text)) {
    return [`${symbol.name}.${pattern.member.text}`]
  }
  const near = nearest(pattern.member.text, structure.members.map(({ name }) => name))
  const fixes = replaceFix({ path: file.path, span: pattern.member.span }, near)
  report(
    file, pattern.member, "AF3004", { type: symbol.name, name: pattern.member.text, hint: didYouMean(near) }, { fixes },
  )
  return undefined
}

function typeKeys(
  pattern: Extract<Pattern, { readonly kind: "typePattern" }>, subject: Type, cases: Cases, env: Env,
): readonly string[] | undefined {
  const { file } = env
  const symbol = symbolAt(file, pattern.type)
  const binding = pattern.binding === undefined ? undefined : symbolAt(file, pattern.binding)
  const remember = (type: Type): void => {
    file.types.set(pattern.id, type)
    if (binding !== undefined) file.context.symbolTypes.set(binding.id, type)
  }
  if (symbol === undefined && isBuiltInType(pattern.type.text)) {
    const type = { kind: pattern.type.text } as Type
    remember(type)
    const all = [...(cases ?? [[ANY, subject] as const])]
    const keys = all.filter(([, each]) => assignable(each, type, file.context.declared))
    return keys.length === 0 ? refuse(pattern, subject, ".", env) : keys.map(([key]) => key)
  }
  if (symbol === undefined) {
    remember(UNKNOWN)
    return isBuiltInError(pattern.type.text) ? refuse(pattern, subject, ".", env) : undefined
  }
  const type: Type = { kind: "declared", symbol: symbol.id, name: symbol.name }
  remember(type)
  const fits = assignable(type, subject, file.context.declared)
  if (!fits) return refuse(pattern, subject, didYouMean(nearest(pattern.type.text, cases?.keys() ?? [])), env)
  const inner = casesOf(type, env)
  return inner === undefined ? [symbol.name] : [...inner.keys()]
}

function refuse(pattern: Pattern, subject: Type, hint: string, env: Env): undefined {
  report(env.file, pattern, "AF3013", { pattern: shorten(textOf(env.file, pattern)), type: render(subject), hint })
  return undefined
}

interface Progress {
  readonly covered: ReadonlySet<string>
  readonly reached: boolean
  readonly cases: Cases
}

function reportUnreachable(
  arm: MatchArm, keys: readonly string[], { covered, reached, cases }: Progress, env: Env,
): void {
  const isElse = arm.patterns.some(({ kind }) => kind === "elsePattern")
  if (!reached) report(env.file, arm, "AF3012", { why: "`else` comes before it" })
  else if (isElse && cases !== undefined && cases.size > 0 && [...cases.keys()].every((key) => covered.has(key))) {
    report(env.file, arm, "AF3012", { why: "every value has its arm before" })
  } else if (!isElse && keys.length > 0 && keys.every((key) => covered.has(key))) {
    report(env.file, arm, "AF3012", { why: `${keys.map((key) => key.replace(`${ANY} `, "")).join(", ")} has its arm before` })
  }
}

/** In its arm the subject is what the patterns say: the one type they leave, or not nothing. */
function armEnv(
  form: MatchStatement, arm: MatchArm, subject: Type, cases: Cases, fresh: readonly string[],
  covered: ReadonlySet<string>, env: Env,
): Env {
  const { subject: matched } = form
  if (matched.kind === "member" && arm.patterns.every(({ kind }) => kind === "literalPattern")) {
    env = assumeMember(matched, (value) => fresh.includes(JSON.stringify(value)), env)
  }
  const path = pathOf(form.subject, env)
  if (path === undefined) return env
  const isElse = arm.patterns.some(({ kind }) => kind === "elsePattern")
  if (isElse) return covered.has("nothing") ? assumeValue(form.subject, "present", env) : env
  if (fresh.includes("nothing")) return fresh.length === 1 ? assumeValue(form.subject, "nothing", env) : env
  const types = fresh.map((key) => cases?.get(key))
  if (types.length > 0 && types.every((type) => type !== undefined)) {
    return narrow(env, path, types.reduce((a, b) => join(a!, b!, env.file.context.declared))!)
  }
  return isOptional(subject, env.file.context.declared) ? assumeValue(form.subject, "present", env) : env
}

function reportMissing(form: MatchStatement, cases: Cases, covered: ReadonlySet<string>, env: Env): void {
  if (cases === undefined && covered.has(ANY)) return
  const missing = cases === undefined ? ["else"] : [...cases.keys()].filter((key) => !covered.has(key))
  if (missing.length === 0 || form.recovered) return
  const named = missing.map((key) => (key.startsWith(ANY) || key === "else" ? ANY : key))
  const arms = [...new Set(missing.map((key) => (key.startsWith(ANY) ? "else" : key)))]
  report(env.file, form.subject, "AF3011", { missing: named.join(", ") }, { fixes: [addArms(form, arms, env)] })
}

/** Puts the missing arms before the closing brace, each with an empty block to fill in. */
function addArms(form: MatchStatement, keys: readonly string[], env: Env): Fix {
  const { text } = env.file.bound.source
  const end = form.span.end - 1
  const lineStart = text.lastIndexOf("\n", form.span.start) + 1
  const indent = /^[ \t]*/.exec(text.slice(lineStart))![0]
  const before = text.slice(0, end).trimEnd().length
  const arms = keys.map((key) => `\n${indent}  ${key} => { }`).join("")
  return {
    title: keys.length === 1 ? `Add the arm ${keys[0]}` : `Add ${keys.length} arms`,
    path: env.file.path,
    edits: [{ span: { start: before, end }, text: `${arms}\n${indent}` }],
    applicability: "placeholder",
  }
}
