// What people write who come from another language: one error each, at its place, whose fix gives what was meant.

import { describe, expect, it } from "vitest"
import type { Diagnostic } from "../../base/diagnostics/diagnostic.ts"
import { renderDiagnostic, plain } from "../../base/diagnostics/render.ts"
import { applyEdits } from "../../base/text/edit.ts"
import { check } from "../../compiler/index.ts"
import { testCorpus } from "../harness/corpus.ts"

/** Written, and what its fix makes of it; undefined where the message says what to write. */
type Row = readonly [written: string, meant: string | undefined, code?: string | undefined]

const statements: readonly Row[] = [
  ['if topic === "a" { log "x" }', 'if topic == "a" { log "x" }'],
  ['if topic !== "a" { log "x" }', 'if topic != "a" { log "x" }'],
  ["n += 1", "n = n + 1"], ["n -= 1", "n = n - 1"], ["n *= n - 1", "n = n * (n - 1)"], ["n -= n - 1", "n = n - (n - 1)"],
  ["n++", "n = n + 1"], ["n--", "n = n - 1"], ["++n", "n = n + 1"],
  ["const x = get(topic)\n  log x.text", "let x = get(topic)\n  log x.text"],
  ["const x: Page = get(topic)\n  log x.text", "let x: Page = get(topic)\n  log x.text"],
  ['let mut x = 1\n  x = 2\n  log "{x}"', 'var x = 1\n  x = 2\n  log "{x}"'],
  ['let x := 1\n  log "{x}"', 'let x = 1\n  log "{x}"'],
  ["let { url, text } = get(topic)\n  log url\n  log text", undefined],
  ["x = get(topic)\n  log x.text", undefined, "AF2001"],
  ["for (const x of xs) { log x }", "for x in xs { log x }"], ["for (let x in xs) { log x }", "for x in xs { log x }"],
  ["for x of xs { log x }", "for x in xs { log x }"], ["for (x in xs) { log x }", "for x in xs { log x }"],
  ["for const x in xs { log x }", "for x in xs { log x }"],
  ['for (let i = 0; i < 3; i++) { log "{i}" }', undefined],
  ['for i in range(3) { log "{i}" }', undefined, "AF2001"],
  ['if n > 1 { log "a" } elif n > 2 { log "b" } else { log "c" }', 'if n > 1 { log "a" } else if n > 2 { log "b" } else { log "c" }'],
  ['if p.title == null { log "x" }', 'if p.title == nothing { log "x" }', "AF2001"],
  ['if p.title != undefined { log "x" }', 'if p.title != nothing { log "x" }', "AF2001"],
  ['if p.title is None { log "x" }', 'if p.title == nothing { log "x" }'],
  ['if p.title is not None { log "x" }', 'if p.title != nothing { log "x" }'],
  ["let ok = True\n  if ok { log topic }", "let ok = true\n  if ok { log topic }", "AF2001"],
  ['if n > 1 AND n < 5 { log "x" }', 'if n > 1 and n < 5 { log "x" }'],
  ['console.log("hello")', 'log "hello"', "AF2001"], ["console.log(topic)", 'log "{topic}"', "AF2001"], ['print("hello")', 'log "hello"', "AF2001"],
  ["print(p.text)", 'log "{p.text}"', "AF2001"], ['log("hello")', 'log "hello"', "AF2001"],
  ["let s = `hello ${topic}, {braces} and \"quotes\"`\n  log s", 'let s = "hello {topic}, \\{braces} and \\"quotes\\""\n  log s'],
  ["let s = `hello\n  ${topic}`\n  log s", 'let s = """hello\n  {topic}"""\n  log s'],
  ['log f"hello {topic}"', 'log "hello {topic}"'],
  ["await get(topic)", "get(topic)"], ["let q = await get(topic)\n  log q.text", "let q = get(topic)\n  log q.text"],
  ["log (await get(topic)).text", "log (get(topic)).text"],
  ['try { log "x" } catch (e) { log e.message }', 'try { log "x" } catch e { log e.message }'],
  ['try { log "x" } catch (e: Error) { log e.message }', 'try { log "x" } catch e { log e.message }'],
  ['try { log "x" } except e { log e.message }', 'try { log "x" } catch e { log e.message }'],
  ['try { log "x" } catch e { log e.message } finally { log "z" }', undefined],
  ['if n > 1 { throw new Error("x") }', undefined], ['if n > 1 { raise Exception("x") }', undefined],
  ['# a comment\n  log "x"', '// a comment\n  log "x"'], ['log "x" # a comment', 'log "x" // a comment'],
  ["let a = 1;\n  log \"{a}\"", 'let a = 1\n  log "{a}"', "AF1015"], ['log "a",', 'log "a"'],
  ["get(topic) retry 3", "get(topic) retry 3 times", "AF1001"], ["get(topic) retry(3)", undefined, "AF2001"],
  ["get(topic) timeout 20 seconds", "get(topic) timeout 20s", "AF1006"],
  ['let q = get(url = topic)\n  log q.text', 'let q = get(url: topic)\n  log q.text'],
  ['let ys = xs.map((x: string) => x)\n  log "{ys}"', 'let ys = xs.map((x) => x)\n  log "{ys}"'],
  ['let ys = xs.map(x => { return x })\n  log "{ys}"', 'let ys = xs.map(x => x)\n  log "{ys}"'],
  ['let ys: Array<string> = xs\n  log "{ys}"', 'let ys: string[] = xs\n  log "{ys}"'],
  ["match n {\n    1 -> log topic\n    else => log topic\n  }", "match n {\n    1 => log topic\n    else => log topic\n  }"],
  ["match n {\n    case 1 => log topic\n    else => log topic\n  }", "match n {\n    1 => log topic\n    else => log topic\n  }"],
  ["match n { 1 => log topic  _ => log topic }", "match n { 1 => log topic  else => log topic }"],
  ['log xs?.[0] ?? "x"', 'log xs[0] ?? "x"'], ["log p.title!", undefined],
  ["call get(topic)", "get(topic)"], ["sleep(5)", undefined, "AF2001"], ["log str(n)", undefined, "AF2001"],
  ['xs.push("a")', undefined, "AF3004"], ["log topic.toUpperCase()", undefined, "AF3004"], ['log "{xs.size}"', undefined, "AF3004"],
  ["if n > 1 { pass }", "if n > 1 {  }", "AF2001"],
  ['if n > 1:\n      log "a"', 'if n > 1 {\n      log "a"\n  }'], ['if n > 1: log "a"', 'if n > 1 { log "a" }'],
  ['if n > 1: { log "a" }', 'if n > 1 { log "a" }'], ['if n > 1 then { log "a" }', 'if n > 1 { log "a" }'],
  ["while n < 3 up to 5 times do { log topic }", "while n < 3 up to 5 times { log topic }"],
  ['for x in xs:\n      if x == "a" {\n        log x\n      }\n      log x // each', 'for x in xs {\n      if x == "a" {\n        log x\n      }\n      log x // each\n  }'],
  ['if (n > 1) log "a"', 'if (n > 1) { log "a" }'], ["if n > 1 return topic", "if n > 1 { return topic }"],
  ['if (n > 1)\n    log "a"', 'if (n > 1) {\n    log "a"\n  }'],
  ['if n > 1 { log "a" } else log "b"', 'if n > 1 { log "a" } else { log "b" }'],
  ["match n { when 1 => log topic  else => log topic }", "match n { 1 => log topic  else => log topic }"],
  ["match n { 1 => log topic  otherwise => log topic }", "match n { 1 => log topic  else => log topic }"],
  ['log "x" if n > 1', 'if n > 1 { log "x" }'], ["get(topic) retry never if n > 1", "if n > 1 { get(topic) retry never }"],
  ['log "a" if n > 1 else "b"', 'log n > 1 ? "a" : "b"'], ['let a = (topic if n > 1 else "b").trim()\n  log a', 'let a = (n > 1 ? topic : "b").trim()\n  log a'],
  ['if n = 1 and topic == "a" { log "x" }', 'if n == 1 and topic == "a" { log "x" }'], ['if n <> 1 { log "x" }', 'if n != 1 { log "x" }'],
  ['let ys = [x.trim() for x in xs]\n  log "{ys}"', 'let ys = xs.map(x => x.trim())\n  log "{ys}"'],
  ['let ys = [x for x in xs if x != ""]\n  log "{ys}"', 'let ys = xs.filter(x => x != "")\n  log "{ys}"'],
  ['let ys = [x.trim() for x in xs if x != ""]\n  log "{ys}"', 'let ys = xs.filter(x => x != "").map(x => x.trim())\n  log "{ys}"'],
  ['let ys = [get(x) for x in xs]\n  log "{ys.length}"', 'let ys = for x in xs { get(x) }\n  log "{ys.length}"'],
  ['let ys = xs.map(lambda x: x.trim())\n  log "{ys}"', 'let ys = xs.map(x => x.trim())\n  log "{ys}"'],
  ['let ys = xs.map(x => { let y = x.trim()  return y })\n  log "{ys}"', undefined],
  ["log f'hello {topic}'", 'log "hello {topic}"'], ['if topic in xs { log "x" }', undefined], ['if not (n > 1) and topic not in xs { log "x" }', undefined],
  ["log xs[0:2].join()", undefined], ["log xs[1:].join()", undefined], ["log xs[:2].join()", undefined],
  ['log "{n ** 2}"', undefined], ['for i in 0..3 { log "{i}" }', undefined], ['for i in 0..=n { log "{i}" }', undefined],
  ["get(*xs)", undefined], ["get(**p)", undefined], ["get(...xs)", undefined],
  ['repeat 3 times { log "x" }', 'repeat up to 3 times { log "x" }'], ['repeat 3 { log "x" }', 'repeat up to 3 times { log "x" }'],
  ["retry 3 times { get(topic) }", "within retry 3 times { get(topic) }"], ["wait 5s", "sleep 5s"], ["wait for 5s", "sleep 5s"], ["delay 5s", "sleep 5s"],
  ["let a, b = get(topic)\n  log a.text\n  log b", undefined], ["a, b = get(topic)\n  log a\n  log b", undefined],
  ['x: int = 5\n  log "{x}"', 'let x: int = 5\n  log "{x}"'], ['log "a", "b"', undefined], ["get topic", "get(topic)"],
  ['try { log "x" } catch Exception as e { log e.message }', 'try { log "x" } catch e { log e.message }'],
  ['try { log "x" } catch (Exception e) { log e.message }', 'try { log "x" } catch e { log e.message }'],
  ['try { log "x" } catch OutOfStock e { log e.message }', 'try { log "x" } catch OutOfStock as e { log e.message }'],
  ["get(topic) catch e { log e.message }", undefined], ['if n > 1 { fail new OutOfStock("x") }', 'if n > 1 { fail OutOfStock("x") }'],
  ['if n > 1 { fail "no good" }', undefined, "AF1001"], ["do { n = n + 1 } while (n < 3)", undefined], ["get(topic)\n    retries 3 times", "get(topic)\n    retry 3 times"],
  ["get(topic) onFailure 3 times", undefined, "AF1009"], ["get(topic)\n    on_error ignore", undefined, "AF1009"],
  ['publish Paid { orderId: topic } to "paid"', undefined], ['if xs.includes("a") { log "x" }', undefined, "AF3004"], ['log xs.first() ?? "x"', undefined, "AF3004"],
]

