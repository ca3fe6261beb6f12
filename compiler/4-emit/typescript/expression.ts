// Expressions as TypeScript, with the parentheses that precedence asks for and no others.

import { unreachable } from "../../../base/assert.ts"
import type {
  BinaryPlan, EachPlan, ExpressionPlan, IndexPlan, LambdaPlan, MemberPlan, ParallelPlan, RacePlan, RecordPlan, StatementPlan,
  StepPlan, TemplatePlan, WaitPlan,
} from "../../3-plan/code.ts"
import type { ValueType } from "../../3-plan/types.ts"
import { choice, group, indent, join, line, softline, trailingComma } from "./layout.ts"
import type { Doc } from "./layout.ts"
import { durationText, memberAccess, numberText, propertyKey, quoted, templateText } from "./literals.ts"
import { bodyScope } from "./scope.ts"
import type { Code, CodeScope } from "./scope.ts"
import { typed } from "./names.ts"
import { typeText } from "./types.ts"

/** Binding strength, weakest first. */
export const precedence = {
  assignment: 1, conditional: 2, nullish: 3, or: 3, and: 4, equality: 5, relational: 6, additive: 7, multiplicative: 8,
  unary: 9, call: 10, primary: 11,
} as const

export const code = (doc: Doc, strength: number): Code => ({ doc, precedence: strength })

export function within(inner: Code, weakest: number): Doc {
  return inner.precedence < weakest ? ["(", inner.doc, ")"] : inner.doc
}

/** Any expression where a comma or the end follows. */
export function expression(scope: CodeScope, plan: ExpressionPlan): Doc {
  return write(scope, plan).doc
}

/** An operand or object. */
export function operand(scope: CodeScope, plan: ExpressionPlan, weakest: number): Doc {
  return within(write(scope, plan), weakest)
}

/** A value whose type says null, where TypeScript may also see undefined. */
export function settled(scope: CodeScope, plan: ExpressionPlan): Doc {
  if (!mayBeUndefined(plan)) return expression(scope, plan)
  return [operand(scope, plan, precedence.or), " ?? null"]
}

/** What is read from an optional field, an index or a search. Comparing, `??` and fields take undefined as it is. */
function mayBeUndefined(plan: ExpressionPlan): boolean {
  switch (plan.kind) {
    case "member": return plan.type.kind === "optional" && !isResultField(plan)
    case "index": return plan.type.kind === "optional"
    case "local": return plan.type.kind === "optional"
    case "builtIn": return plan.name.endsWith(".find") || plan.optional === true
    case "conditional": return mayBeUndefined(plan.then) || mayBeUndefined(plan.otherwise)
    case "binary": return plan.operator === "??" && mayBeUndefined(plan.right)
    default: return false
  }
}

function isResultField(plan: MemberPlan): boolean {
  return plan.object.type.kind === "result"
}

