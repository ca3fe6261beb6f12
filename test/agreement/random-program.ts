// Well-typed random programs that do much: every construct, with clauses that are put to use when callables fail.

import { drawOf } from "./scripted.ts"

type Type = "string" | "int" | "bool" | "string[]" | "Verdict" | "Shape"

interface Maker {
  readonly pick: <T>(...options: readonly T[]) => T
  readonly maybe: (chance: number, text: string) => string
  readonly upTo: (most: number) => number
  readonly fresh: (prefix: string) => string
}

interface Scope {
  readonly maker: Maker
  readonly names: readonly { readonly name: string; readonly type: Type }[]
  readonly depth: number
  /** Callables that can be called here without calling in a circle. */
  readonly callees: readonly string[]
  /** Inside a block that gives a value or runs beside others: no `return` of the workflow. */
  readonly isInner: boolean
}

export function randomProgram(seed: number): string {
  const draw = drawOf(seed)
  let [drawn, named] = [0, 0]
  const next = (): number => draw(String(drawn++))
  const maker: Maker = {
    pick: (...options) => options[Math.floor(next() * options.length)]!,
    maybe: (chance, text) => (next() < chance ? text : ""),
    upTo: (most) => Math.floor(next() * (most + 1)),
    fresh: (prefix) => `${prefix}${named++}`,
  }
  return [head, tools(maker), agents(maker), people(maker), workflows(maker)].join("\n")
}

const head = `model cheap = openai("c") { price $0.15 in, $0.60 out per 1M tokens   context 32k   output 2k }
model dear = openai("d") { price $2.50 in, $10.00 out per 1M tokens   context 32k   output 1k }
enum Verdict { yes, later, no }
type Circle { radius: int }
type Square { side: int   note: string? }
type Shape = Circle | Square
error Wrong { why: string }
error Lost
event Paid { orderId: string   amount: money }
event Ping
setting channel: string = "#market"
setting most: int = 3
policy patient { retry 4 times on rate_limited, unavailable, Lost backoff 2s to 40s factor 3 jitter   timeout 20s }
policy quick { retry 1 times backoff 100ms   deadline 30s   budget 30 calls }
`

function retry({ pick }: Maker): string {
  return pick("retry never", "retry 2 times", "retry 3 times backoff 1s jitter", "retry 2 times on unavailable, timeout, Wrong backoff 5s to 8s factor 4", "use patient")
}

function around({ pick }: Maker, otherwise: string): string {
  return pick(
    "", "", "deadline 25s", "timeout 5s", "circuit opens after 3 failures in 1m, retries after 20s", "limit 10 per 1m, 3 at once", "cache 1h", "cache 1h by p",
    `fallback ${otherwise} on unavailable, circuit_open, timeout`, `fallback ${otherwise}`, `manual by "ops" within 1h`, `budget 4 calls else return ${otherwise}`,
    "budget 3 calls", "budget 3 calls else ask agree(\"calls for {p}\")", `deadline 40s\n  fallback ${otherwise}\n  manual by "ops"`,
  )
}

function tools(maker: Maker): string {
  const { pick, maybe } = maker
  const reads = (name: string, result: string, otherwise: string): string =>
    `tool ${name}(p: string): ${result} from "./tools.ts" {\n  reads\n  ${retry(maker)}\n  ${around(maker, otherwise)}\n  ${maybe(0.2, "require true else \"never\"")}\n}`
  const write = (name: string, source: string): string => {
    const isIdempotent = pick(true, true, false)
    const undo = pick("compensate drop(result)", "compensate drop(p)", "compensate drop(\"{p}!\")", "irreversible \"it is sent\"")
    return `tool ${name}(p: string): string ${source} {\n  ${undo.startsWith("irr") ? "" : "writes"}\n  ${undo}\n  ${isIdempotent ? `idempotent\n  ${retry(maker)}` : "retry never"}\n  ${around(maker, "\"instead\"")}\n}`
  }
  return [
    reads("read", "string", pick("\"none\"", "other(p)")),
    `tool other(p: string): string from "./tools.ts" { reads   ${retry(maker)} }`,
    reads("items", "string[]", "[\"x\"]"), reads("shapeOf", "Shape", "{ kind: \"Circle\", radius: 1 }"), reads("verdictOf", "Verdict", "Verdict.no"),
    reads("maybe", "string?", "nothing"),
    write("put", "from \"./tools.ts\""), write("post", "= POST \"https://a.test/{p}\""), write("call", "= invoke \"shop\" POST \"/{p}\""),
    `tool drop(id: string) from "./tools.ts" { writes   idempotent   accept "only an undo"   ${pick("", "retry 1 times", "use quick", "manual by \"ops\" within 2h", "deadline 10s")} }`
      .replace("use quick", "retry 2 times backoff 1s"),
    `tool pay(amount: money, p: string): string from "./tools.ts" {\n  irreversible "money"\n  idempotent\n  ${retry(maker)}\n  approve by ${pick("agree(\"pay {amount}\")", "choose(p)")}${pick("", " when amount > $5")}\n}`,
    `tool keep(p: string, value: string) = state "store" set "{p}" { writes   idempotent   retry 2 times   compensate forget(p) }`,
    `tool forget(p: string) = state "store" delete "{p}" { writes   idempotent   accept "only an undo" }`,
  ].join("\n")
}