const declarations: readonly Row[] = [
  ["type A { items: Array<string> }", "type A { items: string[] }"], ["type A { items: List[string] }", "type A { items: string[] }"],
  ["type A { items: Array<string | int> }", "type A { items: (string | int)[] }"],
  ["type A { it: Record<string, int> }", "type A { it: map<int> }"], ["type A { it: map<string, int> }", "type A { it: map<int> }"],
  ["type A { it: Optional[string] }", "type A { it: string? }"], ["type A { it?: string }", "type A { it: string? }"],
  ["type A { it: string? @maxLength(5) }", "type A { it: string @maxLength(5)? }"],
  ["type A { it: string[]? @maxItems(5)   b: int }", "type A { it: string[] @maxItems(5)?   b: int }"],
  ["type A { it: string | null }", "type A { it: string? }", "AF2009"], ["type A { it: undefined | string }", "type A { it: string? }", "AF2009"],
  ["type A { it: boolean }", "type A { it: bool }", "AF2009"], ["type A { it: unknown }", undefined, "AF2009"], ["type A { it: str }", "type A { it: string }", "AF2009"],
  ["interface A { it: string }", "type A { it: string }"], ["class A { it: string }", "type A { it: string }"],
  ['enum A { a = "x", b }', "enum A { a, b }"], ['enum A { "a", b }', "enum A { a, b }"],
  ['tool a(): Promise<string> from "./tools.ts" { reads   retry never }', 'tool a(): string from "./tools.ts" { reads   retry never }'],
  ['tool a(): void from "./tools.ts" { reads   retry never }', 'tool a(): nothing from "./tools.ts" { reads   retry never }', "AF2009"],
  ['tool a(x: int) -> int from "./tools.ts" { reads   retry never }', 'tool a(x: int): int from "./tools.ts" { reads   retry never }'],
  ['tool a(x: int) => int from "./tools.ts" { reads   retry never }', 'tool a(x: int): int from "./tools.ts" { reads   retry never }'],
  ['tool a(x?: int) from "./tools.ts" { reads   retry never }', 'tool a(x: int?) from "./tools.ts" { reads   retry never }'],
  ["agent A(x: int): string { model: m   prompt \"{x}\"   budget 2k tokens }", "agent A(x: int): string { model m   prompt \"{x}\"   budget 2k tokens }"],
  ["agent A(x: int): string { model m   prompt = \"{x}\"   budget 2k tokens }", "agent A(x: int): string { model m   prompt \"{x}\"   budget 2k tokens }"],
  ["agent A(x: int): string { model m   tools [get]   prompt \"{x}\"   budget 2k tokens }", "agent A(x: int): string { model m   tools get   prompt \"{x}\"   budget 2k tokens }"],
  ["agent A(x: int): string { model m   temperature 0.2   prompt \"{x}\"   budget 2k tokens }", undefined],
  ["agent A(x: int): string { model m   system \"You.\"   prompt \"{x}\"   budget 2k tokens }", undefined],
  ["agent A(x: int): string { model m   prompt \"{x}\"   budget 2000 }", undefined, "AF1001"],
  ["export workflow A() { dead letter \"a\" }", "workflow A() { dead letter \"a\" }"],
  ["export default async workflow A() { dead letter \"a\" }", "workflow A() { dead letter \"a\" }"],
  ["async function a() { return 1 }", undefined], ["def a(x: str):\n    return x", undefined], ["const limit = 5", undefined], ["let limit = 5", undefined],
  ["@tool\nworkflow A() { dead letter \"a\" }", "workflow A() { dead letter \"a\" }"],
  ["@app.tool(\"x\", retries=3)\nworkflow A() { dead letter \"a\" }", "workflow A() { dead letter \"a\" }"],
  ["workflow A():\n    dead letter \"a\"\n    log \"x\"", "workflow A() {\n    dead letter \"a\"\n    log \"x\"\n}"],
  ["type A:\n    it: string\n\ntype B { it: A }", "type A {\n    it: string\n}\n\ntype B { it: A }"], ["enum A:\n    a\n    b", "enum A {\n    a\n    b\n}"],
  ["agent A(x: int): string:\n  model m\n  prompt \"{x}\"\n  budget 2k tokens", "agent A(x: int): string {\n  model m\n  prompt \"{x}\"\n  budget 2k tokens\n}"],
  ["tool a(): string from \"./tools.ts\" { reads   retry never   onFailure 3 times }", undefined, "AF1009"],
  ["# a comment", "// a comment"], ["import a from \"./a.agentflow\"", undefined, "AF1001"], ["from a import b", undefined],
]