export function write(scope: CodeScope, plan: ExpressionPlan): Code {
  switch (plan.kind) {
    case "literal": return literal(plan.value)
    case "template": return template(scope, plan)
    case "list": return code(brackets("[", plan.items.map(({ spread, value }) => [spread ? "..." : "", settled(scope, value)]), "]"), precedence.primary)
    case "record": return code(record(scope, plan), precedence.primary)
    case "local": {
      const sure = plan.present === "var" && scope.inRound ? "!" : ""
      const name = scope.locals.get(plan.name) ?? plan.name
      return code(sure === "" ? name : [name, typed(scope.file, sure)], precedence.primary)
    }
    case "result": return code("result", precedence.primary)
    case "enumMember": return code([scope.file.value(plan.enum), memberAccess(plan.member, false)], precedence.call)
    case "secretReference": return code(["secrets(", scope.file.value(plan.name), ")"], precedence.call)
    case "settingReference": {
      const reader = scope.settings === "run" ? `${scope.run}.setting` : "settings"
      return code([reader, "(", scope.file.value(plan.name), ")"], precedence.call)
    }
    case "member": return member(scope, plan)
    case "index": return index(scope, plan)
    case "builtIn": return scope.writers.builtIn(scope, plan)
    case "lambda": return lambda(scope, plan)
    case "unary": {
      const inner = operand(scope, plan.operand, precedence.unary)
      const { operand: negated } = plan
      const isMinus = negated.kind === "unary" ? negated.operator === "-" : negated.kind === "literal" && Number(negated.value) < 0
      const twice = plan.operator === "-" && isMinus
      return code([plan.operator === "not" ? "!" : "-", twice ? ["(", inner, ")"] : inner], precedence.unary)
    }
    case "binary": return binary(scope, plan)
    case "conditional": {
      const condition = operand(scope, plan.condition, precedence.nullish)
      // A chain reads down its `:` side; a condition inside the other side is set apart.
      const then = operand(scope, plan.then, plan.then.kind === "conditional" ? precedence.nullish : precedence.assignment)
      const otherwise = expression(scope, plan.otherwise)
      return code(group(condition, indent(line, "? ", then, line, ": ", otherwise)), precedence.conditional)
    }
    case "step": return code(["yield* ", stepCall(scope, plan)], precedence.assignment)
    case "each": return code(["yield* ", each(scope, plan)], precedence.assignment)
    case "race": return code(["yield* ", branches(scope, "race", plan)], precedence.assignment)
    case "within": {
      const clauses = object(scope.writers.clauses(scope, plan))
      return code([`yield* ${scope.run}.within(${quoted(plan.step)}, `, clauses, ", ", generator(scope, plan.body), ")"], precedence.assignment)
    }
    case "saga":
      return code([`yield* ${scope.run}.saga(${quoted(plan.step)}, `, generator(scope, plan.body), ")"], precedence.assignment)
    case "wait": return code(["yield* ", waitFor(scope, plan)], precedence.assignment)
    default: return unreachable(plan)
  }
}

// ---------------------------------------------------------------- literals

function literal(value: string | number | boolean | null): Code {
  if (typeof value === "number") return code(numberText(value), value < 0 ? precedence.unary : precedence.primary)
  if (typeof value !== "string") return code(String(value), precedence.primary)
  return isLong(value) ? lines(value.split("\n").map((text) => quoted(text))) : code(quoted(value), precedence.primary)
}

/** Text of several lines is written as one string per line: readable at any indentation. */
function isLong(text: string): boolean {
  return text.trim().includes("\n") && text.length > 40
}

function lines(parts: readonly Doc[]): Code {
  return code([brackets("[", parts, "]", { broken: true }), `.join("\\n")`], precedence.call)
}

function template(scope: CodeScope, plan: TemplatePlan): Code {
  const whole = plan.parts.map((part) => (typeof part === "string" ? part : "{…}")).join("")
  if (!isLong(whole)) return code(templateLine(scope, plan.parts), precedence.primary)
  const rows: (string | ExpressionPlan)[][] = [[]]
  for (const part of plan.parts) {
    if (typeof part !== "string") rows.at(-1)!.push(part)
    else for (const [number, row] of part.split("\n").entries()) {
      if (number > 0) rows.push([])
      if (row !== "") rows.at(-1)!.push(row)
    }
  }
  return lines(rows.map((row) => templateLine(scope, row)))
}

function templateLine(scope: CodeScope, parts: TemplatePlan["parts"]): Doc {
  if (parts.every((part) => typeof part === "string")) return quoted(parts.join(""))
  if (parts.length === 1) return asText(scope, parts[0] as ExpressionPlan)
  const written = parts.map((part): Doc => (typeof part === "string" ? templateText(part) : ["${", hole(scope, part), "}"]))
  return ["`", written, "`"]
}

/** A value between `${` and `}`: JavaScript writes primitives as the language does, the rest goes through `text`. */
function hole(scope: CodeScope, plan: ExpressionPlan): Doc {
  return printsAsItself(plan.type, scope) ? expression(scope, plan) : asText(scope, plan)
}

