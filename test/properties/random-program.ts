// Well-typed random programs: text made from a list of choices, so that a failing one shrinks to few and small choices.

import fc from "fast-check"

type TypeName = "string" | "int" | "bool" | "money" | "string[]" | "string?" | "Page" | "Verdict" | "Shape"

interface Variable {
  readonly name: string
  readonly type: TypeName
}

interface Callable {
  readonly kind: "tool" | "agent" | "human" | "workflow"
  readonly name: string
  readonly parameters: readonly Variable[]
  readonly result: TypeName
}

const types: readonly TypeName[] = ["string", "int", "bool", "money", "string[]", "string?", "Page", "Verdict", "Shape"]

const head = `model fast = openai("gpt-4o-mini") { price $0.15 in, $0.60 out per 1M tokens   context 128k   output 16k }
model strong = openai("gpt-4o") { price $2.50 in, $10.00 out per 1M tokens   context 128k   output 16k }
type Page { url: string @maxLength(200)   title: string?   score: int @min(0)   tags: string[] @maxItems(5) }
enum Verdict { publish, revise, reject }
type Circle { radius: int }
type Square { side: int }
type Shape = Circle | Square
error Wrong { why: string }
event Paid { orderId: string   amount: money }
secret key from "vault"
setting channel: string = "#market"
policy web { retry 3 times on rate_limited, unavailable, timeout backoff 1s to 30s factor 2 jitter   timeout 20s }
tool undo(id: string) from "./tools.ts" { writes   idempotent   accept "only an undo" }
tool someVerdict(): Verdict from "./tools.ts" { reads   retry 2 times }
`

/** Once the choices are used up every choice is the first: the plainest, and one that ends. */
interface Maker {
  readonly pick: <T>(options: readonly T[]) => T
  readonly upTo: (most: number) => number
  readonly fresh: (prefix: string) => string
}

function makerOf(choices: readonly number[]): Maker {
  let at = 0
  let names = 0
  const next = (): number => choices[at++] ?? 0
  return {
    pick: (options) => options[next() % options.length]!,
    upTo: (most) => next() % (most + 1),
    fresh: (prefix) => `${prefix}${names++}`,
  }
}

export const randomProgram: fc.Arbitrary<string> = fc.array(fc.nat(9_999), { minLength: 60, maxLength: 260 }).map(programOf)

function programOf(choices: readonly number[]): string {
  const maker = makerOf(choices)
  const callables: Callable[] = []
  const parts = [head]
  for (let count = 1 + maker.upTo(2); count > 0; count--) parts.push(toolOf(maker, callables))
  for (let count = 1 + maker.upTo(1); count > 0; count--) parts.push(agentOf(maker, callables))
  parts.push(humanOf(maker, callables))
  for (let count = 1 + maker.upTo(2); count > 0; count--) parts.push(workflowOf(maker, callables))
  return `${parts.join("\n")}\n`
}

function parametersOf(maker: Maker): readonly Variable[] {
  return Array.from({ length: 1 + maker.upTo(2) }, () => ({ name: maker.fresh("p"), type: maker.pick(types) }))
}

function signature(parameters: readonly Variable[], result: TypeName): string {
  return `(${parameters.map(({ name, type }) => `${name}: ${type}`).join(", ")}): ${result}`
}

function toolOf(maker: Maker, callables: Callable[]): string {
  const tool: Callable = { kind: "tool", name: maker.fresh("tool"), parameters: parametersOf(maker), result: maker.pick(types) }
  callables.push(tool)
  const text = scalars(tool.parameters).map(({ name }) => `{${name}}`).join("/")
  const [source, extra] = maker.pick([
    [`from "./tools.ts"`, ""],
    [`= GET "https://a.test/${text}"`, `header "X-Key": "{key}"`],
    [`= POST "https://a.test/${tool.name}"`, `body { ${tool.parameters.map(({ name }) => name).join(", ")} }`],
    [`= invoke "shop" POST "/${tool.name}"`, ""],
  ] as const)
  const effect = maker.pick(["reads", "writes\n  idempotent\n  compensate undo(\"id\")", "irreversible \"it is sent\"\n  idempotent"])
  const more = maker.pick([
    "", "circuit opens after 5 failures in 1m, retries after 30s", "limit 10 per 1m, 3 at once", "cache 1h", "deadline 5m",
    "manual by \"ops\" within 4h", "budget 10 calls",
  ])
  const retry = maker.pick(["use web", "retry 2 times", "retry never"])
  return declaration(`tool ${tool.name}${signature(tool.parameters, tool.result)} ${source}`, [effect, extra, retry, more])
}