function agents(maker: Maker): string {
  const { pick, maybe } = maker
  const model = (): string => pick("cheap", "dear", "cheap then dear on invalid_output, refused", "cheap then dear on unavailable", "dear when p.length > 3 else cheap")
  const otherwise = (value: string): string => pick("", "", ` else return ${value}`, " else use cheap", " else ask agree(\"more for {p}\")")
  const budget = (value: string): string => `${pick("budget 30k tokens", "budget 20k tokens, $0.05", "budget 60k tokens, 4 turns", "budget 25k tokens, 5 turns, 3 calls")}${otherwise(value)}`
  const agent = (name: string, result: string, value: string, more: string): string =>
    `agent ${name}(p: string): ${result} {\n  model ${model()}\n  ${maybe(0.5, "instructions \"Be short on {channel}.\"")}\n  prompt "About {p}, \\"quoted\\"."\n  ${budget(value)}\n  ${more}\n  ${pick("", "", "retry never", "retry 3 times backoff 2s", "deadline 2m", "timeout 30s", "use patient", `fallback ${value} on unavailable, invalid_output`)}\n}`
  return [
    agent("Writer", "string", "\"draft\"", pick("tools read, put, pay", "tools read, agree, Helper", "tools items, Sub", "", "require result.length > 2 else \"longer than {result}\"")),
    agent("Helper", "string", "\"help\"", pick("", "memory by p keep 4")),
    agent("Lister", "string[]", "[]", pick("", "tools read", "require result.length < 4 else \"at most 3, not {result}\"")),
    agent("Judge", "Verdict", "Verdict.no", ""),
    agent("Desk", "string", "\"desk\"", `handoffs Billing\n  ${maybe(0.5, "memory by p")}`), agent("Billing", "string", "\"billing\"", pick("handoffs Desk", "tools read\n  handoffs Desk")),
  ].join("\n")
}

function people({ pick }: Maker): string {
  const human = (name: string, result: string, fallback: string): string =>
    `human ${name}(p: string): ${result} { ask "{p}?"   ${pick("timeout 1h", "timeout 30m")}   ${pick("", `fallback ${fallback}`, "announce topic \"asked\"")} }`
  return [human("agree", "bool", "false"), human("choose", "Verdict", "Verdict.later"), human("correct", "string", "p")].join("\n")
}