/** A value as a string. */
export function asText(scope: CodeScope, plan: ExpressionPlan): Doc {
  const unit = unitOf(plan.type)
  if (unit !== undefined) return [scope.file.runtime("text"), "(", expression(scope, plan), `, ${quoted(unit)})`]
  const isText = plan.type.kind === "string" || plan.type.kind === "time" || plan.kind === "template" ||
    (plan.kind === "literal" && typeof plan.value === "string")
  return isText ? expression(scope, plan) : [scope.file.runtime("text"), "(", expression(scope, plan), ")"]
}

/** What a number of this type counts, where all its numbers count the same: `text` leaves the rest of a union as it is. */
function unitOf(type: ValueType): "money" | "duration" | undefined {
  if (type.kind === "money" || type.kind === "duration") return type.kind
  if (type.kind !== "union") return undefined
  const numbers = new Set(type.members.flatMap(({ kind }) => (kind === "int" || kind === "number" ? ["plain"] : kind === "money" || kind === "duration" ? [kind] : [])))
  const [unit] = numbers
  return numbers.size === 1 && (unit === "money" || unit === "duration") ? unit : undefined
}

function printsAsItself(type: ValueType, scope: CodeScope): boolean {
  switch (type.kind) {
    case "string": case "int": case "number": case "bool": case "time": case "literal": return true
    case "union": return type.members.every((each) => printsAsItself(each, scope))
    default: return false
  }
}

function record(scope: CodeScope, plan: RecordPlan): Doc {
  return object(plan.entries.map(({ key, value }): Doc => {
    if (key === undefined) return ["...", operand(scope, value, precedence.assignment)]
    const isTag = key === "kind" && value.type.kind === "literal" && value.kind === "literal"
    return property(key, [expression(scope, value), isTag ? typed(scope.file, " as const") : ""])
  }))
}

/** `{ topic }` where key and value are the same identifier. */
export function property(key: string, value: Doc): Doc {
  const flat = plain(value)
  if (flat === key && propertyKey(key) === key) return key
  return [propertyKey(key), ": ", value]
}

function plain(doc: Doc): string | undefined {
  if (typeof doc === "string") return doc
  if (!Array.isArray(doc)) return undefined
  const parts = (doc as readonly Doc[]).map(plain)
  return parts.some((part) => part === undefined) ? undefined : parts.join("")
}

export function object(properties: readonly Doc[], options: { readonly broken?: boolean } = {}): Doc {
  return properties.length === 0 ? "{}" : brackets("{", properties, "}", { ...options, padded: true })
}

export function brackets(
  open: string, items: readonly Doc[], close: string, options: { readonly broken?: boolean; readonly padded?: boolean } = {},
): Doc {
  if (items.length === 0) return [open, close]
  const edge: Doc = options.broken === true ? { kind: "hard" } : options.padded === true ? line : softline
  return group(open, indent(edge, join([",", options.broken === true ? { kind: "hard" } : line], items)), trailingComma, edge, close)
}

// ---------------------------------------------------------------- operators

function member(scope: CodeScope, plan: MemberPlan): Code {
  const { object: holder, name } = plan
  if (isResultField(plan) && plan.type.kind === "optional") {
    const [then, otherwise] = name === "error" ? ["null", "error"] : ["value", "null"]
    const held = operand(scope, holder, precedence.call)
    const side = (field: string): Doc => (field === "null" ? "null" : [held, ".", field])
    return code([held, ".ok ? ", side(then!), " : ", side(otherwise!)], precedence.conditional)
  }
  const sure = plan.present === true && scope.inBody ? "!" : ""
  const written = [operand(scope, holder, precedence.call), memberAccess(name, plan.optional), sure === "" ? "" : typed(scope.file, sure)]
  if (holder.type.kind === "caughtError" && name === "data" && plan.type.kind !== "json") {
    return code(["(", written, typed(scope.file, ` as ${typeText(scope.file, plan.type)}`), ")"], precedence.primary)
  }
  if (holder.type.kind === "caughtError" && name === "step") return code([written, ` ?? ""`], precedence.nullish)
  return code(written, precedence.call)
}

