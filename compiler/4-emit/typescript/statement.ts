// Statements as TypeScript; each one is marked with where it comes from.

import { unreachable } from "../../../base/assert.ts"
import type {
  ArmPlan, CatchPlan, ExpressionPlan, LetPlan, LoopPlan, MatchPlan, ParallelPlan, PatternPlan, PublishPlan, SleepPlan,
  StatementPlan, TryPlan,
} from "../../3-plan/code.ts"
import type { ValueType } from "../../3-plan/types.ts"
import { walkPlan } from "../../3-plan/walk.ts"
import { arrowBody, asText, branches, expression, object, operand, precedence, property, settled } from "./expression.ts"
import type { CodeScope } from "./scope.ts"
import { choice, group, hardline, indent, join, mark, print } from "./layout.ts"
import type { Doc } from "./layout.ts"
import { durationText, isReserved, memberAccess, numberText, quoted } from "./literals.ts"
import { covered, typed } from "./names.ts"
import { typeText } from "./types.ts"

export function block(scope: CodeScope, statements: readonly StatementPlan[], before: readonly Doc[] = []): Doc {
  const written = [...before, ...separated(scope, statements)]
  return written.length === 0 ? "{}" : ["{", indent(hardline, join(hardline, written)), hardline, "}"]
}

/** The paragraphs of the source are kept. */
export function separated(scope: CodeScope, statements: readonly StatementPlan[]): readonly Doc[] {
  return statements.map((statement, index) => {
    const written = mark(statement.origin, statementDoc(scope, statement))
    return statement.spaced === true && index > 0 ? [hardline, written] : written
  })
}

function statementDoc(scope: CodeScope, plan: StatementPlan): Doc {
  switch (plan.kind) {
    case "let": return letDoc(scope, plan)
    case "assign": return [local(scope, plan.name), " = ", settled(scope, plan.value)]
    case "do":
      // TypeScript sees the end of the workflow only where it returns.
      if (endsRun(plan.value)) return ["return ", expression(scope, plan.value)]
      return durable.has(plan.value.kind) ? expression(scope, plan.value) : ["void ", operand(scope, plan.value, precedence.unary)]
    case "return": return plan.value === undefined ? "return" : ["return ", settled(scope, plan.value), asMap(scope, plan.value)]
    case "fail": {
      const message = plan.message === undefined ? quoted(plan.error) : asText(scope, plan.message)
      const data: Doc = plan.data === undefined ? "" : [", ", expression(scope, plan.data)]
      return ["throw new ", scope.file.runtime("FlowError"), `(${quoted(plan.error)}, `, message, data, ")"]
    }
    case "log": return [`${scope.run}.log(`, asText(scope, plan.message), ")"]
    case "if": return ifDoc(scope, plan)
    case "match": return matchDoc(scope, plan)
    case "try": return tryDoc(scope, plan)
    case "finish": return [`return ${scope.run}.finish(`, plan.value === undefined ? "null" : settled(scope, plan.value), ")"]
    case "parallel": return parallelDoc(scope, plan)
    case "loop": return loopDoc(scope, plan)
    case "sleep": return sleepDoc(scope, plan)
    case "publish": return publishDoc(scope, plan)
    case "continueAsNew": {
      const values = plan.arguments.map(({ name, value }) => property(name, expression(scope, value)))
      return [`return ${scope.run}.continueAsNew(`, object(values), ")"]
    }
    default: return unreachable(plan)
  }
}

/** Expressions that do something. */
const durable: ReadonlySet<ExpressionPlan["kind"]> = new Set<ExpressionPlan["kind"]>(["step", "each", "race", "within", "saga", "wait"])

function parallelDoc(scope: CodeScope, plan: ParallelPlan): Doc {
  const names = plan.branches.filter(({ used }) => used).map(({ name }) => property(name, local(scope, name)))
  const run: Doc = ["yield* ", branches(scope, "parallel", plan)]
  return names.length === 0 ? run : ["const ", object(names), " = ", run]
}

/** A plain loop over its rounds; a round that nothing asks for has a name that says so. */
function loopDoc(scope: CodeScope, plan: LoopPlan): Doc {
  const name = temporary(scope, "round")
  const inside: CodeScope = { ...scope, run: name, inRound: true, inLoop: true }
  const until: readonly Doc[] = plan.until === undefined ? [] : [["if (", expression(inside, plan.until), ") break"]]
  const written = [...separated(inside, plan.body), ...until]
  const body: Doc = written.length === 0 ? "{}" : ["{", indent(hardline, join(hardline, written)), hardline, "}"]
  const round = print(body).text.includes(`${name}.`) ? name : temporary(scope, "_round")
  const options = object([
    `atMost: ${numberText(plan.times)}`,
    ...(plan.while === undefined ? [] : [["while: () => ", arrowBody(plan.while, expression({ ...scope, inBody: true, inRound: true }, plan.while))]]),
  ])
  return [`for (const ${round} of ${scope.run}.loop(${quoted(plan.step)}, `, options, ")) ", body]
}