function workflows(maker: Maker): string {
  const { pick, maybe } = maker
  const flow = (name: string, parameters: string, names: Scope["names"], { most, result }: { readonly most: number; readonly result: string }): string => {
    const clauses = [
      pick("budget $1", "budget 300k tokens, 40 calls", "budget 12 calls else ask agree(p)", `budget 60k tokens else return ${result}`, ""), maybe(0.4, pick("deadline 2m", "deadline 2h")),
      maybe(0.8, "dead letter \"failed\""), pick("", "", "steps use patient", "steps use quick"), maybe(0.25, pick("retry 1 times on Wrong, unavailable", `fallback ${result}`, "retry 2 times backoff 1s\nfallback \"gave up\" on Lost, denied".replace("\"gave up\"", result))),
    ]
    const all = [...Object.keys(callables), "put", "put", "post", "read", "call", "Sub"]
    const callees = name === "Main" ? all : all.filter((each) => !["Sub", "Again", "Writer"].includes(each))
    const scope: Scope = { maker, names, depth: 0, isInner: false, callees }
    const { lines, scope: after } = statements(scope, 2 + maker.upTo(most))
    return `workflow ${name}(${parameters}): string {\n${indented([...clauses.filter((clause) => clause !== ""), ...lines, `return ${expression(after, "string", 2)}`].join("\n"))}\n}`
  }
  const p = { name: "p", type: "string" } as const
  return [
    flow("Sub", "p: string = \"sub\"", [p], { most: 2, result: "\"sub\"" }),
    `workflow Again(n: int, p: string): string {\n  dead letter "failed"\n  ${maybe(0.5, "deadline 1d")}\n  ${pick("put(p)", "saga { put(p)  call(p) }", "keep(p, \"x\")", "wait for Ping timeout 1m")}\n  ${pick("", "let got = wait for Paid timeout 10m", "try { read(p) } catch e { log e.kind }")}\n  if n > 0 { continue as new (n - 1, "{p}{n}") }\n  ${pick("fail Lost", "return p", "return put(p)")}\n}`,
    flow("Main", "p: string, many: string[], n: int", [p, { name: "many", type: "string[]" }, { name: "n", type: "int" }], { most: 5, result: "\"main\"" }),
  ].join("\n")
}

function indented(text: string): string {
  return text.split("\n").map((line) => `  ${line}`).join("\n")
}

// ---------------------------------------------------------------- statements

interface Made {
  readonly line: string
  readonly name?: Scope["names"][number]
}

function statements(start: Scope, count: number): { readonly lines: readonly string[]; readonly scope: Scope } {
  const lines: string[] = []
  let scope = start
  for (let index = 0; index < count; index++) {
    const { line, name } = statement(scope)
    lines.push(line)
    if (name !== undefined) scope = { ...scope, names: [...scope.names, name] }
  }
  return { lines, scope }
}

function block(scope: Scope, last?: Type): string {
  const { lines, scope: after } = statements({ ...scope, isInner: scope.isInner || last !== undefined, depth: scope.depth + 1 }, 1 + scope.maker.upTo(1))
  return `{\n${indented([...lines, ...(last === undefined ? [] : [expression(after, last, 1)])].join("\n"))}\n}`
}

const callables: Readonly<Record<string, Type | "string?">> = {
  read: "string", other: "string", items: "string[]", shapeOf: "Shape", verdictOf: "Verdict", maybe: "string?", put: "string", post: "string", call: "string", keep: "string",
  pay: "string", Writer: "string", Helper: "string", Lister: "string[]", Judge: "Verdict", Desk: "string", agree: "bool", choose: "Verdict", correct: "string", Sub: "string", Again: "string",
}

function step(scope: Scope): Made {
  const { maker } = scope
  const callee = maker.pick(...scope.callees)
  const text = expression(scope, "string", 1)
  const given = callee === "keep" ? `${text}, ${expression(scope, "string", 0)}` : callee === "pay" ? `${maker.pick("$1", "$9.50")}, ${text}` : callee === "Again" ? `${maker.upTo(2)}, ${text}` : text
  const type = callables[callee]!
  const isTool = /^[a-z]/.test(callee) && !["agree", "choose", "correct"].includes(callee)
  const isText = type === "string" && callee !== "keep"
  const clauses = maker.pick(
    "", "", "", isText ? ` fallback ${expression(scope, "string", 0)}` : "", isTool ? " deadline 20s" : "", isTool && callee !== "pay" ? " budget 2 calls" : "", isText && callee !== "correct" ? ` manual by "ops" within 10m` : "",
    callee === "Sub" ? " compensate drop(result)" : "", callee === "put" ? ` compensate drop("{result} of {p}")` : "", callee === "read" ? " cache 5m by p" : "", callee === "Writer" ? " budget 8k tokens else return \"short\"" : "",
    callee === "Sub" ? " retry 1 times on Wrong, unavailable" : "", callee === "Sub" ? " budget 6 calls" : "", ["agree", "choose"].includes(callee) ? " timeout 2h" : "",
  )
  if (callee === "keep" || type === "string?" || maker.upTo(2) === 0) return { line: `${callee}(${given})${clauses}` }
  const name = maker.fresh("v")
  return { line: `let ${name} = ${callee}(${given})${clauses}`, name: { name, type } }
}