function index(scope: CodeScope, plan: IndexPlan): Code {
  if (plan.object.type.kind !== "list" && mayBeInherited(plan.index)) {
    return code([scope.file.runtime("entry"), "(", expression(scope, plan.object), ", ", expression(scope, plan.index), ")"], precedence.call)
  }
  const place: Doc = ["[", expression(scope, plan.index), "]"]
  if (plan.object.type.kind !== "json") return code([operand(scope, plan.object, precedence.call), place], precedence.call)
  const cast: Doc = [typed(scope.file, ` as { readonly [key: string]: ${scope.file.runtimeType("Json")} } | null`), ")?."]
  return code(["(", operand(scope, plan.object, precedence.relational), cast, place], precedence.call)
}

/** A key like "constructor" is there in every object of JavaScript, whatever the map holds. */
function mayBeInherited(key: ExpressionPlan): boolean {
  return key.kind !== "literal" || [{}, [], Object("")].some((value: object) => String(key.value) in value)
}

export function lambda(scope: CodeScope, plan: LambdaPlan): Code {
  const parameters = plan.parameters.map((name) => scope.locals.get(name) ?? name).join(", ")
  return code([`(${parameters}) => `, arrowBody(plan.body, settled({ ...scope, inBody: true, inRound: true }, plan.body))], precedence.assignment)
}

/** A body that starts with a brace would be a block. */
export function arrowBody(plan: ExpressionPlan, doc: Doc): Doc {
  return plan.kind === "record" ? ["(", doc, ")"] : doc
}

const operators = {
  or: ["||", precedence.or], and: ["&&", precedence.and], "??": ["??", precedence.nullish],
  "==": ["===", precedence.equality], "!=": ["!==", precedence.equality],
  "<": ["<", precedence.relational], "<=": ["<=", precedence.relational], ">": [">", precedence.relational], ">=": [">=", precedence.relational],
  "+": ["+", precedence.additive], "-": ["-", precedence.additive],
  "*": ["*", precedence.multiplicative], "/": ["/", precedence.multiplicative], "%": ["%", precedence.multiplicative],
} as const

function binary(scope: CodeScope, plan: BinaryPlan): Code {
  const time = timeArithmetic(scope, plan)
  if (time !== undefined) return time
  const [sign, strength] = operators[plan.operator]
  const [left, right] = [write(scope, plan.left), write(scope, plan.right)]
  if (plan.operator === "==" || plan.operator === "!=") return equality(plan, { sign, strength, left, right })
  const mixes = sign === "??" ? "nullish" : sign === "||" || sign === "&&" ? "logical" : undefined
  const side = (each: Code, weakest: number): Doc => {
    const clashes = mixes !== undefined && each.mixes !== undefined && each.mixes !== mixes
    return clashes ? ["(", each.doc, ")"] : within(each, weakest)
  }
  const doc = group(side(left, strength), indent(` ${sign}`, line, side(right, strength + 1)))
  return { doc, precedence: strength, ...(mixes === undefined ? {} : { mixes }) }
}

interface Sides {
  readonly sign: string
  readonly strength: number
  readonly left: Code
  readonly right: Code
}

/** `nothing` is null or absent; two optional values are equal when both are missing. */
function equality(plan: BinaryPlan, { sign, strength, left, right }: Sides): Code {
  const isNothing = (side: ExpressionPlan): boolean => side.kind === "literal" && side.value === null
  if (isNothing(plan.left) || isNothing(plan.right)) {
    const value = isNothing(plan.left) ? right : left
    return code([within(value, strength), plan.operator === "==" ? " == null" : " != null"], strength)
  }
  const both = plan.left.type.kind === "optional" && plan.right.type.kind === "optional"
  const side = (each: Code): Doc => (both ? ["(", within(each, precedence.nullish), " ?? null)"] : within(each, strength + 1))
  return code([side(left), ` ${sign} `, side(right)], strength)
}