function sleepDoc(scope: CodeScope, { until, value }: SleepPlan): Doc {
  if (until) return [`yield* ${scope.run}.sleepUntil(`, expression(scope, value), ")"]
  const time = value.kind === "literal" ? quoted(durationText(Number(value.value))) : expression(scope, value)
  return [`yield* ${scope.run}.sleep(`, time, ")"]
}

function publishDoc(scope: CodeScope, { event, value, topic, step }: PublishPlan): Doc {
  const options = object([property("topic", asText(scope, topic)), ...(step === event ? [] : [`as: ${quoted(step)}`])])
  return group(`yield* ${scope.run}.publish(`, join(", ", [scope.file.value(event), expression(scope, value), options]), ")")
}

function local(scope: CodeScope, name: string): string {
  return scope.locals.get(name) ?? name
}

/** A name for a value that the source does not name; no local and no other such value has it. */
function temporary(scope: CodeScope, name: string): string {
  const taken = new Set([...scope.locals.values(), ...scope.temporaries])
  const isBad = (candidate: string): boolean =>
    taken.has(candidate) || scope.file.avoided.has(candidate) || isReserved(candidate, "value") || candidate === "run"
  let found = name
  for (let number = 2; isBad(found); number++) found = `${name}${number}`
  scope.temporaries.add(found)
  return found
}

// ---------------------------------------------------------------- let, if

function letDoc(scope: CodeScope, plan: LetPlan): Doc {
  const { value } = plan
  const keyword = plan.mutable || value === undefined ? "let" : "const"
  const name = local(scope, plan.name)
  const type = needsAnnotation(plan) || isCircular(scope, plan) ? typeText(scope.file, plan.type) : undefined
  if (value === undefined) return [`${keyword} ${name}`, typed(scope.file, `: ${type ?? "unknown"}`)]
  // With an annotation TypeScript would narrow the variable to what it starts with.
  if (type !== undefined && (isConstant(value) || isMember(value.type, plan.type))) return [`${keyword} ${name} = `, operand(scope, value, precedence.relational), typed(scope.file, ` as ${type}`)]
  return [`${keyword} ${name}`, type === undefined ? "" : typed(scope.file, `: ${type}`), " = ", settled(scope, value)]
}

function isConstant(value: ExpressionPlan): boolean {
  return value.kind === "literal" || value.kind === "enumMember"
}

/** A value of one type where the source names another, such as a union that it is a member of. */
function isMember(value: ValueType, named: ValueType): boolean {
  return value.kind === "named" && named.kind === "named" && value.name !== named.name
}

const plainTypes: ReadonlySet<string> = new Set(["string", "int", "number", "bool", "time", "duration", "money"])

/** Where TypeScript would infer something narrower or wider than the language does. */
function needsAnnotation({ annotated, mutable, type, value }: LetPlan): boolean {
  if (type.kind === "unknown" || type.kind === "never") return false
  if (value === undefined) return true
  if (annotated) return !(plainTypes.has(type.kind) && isConstant(value))
  if (mutable) return !plainTypes.has(type.kind)
  if (value.kind === "list") return value.items.length === 0 || type.kind === "named"
  return value.kind === "record" && type.kind === "named"
}

/** In a loop TypeScript would infer the value from a variable that the value is then assigned to. */
function isCircular(scope: CodeScope, { value, type }: LetPlan): boolean {
  if (!scope.inLoop || value === undefined || type.kind === "unknown") return false
  let mentions = false
  walkPlan(value, ({ kind, name }) => {
    mentions ||= kind === "local" && scope.assigned.has(name as string)
    return mentions ? false : undefined
  })
  return mentions
}