function statement(scope: Scope): Made {
  const { maker, depth } = scope
  const roll = maker.upTo(depth > 2 ? 11 : 27)
  if (roll < 8) return step(scope)
  if (roll < 10) return plain(scope)
  if (roll < 11) return { line: maker.pick(`fail Wrong("no {p}", { why: ${expression(scope, "string", 1)} })`, "fail Lost").replace(/^/, `if ${expression(scope, "bool", 1)} { `) + " }" }
  return depth > 2 ? step(scope) : form(scope)
}

function plain(scope: Scope): Made {
  const { maker } = scope
  const type = maker.pick<Type>("string", "int", "bool", "string[]")
  const name = maker.fresh("v")
  return maker.pick<Made>(
    { line: `log "at {now()}: {p}, {${expression(scope, "int", 1)}}"` }, { line: maker.pick("sleep 5m", "sleep 2s", "sleep until now() + 1h") },
    { line: `publish Paid(orderId: ${expression(scope, "string", 1)}, amount: $2 * ${expression(scope, "int", 0)}) to "paid"` },
    { line: `let ${name}: ${type} = ${expression(scope, type, 2)}`, name: { name, type } }, { line: `let ${name} = uuid()`, name: { name, type: "string" } },
  )
}

function form(scope: Scope): Made {
  const { maker } = scope
  const { pick, fresh } = maker
  const name = fresh("v")
  const inner = (last?: Type): string => nested(block(scope, last))
  const item = fresh("x")
  const forms: readonly (() => Made)[] = [
    () => ({ line: `if ${expression(scope, "bool", 1)} ${block(scope)} else ${block(scope)}` }),
    () => ({ line: `let ${name} = for ${item} in ${expression(scope, "string[]", 1)}${pick("", ", 2 at a time", ", skip failures", ", 3 at a time, skip failures")} ${block({ ...scope, isInner: true, names: [...scope.names, { name: item, type: "string" }] }, "string")}`, name: { name, type: "string[]" } }),
    () => ({ line: `let ${name}c = for ${item} in ${expression(scope, "string[]", 1)}, 2 at a time, collect failures ${block({ ...scope, isInner: true, names: [...scope.names, { name: item, type: "string" }] }, "string")}\nlet ${name} = ${name}c.filter(each => not each.ok).map(each => each.error?.kind ?? "")`, name: { name, type: "string[]" } }),
    () => ({ line: `parallel {\n  ${name}a = do ${inner("string")}\n  ${name}b = do ${inner("string[]")}\n${pick("", `  ${name}c = put(p)\n`)}}`, name: { name: `${name}b`, type: "string[]" } }),
    () => ({ line: `let ${name} = race {\n  ${name}a = do ${inner("string")}\n  ${name}b = do ${inner("string")}\n${pick("", `  ${name}c = wait for Paid by amount > $1 timeout 1m\n`)}}\nlet ${name}w = ${name}.winner == "${name}a"`, name: { name: `${name}w`, type: "bool" } }),
    () => ({ line: `let ${name}: string = try ${block(scope, "string")} catch ${pick("rate_limited, timeout", "Wrong", "unavailable, budget_exceeded", "cancelled")} as ${name}e ${inner("string")} catch ${name}f {\n  "{${name}f.kind}: {${name}f.step}"\n}`, name: { name, type: "string" } }),
    () => ({ line: `try ${block(scope)} catch ${pick("Lost", "denied, conflict", "unavailable")} as ${name}e { log "{${name}e.kind} {${name}e.message}" }` }),
    () => ({ line: `saga ${block(scope)}` }), () => ({ line: `within ${pick("budget 5 calls", "deadline 40s", "budget 50k tokens", "retry 1 times")} ${block(scope)}` }),
    () => ({ line: `let ${name} = saga ${block(scope, "string")}`, name: { name, type: "string" } }),
    () => ({ line: `let ${name}: string = within ${pick("budget 5 calls else return \"within\"", "deadline 1m", "budget 40k tokens\n", "retry 1 times", "timeout 10s", `budget 3 calls else ask agree("within")`)} ${block(scope, "string")}`, name: { name, type: "string" } }),
    () => ({ line: `var ${name} = 0\n${pick(`repeat up to 3 times ${counted(scope, name)} until ${name} > ${pick(1, 5)}`, `while ${name} < ${pick(2, 6)} up to 4 times ${counted(scope, name)}`)}`, name: { name, type: "int" } }),
    () => ({ line: `let ${name}: string = match verdictOf(${expression(scope, "string", 0)}) {\n  Verdict.yes => ${inner("string")}\n  Verdict.later, Verdict.no => ${inner("string")}\n}`, name: { name, type: "string" } }),
    () => ({ line: `let ${name}: int = match shapeOf(p) {\n  Circle ${name}c => ${name}c.radius\n  Square ${name}s => ${name}s.side + (${name}s.note ?? "").length\n}`, name: { name, type: "int" } }),
    () => ({ line: `match maybe(p) {\n  nothing => ${inner()}\n  else => ${inner()}\n}` }),
    () => ({ line: `let ${name} = wait for Paid by orderId ${pick("==", "!=")} p timeout ${pick("1m", "10m")}\nlet ${name}o = ${name}.orderId`, name: { name: `${name}o`, type: "string" } }),
    () => ({ line: `var ${name} = "start"\nif ${expression(scope, "bool", 1)} {\n  ${name} = ${expression(scope, "string", 1)}\n} else {\n  ${name} = read(${name})\n}`, name: { name, type: "string" } }),
    () => (scope.isInner ? step(scope) : { line: `if ${expression(scope, "bool", 1)} { return ${expression(scope, "string", 1)} }` }),
  ]
  return pick(...forms)()
}