function declaration(start: string, clauses: readonly string[]): string {
  return `${start} {\n${clauses.filter((clause) => clause !== "").map((clause) => `  ${clause}\n`).join("")}}\n`
}

function agentOf(maker: Maker, callables: Callable[]): string {
  const agent: Callable = { kind: "agent", name: maker.fresh("Agent"), parameters: parametersOf(maker), result: maker.pick(types) }
  const tools = callables.filter(({ kind }) => kind === "tool").map(({ name }) => name)
  callables.push(agent)
  return declaration(`agent ${agent.name}${signature(agent.parameters, agent.result)}`, [
    maker.pick(["model fast", "model fast then strong on invalid_output, refused", "model strong"]),
    maker.pick(["", `instructions "Be short on {channel}."`]),
    `prompt "Look at ${scalars(agent.parameters).map(({ name }) => `{${name}}`).join(" and ")}."`,
    maker.pick(["", `tools ${tools.join(", ")}`]),
    maker.pick(["", "retry 3 times backoff 2s", "timeout 1m"]),
    maker.pick(["budget 400k tokens, $5", "budget 400k tokens, 20 turns, 9 calls"]),
  ])
}

function humanOf(maker: Maker, callables: Callable[]): string {
  const human: Callable = { kind: "human", name: maker.fresh("human"), parameters: [{ name: maker.fresh("p"), type: "string" }], result: maker.pick(["Verdict", "bool"]) }
  callables.push(human)
  const fallback = human.result === "bool" ? "false" : "Verdict.reject"
  return declaration(`human ${human.name}${signature(human.parameters, human.result)}`, [
    `ask "Go on with {${human.parameters[0]!.name}}?"`, maker.pick(["timeout 1d", ""]), maker.pick(["", `fallback ${fallback}`]),
  ])
}

function workflowOf(maker: Maker, callables: Callable[]): string {
  const workflow: Callable = { kind: "workflow", name: maker.fresh("Flow"), parameters: parametersOf(maker), result: maker.pick(types) }
  const scope: Scope = { maker, callables: [...callables], variables: workflow.parameters, depth: 0 }
  callables.push(workflow)
  const clauses = [
    maker.pick(["budget $50", "budget 4M tokens, 400 calls"]), maker.pick(["", "deadline 2d"]), `dead letter "failed"`,
    maker.pick(["", "steps use web"]), maker.pick(["", `on topic "${workflow.name}.asked"`]), maker.pick(["", "concurrency 3"]),
  ]
  const { lines, scope: after } = statements(scope, 2 + maker.upTo(4))
  const body = [...lines, `return ${expression(after, workflow.result, 2)}`].map((line) => `  ${line.replaceAll("\n", "\n  ")}\n`).join("")
  return declaration(`workflow ${workflow.name}${signature(workflow.parameters, workflow.result)}`, clauses).replace(/\}\n$/, `\n${body}}\n`)
}

interface Scope {
  readonly maker: Maker
  readonly callables: readonly Callable[]
  readonly variables: readonly Variable[]
  readonly depth: number
}

function scalars(variables: readonly Variable[]): readonly Variable[] {
  return variables.filter(({ type }) => type === "string" || type === "int" || type === "bool" || type === "money" || type === "Verdict")
}

function withVariable(scope: Scope, ...added: readonly Variable[]): Scope {
  return { ...scope, variables: [...scope.variables, ...added] }
}

function statements(start: Scope, count: number): { readonly lines: readonly string[]; readonly scope: Scope } {
  let scope = start
  const lines: string[] = []
  for (let index = 0; index < count; index++) {
    const { line, variable } = statement(scope)
    lines.push(line)
    if (variable !== undefined) scope = withVariable(scope, ...(Array.isArray(variable) ? variable : [variable]))
  }
  return { lines, scope }
}

interface Made {
  readonly line: string
  readonly variable?: Variable | readonly Variable[]
}

function block(scope: Scope, last?: (scope: Scope) => string): string {
  const inside = { ...scope, depth: scope.depth + 1 }
  const { lines, scope: after } = statements(inside, last === undefined ? 1 + scope.maker.upTo(1) : scope.maker.upTo(1))
  const all = last === undefined ? lines : [...lines, last(after)]
  return `{\n${all.map((line) => `  ${line.replaceAll("\n", "\n  ")}\n`).join("")}}`
}