function ifDoc(scope: CodeScope, plan: Extract<StatementPlan, { kind: "if" }>): Doc {
  const test: Doc = ["if (", expression(scope, plan.condition), ") "]
  const head: Doc = [test, block(scope, plan.then, covered(scope.file, "if", plan.origin))]
  const [leaving] = plan.then
  const otherwise = covered(scope.file, "else", plan.origin)
  if (plan.otherwise.length === 0 && otherwise.length > 0) return [head, " else ", ...otherwise]
  if (plan.otherwise.length === 0) {
    const isShort = plan.then.length === 1 && (leaving?.kind === "return" || leaving?.kind === "fail")
    return isShort ? choice(group(test, mark(leaving.origin, statementDoc(scope, leaving))), head) : head
  }
  const [only] = plan.otherwise
  const chains = plan.otherwise.length === 1 && only?.kind === "if"
  return [head, " else ", chains ? mark(only.origin, ifDoc(scope, only)) : block(scope, plan.otherwise, otherwise)]
}

/** Where a function returns several literals, TypeScript takes the keys of each for fields of the others. */
function asMap({ file }: CodeScope, value: ExpressionPlan): Doc {
  if (value.kind !== "record" || value.type.kind !== "map") return ""
  return typed(file, ` as ${typeText(file, value.type)}`)
}

// ---------------------------------------------------------------- match

function matchDoc(scope: CodeScope, plan: MatchPlan): Doc {
  const { subject: matched } = plan
  const patterns = plan.arms.flatMap((arm) => arm.patterns)
  const all = (...kinds: readonly PatternPlan["kind"][]): boolean => patterns.every(({ kind }) => kinds.includes(kind))
  const [isTagged, isMaybe] = [all("tag", "else"), matched.type.kind === "optional"]
  const chained = (!isTagged && !all("member", "literal", "else")) || (isTagged && isMaybe)
  const tellsApart = matched.kind === "member" && matched.object.type.kind === "union"
  const widened = isReference(matched) && scope.narrowed.has(rootOf(matched)) && !tellsApart ? ` as ${typeText(scope.file, matched.type)}` : ""
  const needsName = chained || isTagged || plan.arms.some(({ binding }) => binding !== undefined)
  if (!needsName || (isReference(matched) && widened === "")) {
    const subject = expression(scope, matched)
    return chained ? chain(scope, plan, subject) : switchDoc(scope, plan, { subject, on: [subject, isTagged ? ".kind" : typed(scope.file, widened)] })
  }
  const subject = temporary(scope, nameFor(matched.type))
  const hoisted: Doc = [`const ${subject} = `, settled(scope, matched), typed(scope.file, widened), hardline]
  return [hoisted, chained ? chain(scope, plan, subject) : switchDoc(scope, plan, { subject, on: [subject, isTagged ? ".kind" : ""] })]
}

/** A shape is called `shape`. */
function nameFor(type: ValueType): string {
  if (type.kind === "optional") return nameFor(type.type)
  return type.kind === "named" ? type.name.replace(/^./u, (first) => first.toLowerCase()) : "matched"
}

function rootOf(plan: ExpressionPlan): string {
  return plan.kind === "member" ? rootOf(plan.object) : plan.kind === "local" ? plan.name : ""
}

/** Something that TypeScript narrows: a name, or fields of one. */
function isReference(plan: ExpressionPlan): boolean {
  return plan.kind === "local" || (plan.kind === "member" && !plan.optional && isReference(plan.object))
}

interface Discriminant {
  readonly subject: Doc
  readonly on: Doc
}

function switchDoc(scope: CodeScope, plan: MatchPlan, { subject, on }: Discriminant): Doc {
  const arms = plan.arms.map((arm) => {
    const heads = arm.patterns.map((pattern): Doc => pattern.kind === "else" ? "default:" : ["case ", patternValue(scope, pattern), ":"])
    const body = separated(scope, arm.body)
    const written = [...covered(scope.file, "match", arm.origin), ...bindingOf(scope, arm, subject), ...body, ...(leaves(arm.body) ? [] : ["break"])]
    const braces = arm.body.length > 1 || arm.binding !== undefined || arm.body.some(({ kind }) => kind === "let")
    const labels = join(hardline, heads)
    const inside: Doc = indent(hardline, join(hardline, written))
    return mark(arm.origin, braces ? [labels, " {", inside, hardline, "}"] : [labels, inside])
  })
  return ["switch (", on, ") {", indent(hardline, join(hardline, arms)), hardline, "}"]
}

function bindingOf(scope: CodeScope, arm: ArmPlan, subject: Doc): readonly Doc[] {
  if (arm.binding === undefined) return []
  const name = local(scope, arm.binding)
  return name === subject ? [] : [[`const ${name} = `, subject]]
}

function patternValue(scope: CodeScope, pattern: PatternPlan): Doc {
  switch (pattern.kind) {
    case "member": return [scope.file.value(pattern.enum), memberAccess(pattern.member, false)]
    case "literal": return literalDoc(pattern.value)
    case "tag": return quoted(pattern.tag)
    case "shape": case "nothing": case "else": return "null"
  }
}