const head = `model m = openai("gpt-4o-mini") { price $0.15 in, $0.60 out per 1M tokens   context 128k   output 16k }
type Page { url: string   title: string?   text: string }
error OutOfStock
event Paid { orderId: string }
tool get(url: string): Page from "./tools.ts" { reads   retry 3 times }
`
const inWorkflow = (text: string): string => `${head}workflow Main(topic: string, xs: string[]): string {
  dead letter "x"
  var n = 0
  let p = get(topic)
  log "{n} {xs} {p.text}"
  ${text}
  return topic
}
`
const onTop = (text: string): string => `${head}${text}\n${inWorkflow('log "x"').slice(head.length)}`

const checked = (text: string, path = "a.agentflow"): readonly Diagnostic[] => check([{ path, text, version: 0 }]).diagnostics

/** What is said of it: an unused declaration is the test's own doing. */
const said = (text: string): readonly Diagnostic[] => checked(text).filter(({ code }) => code !== "AF2010")

function mended(text: string, { fixes }: Diagnostic): string {
  const [fix] = fixes
  expect(fix, "a fix").toBeDefined()
  return applyEdits(text, fix!.edits)
}

function holds(place: (text: string) => string, [written, meant, code = "AF1017"]: Row): void {
  const text = place(written)
  const [only, ...more] = said(text)
  expect(more.map(({ message }) => message)).toEqual([])
  expect(only?.code).toBe(code)
  const start = text.indexOf(written)
  expect(only!.span.start).toBeGreaterThanOrEqual(start)
  expect(only!.span.end).toBeLessThanOrEqual(start + written.length)
  if (meant === undefined) return expect(only!.message.length).toBeGreaterThan(30)
  expect(mended(text, only!)).toBe(place(meant))
  expect(said(place(meant)).map(({ message }) => message)).toEqual([])
}