function statement(scope: Scope): Made {
  const { maker } = scope
  const plain: readonly (() => Made)[] = [
    () => ({ line: `log "${text(scope)}"` }),
    () => letOf(scope, (type) => expression(scope, type, 2)),
    () => stepOf(scope),
    () => stepOf(scope),
    () => ({ line: maker.pick(["sleep 5m", "sleep until now() + 1h", `publish Paid(orderId: ${expression(scope, "string", 1)}, amount: $1) to "paid"`]) }),
    () => ({ line: `if ${expression(scope, "bool", 1)} { fail Wrong("no", { why: ${expression(scope, "string", 1)} }) }` }),
  ]
  if (scope.depth > 2) return maker.pick(plain)()
  return maker.pick([...plain, ...plain, ...formsOf(scope)])()
}

function letOf({ maker }: Scope, value: (type: TypeName) => string): Made {
  const variable = { name: maker.fresh("v"), type: maker.pick(types) }
  return { line: `let ${variable.name}: ${variable.type} = ${value(variable.type)}`, variable }
}

function stepOf(scope: Scope): Made {
  const { maker } = scope
  const callable = maker.pick(scope.callables)
  const kinds: Readonly<Record<Callable["kind"], readonly string[]>> = {
    tool: ["", " timeout 10s", " retry 4 times backoff 1s", " limit 2 at once", " cache 5m", " deadline 1m", " budget 5 calls"],
    agent: ["", " timeout 1m", " budget $2", " deadline 5m"],
    human: ["", " timeout 2h"],
    workflow: ["", " deadline 1h", " budget $20"],
  }
  const fallback = maker.pick(["", ` fallback ${expression(scope, callable.result, 1)}`])
  const call = `${called(scope, callable)}${maker.pick(kinds[callable.kind])}${fallback}`
  if (maker.upTo(3) === 0) return { line: call }
  const variable = { name: maker.fresh("v"), type: callable.result }
  return { line: `let ${variable.name} = ${call}`, variable }
}

function called(scope: Scope, { name, parameters }: Callable): string {
  return `${name}(${parameters.map((parameter) => expression(scope, parameter.type, 1)).join(", ")})`
}

function formsOf(scope: Scope): readonly (() => Made)[] {
  const { maker } = scope
  const value = (type: TypeName) => (inside: Scope): string => expression(inside, type, 1)
  const valued = (form: (type: TypeName) => string): Made => {
    const variable = { name: maker.fresh("v"), type: maker.pick<TypeName>(["string", "int", "money", "Page"]) }
    return { line: `let ${variable.name}: ${variable.type} = ${form(variable.type)}`, variable }
  }
  const matched = (type: TypeName, form: (name: string) => string): Made => {
    const variable = { name: maker.fresh("m"), type }
    return { line: `let ${variable.name}: ${type} = ${expression(scope, type, 0)}\n${form(variable.name)}`, variable }
  }
  const guarded = (type: TypeName): string => {
    const [some, any] = [maker.fresh("e"), maker.fresh("e")]
    return `try ${block(scope, value(type))} catch rate_limited, timeout as ${some} ${block(scope, value(type))} catch ${any} ${block(scope, value(type))}`
  }
  const loop = (): Made => {
    const item = { name: maker.fresh("x"), type: "string" as const }
    const how = maker.pick(["", ", 3 at a time", ", skip failures", ", 2 at a time, skip failures"])
    const body = block(withVariable(scope, item), value("string"))
    const variable = { name: maker.fresh("v"), type: "string[]" as const }
    return { line: `let ${variable.name} = for ${item.name} in ${expression(scope, "string[]", 1)}${how} ${body}`, variable }
  }
  const counted = (): Made => {
    const variable = { name: maker.fresh("n"), type: "int" as const }
    const inside = block(withVariable(scope, variable)).replace(/\}$/, `  ${variable.name} = ${variable.name} + 1\n}`)
    const line = maker.pick([`repeat up to 5 times ${inside} until ${variable.name} > 2`, `while ${variable.name} < 3 up to 9 times ${inside}`])
    return { line: `var ${variable.name} = 0\n${line}`, variable }
  }
  const together = (): Made => {
    const [a, b] = [scope, scope].map(() => ({ name: maker.fresh("b"), type: maker.pick(types) })) as [Variable, Variable]
    return { line: `parallel {\n  ${a.name} = do ${nested(block(scope, value(a.type)))}\n  ${b.name} = do ${nested(block(scope, value(b.type)))}\n}` }
  }
  return [
    () => ({ line: `if ${expression(scope, "bool", 1)} ${block(scope)} else ${block(scope)}` }),
    () => valued((type) => `if ${expression(scope, "bool", 1)} ${block(scope, value(type))} else ${block(scope, value(type))}`),
    () => valued((type) => `match someVerdict() {\n  Verdict.publish => ${nested(block(scope, value(type)))}\n  else => ${nested(block(scope, value(type)))}\n}`),
    () => matched("Shape", (name) => `match ${name} {\n  Circle c => log "{c.radius}"\n  Square s => log "{s.side}"\n}`),
    () => matched("Verdict", (name) => `match ${name} {\n  Verdict.publish, Verdict.revise => log "on"\n  Verdict.reject => log "off"\n}`),
    () => matched("string?", (name) => `match ${name} {\n  nothing => ${nested(block(scope))}\n  else => ${nested(block(scope))}\n}`),
    loop,
    counted,
    together,
    () => valued(guarded),
    () => ({ line: `within ${maker.pick(["retry 2 times", "budget $20", "budget 40 calls deadline 1h", "timeout 10s"])} ${block(scope)}` }),
    () => ({ line: `saga ${block(scope)}` }),
    () => ({ line: `race {\n  ${maker.fresh("b")} = do ${nested(block(scope, value("string")))}\n  ${maker.fresh("b")} = wait for Paid by amount > $1 timeout 1d\n}` }),
  ]
}