/** Times are ISO strings; their differences are milliseconds. */
function timeArithmetic(scope: CodeScope, plan: BinaryPlan): Code | undefined {
  if (plan.left.type.kind !== "time" || (plan.operator !== "+" && plan.operator !== "-")) return undefined
  const left: Doc = ["Date.parse(", expression(scope, plan.left), ")"]
  if (plan.right.type.kind === "time") {
    return code([left, " - Date.parse(", expression(scope, plan.right), ")"], precedence.additive)
  }
  const right = operand(scope, plan.right, precedence.multiplicative)
  return code(["new Date(", left, ` ${plan.operator} `, right, ").toISOString()"], precedence.call)
}

// ---------------------------------------------------------------- durable calls

/** `run.call(fetchSource, { url })`, without the `yield*`; an undo is called on `undo`. */
export function stepCall(scope: CodeScope, plan: StepPlan, caller: string = scope.run): Doc {
  const callee = scope.file.value(plan.callable)
  const values = object(plan.arguments.map(({ name, value }) => property(name, expression(scope, value))))
  const options = scope.writers.callOptions(scope, plan)
  return callWith(`${caller}.call`, [callee, values, ...(options.length === 0 ? [] : [object(options)])], {
    lastBroken: options.length > 0
      ? [callee, values, object(options, { broken: true })]
      : [callee, object(plan.arguments.map(({ name, value }) => property(name, expression(scope, value))), { broken: true })],
    hugs: options.length > 0 || plan.arguments.length > 0,
  })
}

/** All on one line, else the last argument opened, else each on its own line. */
function callWith(callee: string, all: readonly Doc[], { lastBroken, hugs }: { readonly lastBroken: readonly Doc[]; readonly hugs: boolean }): Doc {
  const flat: Doc = group(callee, "(", join(", ", all), ")")
  const hugged: Doc = [callee, "(", join(", ", lastBroken), ")"]
  const open: Doc = [callee, brackets("(", all, ")", { broken: true })]
  return hugs ? choice(flat, hugged, open) : flat
}

function each(scope: CodeScope, plan: EachPlan): Doc {
  const method = plan.failures === "collect" ? "eachResult" : "each"
  const options = [
    ...(plan.atATime === undefined ? [] : [property("atATime", expression(scope, plan.atATime))]),
    ...(plan.failures === "skip" ? [`failures: "skip"`] : []),
  ]
  const names = [plan.variable, ...(plan.index === undefined ? [] : [plan.index])].map((name) => scope.locals.get(name) ?? name)
  const head: Doc = [quoted(plan.step), ", ", expression(scope, plan.items), ", ", object(options)]
  const body = scope.writers.body(bodyScope(scope), plan.body)
  return [`${scope.run}.${method}(`, head, `, function* (run, ${names.join(", ")}) `, body, ")"]
}

/** `function* (run) { … }` */
function generator(scope: CodeScope, body: readonly StatementPlan[]): Doc {
  return ["function* (run) ", scope.writers.body(bodyScope(scope), body)]
}

/** `run.parallel("parallel", { a: function* (run) { … } })` */
export function branches(scope: CodeScope, method: "parallel" | "race", plan: RacePlan | ParallelPlan): Doc {
  const bodies = plan.branches.map(({ name, body }): Doc => [propertyKey(name), ": ", generator(scope, body)])
  return [`${scope.run}.${method}(${quoted(plan.step)}, `, object(bodies, { broken: true }), ")"]
}

function waitFor(scope: CodeScope, plan: WaitPlan): Doc {
  const { by } = plan
  const fields = (by?.fields ?? []).map((name) => property(name, scope.locals.get(name) ?? name))
  const fits: readonly Doc[] = by === undefined ? [] : [["by: (", object(fields), ") => ", arrowBody(by.condition, expression(bodyScope(scope), by.condition))]]
  const options = [
    ...fits,
    ...(plan.timeoutMs === undefined ? [] : [`timeout: ${quoted(durationText(plan.timeoutMs))}`]),
    ...(plan.step === plan.event ? [] : [`as: ${quoted(plan.step)}`]),
  ]
  return group(`${scope.run}.waitFor(`, join(", ", [scope.file.value(plan.event), ...(options.length === 0 ? [] : [object(options)])]), ")")
}