function counted(scope: Scope, name: string): string {
  return block({ ...scope, names: [...scope.names, { name, type: "int" }] }).replace(/\}$/, `  ${name} = ${name} + 1\n}`)
}

function nested(text: string): string {
  return text.replaceAll("\n", "\n  ")
}

// ---------------------------------------------------------------- expressions

function expression(scope: Scope, type: Type, depth: number): string {
  const { maker: { pick } } = scope
  const known = scope.names.filter((each) => each.type === type).map(({ name }) => name)
  const inner = (wanted: Type): string => expression(scope, wanted, depth - 1)
  const simple: Readonly<Record<Type, readonly string[]>> = {
    string: ["\"a\"", "channel", "\"{p} and {n}\""].slice(0, scope.names.some(({ name }) => name === "n") ? 3 : 2), int: ["1", "4", "most"], bool: ["true", "false", "p.length > 3"],
    "string[]": ["[\"a\", \"bc\"]", "[p]"], Verdict: ["Verdict.yes", "Verdict.no"], Shape: ["{ kind: \"Circle\", radius: 2 }"],
  }
  const bases = [...known, ...known, ...simple[type]]
  if (depth <= 0) return pick(...bases)
  const deeper: Readonly<Partial<Record<Type, readonly (() => string)[]>>> = {
    string: [
      () => `(${inner("string")} + ${inner("string")})`, () => `(${inner("string[]")}[${pick(0, 1, 2)}] ?? ${inner("string")})`, () => `${inner("string[]")}.join("-")`, () => `${inner("string")}.trim().upper()`,
      () => `"{${inner("int")}} of {p.slice(0, 2)}"`, () => `(${inner("bool")} ? ${inner("string")} : ${inner("string")})`, () => `${inner("string")}.replace("a", "$&")`,
    ],
    int: [() => `(${inner("int")} ${pick("+", "-", "*")} ${inner("int")})`, () => `${inner("string[]")}.length`, () => `${inner("string[]")}.map(x => x.length).sum()`, () => `-${inner("int")}`, () => `${inner("string[]")}.chunks(2).length`],
    bool: [
      () => `(${inner("int")} ${pick("<", ">=", "==", "!=")} ${inner("int")})`, () => `not ${inner("bool")}`, () => `(${inner("bool")} ${pick("and", "or")} ${inner("bool")})`, () => `${inner("string")}.includes(${inner("string")})`,
      () => `(${inner("string[]")}.find(x => x.length > 2) == nothing)`, () => `${inner("string[]")}.some(x => x == ${inner("string")})`,
    ],
    "string[]": [
      () => `${inner("string[]")}.filter(x => x.length > 1).map((x, i) => "{i}{x}")`, () => `[...${inner("string[]")}, ${inner("string")}]`, () => `${inner("string[]")}.take(${pick(1, 2)}).distinct()`,
      () => `${inner("string[]")}.sortBy(x => -x.length)`, () => `(${inner("string[]")}.groupBy(x => x)["constructor"] ?? [${inner("string")}])`, () => `${inner("string")}.split(" ")`, () => `${inner("string[]")}.chunks(2).flat()`,
    ],
  }
  const made = deeper[type] ?? []
  return pick(...bases.map((base) => () => base), ...made)()
}