describe("one mistake", () => {
  for (const row of statements) it(row[0], () => holds(inWorkflow, row))
  for (const row of declarations) it(row[0], () => holds(onTop, row))
})

/** Each written as one statement: all that is wrong is told at once. */
const several: readonly (readonly [written: string, codes: string])[] = [
  ["const x = await get(topic);\n  log x.text", "AF1017 AF1017 AF1015"],
  ['for (const x of xs.map((y: string) => y.trim())) { console.log(x) }', "AF1017 AF1017 AF2001"],
  ['if (n === 1 && p.title !== null) log "x"', "AF1017 AF1017 AF2001 AF1017"],
  ['let a = f"{topic}" if n > 1 else None\n  log a ?? ""', "AF1017 AF1017 AF2001"],
  ['if n > 1:\n      log "a"\n  elif n > 2:\n      log "b"\n  else:\n      log "c"', "AF1017 AF1017 AF1017 AF1017"],
  ['try:\n      log "a"\n  except Exception as e:\n      log e.message', "AF1017 AF1017 AF1017 AF1017"],
  ['match n:\n      case 1:\n          log "a"\n      case _:\n          log "b"', "AF1017 AF1017 AF1017 AF1017 AF1017 AF1017"],
  ['n += 1; n++; log(n)', "AF1017 AF1015 AF1017 AF1015 AF2001"],
]

describe("several mistakes in one statement", () => {
  for (const [written, codes] of several) {
    it(written, () => {
      let now = inWorkflow(written)
      expect(said(now).map(({ code }) => code).join(" ")).toBe(codes)
      for (const _ of codes.split(" ")) now = mended(now, said(now)[0]!)
      expect(said(now)).toEqual([])
    })
  }
})

describe("a whole program", () => {
  const roundsMax = 60
  testCorpus({
    folder: "newcomers",
    print: (text, name) => {
      const path = `${name}.agentflow`
      const shown = (now: string): string =>
        checked(now, path).map((each) => `${renderDiagnostic(each, { paint: plain, unicode: true, textOf: () => now })}\n`).join("")
      let now = text
      for (let round = 0; round < roundsMax; round++) {
        const fix = checked(now, path).flatMap(({ fixes }) => fixes).find(({ applicability }) => applicability === "machine")
        if (fix === undefined) break
        now = applyEdits(now, fix.edits)
      }
      return { diagnostics: shown(text), mended: now, rest: shown(now) }
    },
  })
})