function literalDoc(value: string | number | boolean): string {
  return typeof value === "string" ? quoted(value) : typeof value === "number" ? numberText(value) : String(value)
}

/** The checker holds the match to be exhaustive, so the last arm needs no test. */
function chain(scope: CodeScope, plan: MatchPlan, subject: Doc): Doc {
  return plan.arms.map((arm, index): Doc => {
    const isLast = index === plan.arms.length - 1 || arm.patterns.some(({ kind }) => kind === "else")
    const test = join(" || ", arm.patterns.map((pattern) => patternTest(scope, plan, { pattern, subject })))
    const head: Doc = isLast && index > 0 ? "" : ["if (", isLast ? "true" : test, ") "]
    return mark(arm.origin, [index === 0 ? "" : " else ", head, block(scope, arm.body, [...covered(scope.file, "match", arm.origin), ...bindingOf(scope, arm, subject)])])
  })
}

function patternTest(scope: CodeScope, plan: MatchPlan, { pattern, subject }: { readonly pattern: PatternPlan; readonly subject: Doc }): Doc {
  switch (pattern.kind) {
    case "nothing": return [subject, " == null"]
    case "else": return "true"
    case "tag": return [subject, plan.subject.type.kind === "optional" ? "?.kind === " : ".kind === ", quoted(pattern.tag)]
    case "shape":
      if (pattern.shape === "list") return ["Array.isArray(", subject, ")"]
      return ["typeof ", subject, ` === ${quoted(pattern.shape)}`]
    case "member": case "literal": return [subject, " === ", patternValue(scope, pattern)]
  }
}

/** A block whose every path ends the run. */
function endsRun(plan: ExpressionPlan): boolean {
  if (plan.kind === "within") return leaves(plan.body) && plan.policy.clauses.overBudget?.kind !== "return"
  return plan.kind === "saga" && leaves(plan.body)
}

/** No statement after these is reached. */
function leaves(statements: readonly StatementPlan[]): boolean {
  const last = statements.at(-1)
  switch (last?.kind) {
    case "return": case "fail": case "finish": case "continueAsNew": return true
    case "do": return endsRun(last.value)
    case "if": return last.otherwise.length > 0 && leaves(last.then) && leaves(last.otherwise)
    case "match": return last.arms.every((arm) => leaves(arm.body))
    case "try": return leaves(last.body) && last.catches.every((clause) => leaves(clause.body))
    default: return false
  }
}

// ---------------------------------------------------------------- try

function tryDoc(scope: CodeScope, plan: TryPlan): Doc {
  const [first] = plan.catches
  const body: Doc = ["try ", block(scope, plan.body)]
  if (first === undefined) return block(scope, plan.body)
  if (plan.catches.length > 1) return [body, " catch (thrown) ", several(scope, plan.catches)]
  const name = first.binding === undefined ? temporary(scope, "error") : local(scope, first.binding)
  const opening = [caughtAs(scope, name), ["if (!", test(scope, first, name), ") throw ", name], ...covered(scope.file, "catch", first.origin)]
  return [body, " catch (thrown) ", mark(first.origin, block(scope, first.body, opening))]
}

function several(scope: CodeScope, clauses: readonly CatchPlan[]): Doc {
  const bindings = new Set(clauses.flatMap(({ binding }) => binding ?? []))
  const shared = bindings.size === 1 ? local(scope, [...bindings][0]!) : undefined
  const name = shared ?? temporary(scope, "error")
  const branches = clauses.map((clause, index) => {
    const named = clause.binding === undefined || shared !== undefined ? [] : [`const ${local(scope, clause.binding)} = ${name}`]
    return mark(clause.origin, [index === 0 ? "" : " else ", "if (", test(scope, clause, name), ") ", block(scope, clause.body, [...covered(scope.file, "catch", clause.origin), ...named])])
  })
  const rest: Doc = [" else {", indent(hardline, "throw ", name), hardline, "}"]
  return ["{", indent(hardline, caughtAs(scope, name), hardline, branches, rest), hardline, "}"]
}

function caughtAs(scope: CodeScope, name: string): Doc {
  return [`const ${name} = `, scope.file.runtime("caught"), "(thrown)"]
}

function test(scope: CodeScope, clause: CatchPlan, name: string): Doc {
  return [scope.file.runtime("catches"), "(", join(", ", [name, ...clause.kinds.map(quoted)]), ")"]
}