function nested(text: string): string {
  return text.replaceAll("\n", "\n  ")
}

function text(scope: Scope): string {
  const known = scalars(scope.variables)
  return known.length === 0 ? "plain" : `so {${scope.maker.pick(known).name}} far`
}

function expression(scope: Scope, type: TypeName, depth: number): string {
  const { maker } = scope
  const known = scope.variables.filter((variable) => variable.type === type).map(({ name }) => name)
  const inner = (inside: TypeName): string => expression(scope, inside, depth - 1)
  const simple: Readonly<Record<TypeName, readonly string[]>> = {
    string: [`"a"`, `"${text(scope)}"`, "channel", "uuid()"],
    int: ["1", "20k"],
    bool: ["true", "false"],
    money: ["$0.50", "$2"],
    "string[]": [`["a", "b"]`, `["c"]`],
    "string?": ["nothing", `"b"`],
    Page: [`{ url: "u", title: nothing, score: 3, tags: [] }`],
    Verdict: ["Verdict.publish", "Verdict.reject"],
    Shape: [],
  }
  const shape = scope.variables.find((variable) => variable.type === "Shape")?.name
  const bases = [...known, ...simple[type]]
  if (type === "Shape" && shape === undefined) return maker.pick([`{ kind: "Circle", radius: 2 }`, `{ kind: "Square", side: 3 }`])
  if (depth <= 0 || type === "Shape" || type === "Verdict") return maker.pick(bases)
  const deeper: Readonly<Record<Exclude<TypeName, "Shape" | "Verdict">, readonly (() => string)[]>> = {
    string: [() => `(${inner("string")} + ${inner("string")})`, () => `(${inner("string[]")}[1] ?? ${inner("string")})`, () => `${inner("string[]")}.join(", ")`, () => `${inner("string")}.trim().upper()`],
    int: [() => `(${inner("int")} + ${inner("int")})`, () => `${inner("string[]")}.length`, () => `-${inner("int")}`],
    bool: [() => `(${inner("int")} < ${inner("int")})`, () => `not ${inner("bool")}`, () => `(${inner("bool")} and ${inner("bool")})`, () => `${inner("string")}.includes(${inner("string")})`],
    money: [() => `(${inner("money")} * ${inner("int")})`, () => `(${inner("bool")} ? ${inner("money")} : ${inner("money")})`],
    "string[]": [() => `${inner("string[]")}.filter(x => x.length > 2).map(x => x.lower())`, () => `[...${inner("string[]")}, ${inner("string")}]`, () => `${inner("string[]")}.take(2).distinct()`],
    "string?": [() => `${inner("string[]")}[0]`, () => `${inner("string[]")}.find(x => x == "a")`],
    Page: [() => `{ url: ${inner("string")}, title: ${inner("string?")}, score: ${inner("int")}, tags: ${inner("string[]")} }`],
  }
  const made = deeper[type]
  return maker.upTo(bases.length + made.length - 1) < bases.length ? maker.pick(bases) : maker.pick(made)()
}
