// Whole projects from hostile programs: any name that the language takes, any text wherever a plan holds text.

import fc from "fast-check"
import { ts } from "ts-morph"
import { expect, it } from "vitest"
import type { Plan } from "../../compiler/3-plan/types.ts"
import { check } from "../../compiler/index.ts"
import { emitOf, planOf, programNames, sourcesOf, typeErrors } from "./emit-programs.ts"

// Without the names of Object.prototype: TypeScript and JavaScript find those in every record, so no emitter can help.
const risky = `
  abstract any arguments as async await bigint boolean catches caught class client close connect const context
  continue debugger default define defineSchema delete do else emit enum equal error eval export extends false finally
  FlowError formats from function get globalThis human if implements import in Infinity instanceof interface
  items Json keyof let list Math Message model module name NaN new null number object Object of open package private
  Promise Proxy prototype public Record require Result return run schemas secret secrets select serve set source static
  step string super switch Symbol symbol text then this throw thrown type types typeof ucs2length undefined unique
  unknown use using validators value var void while with worker workflow yield Array Date Error JSON String Policy
  Validator matched a_ _ __ __proto__ text_ run_ schemas_ list_
`.trim().split(/\s+/)

const names = fc.uniqueArray(fc.constantFrom(...risky), { minLength: 16, maxLength: 16, selector: (name) => name.toLowerCase() })

function program(n: readonly string[]): string {
  return `
type ${n[0]} { ${n[1]}: string   ${n[2]}: int? }
enum ${n[3]} { ${n[4]}, ${n[5]} }
tool ${n[6]}(${n[7]}: string, ${n[8]}: ${n[0]}?): ${n[0]} from "./tools.ts" { reads   retry never   fallback { ${n[1]}: ${n[7]} } }
human ${n[9]}(${n[7]}: ${n[0]}): ${n[3]} { ask "{${n[7]}.${n[1]}}?"   timeout 1h }
workflow ${n[10]}(${n[7]}: string, ${n[8]}: string[]): ${n[0]} {
  let ${n[11]} = ${n[6]}(${n[7]})
  for ${n[12]}, ${n[13]} in ${n[8]} { log "{${n[12]}} {${n[13]}} {${n[11]}.${n[2]} ?? 0}" }
  let ${n[14]} = ${n[8]}.chunks(2).map(${n[12]} => ${n[12]}.length).sum()
  try {
    match ${n[9]}(${n[11]}) {
      ${n[3]}.${n[4]} => log "{${n[14]}}"
      ${n[3]}.${n[5]} => { ${n[6]}(${n[7]}, ${n[11]}) }
    }
  } catch timeout as ${n[15]} { log ${n[15]}.message }
  return { ${n[1]}: ${n[7]} }
}
`
}

it("keeps every name that the language takes apart from TypeScript's and its own", async () => {
  const projects = new Map<string, { plan: Plan; emitted: Awaited<ReturnType<typeof emitOf>> }>()
  for (const [index, chosen] of fc.sample(names, { seed: 42, numRuns: 400 }).entries()) {
    const sources = [{ path: "input.agentflow", text: program(chosen), version: 1 }]
    if (check(sources).diagnostics.some(({ severity }) => severity === "error")) continue
    const plan = planOf(sources)
    projects.set(`case${index}`, { plan, emitted: await emitOf(plan, sources) })
    if (projects.size === 60) break
  }
  expect(projects.size).toBeGreaterThan(20)
  expect(await typeErrors(projects)).toEqual([])
})

const hostile = fc.array(fc.oneof(fc.constantFrom(
  "`", "${", "${process.exit()}", "$", "{", "}", "\\", "\"", "'", "\n", "\r", "\u2028", "*/", "/**", "//", "</script>", "<!--", ";", "\u0000",
  "\u202e", "\ud800", "😀", "\";process.exit();\"", "*/process.exit()/*", "\n//# sourceMappingURL=x", "__proto__",
), fc.string({ maxLength: 4 })), { maxLength: 6 }).map((parts) => parts.join(""))

/** Every text of a plan that is the program's own words, replaced. */
function replaceTexts(node: unknown, next: () => string): unknown {
  if (Array.isArray(node)) return node.map((each) => replaceTexts(each, next))
  if (typeof node !== "object" || node === null) return node
  const record = node as { readonly [key: string]: unknown }
  return Object.fromEntries(Object.entries(record).map(([key, value]) => {
    if (key === "parts") return [key, (value as unknown[]).map((part) => (typeof part === "string" ? next() : replaceTexts(part, next)))]
    const isText = [
      "doc", "description", "irreversible", "by", "store", "step", "topic", "cron", "announce", "deadLetter", "app", "pubsub", "server",
    ].includes(key) ||
      (key === "key" && "store" in record) || (key === "id" && "provider" in record) || (key === "value" && record["kind"] === "literal")
    return [key, typeof value === "string" && isText ? next() : replaceTexts(value, next)]
  }))
}

function parsed(text: string): { readonly statements: number; readonly errors: readonly string[] } {
  const file = ts.createSourceFile("a.ts", text, ts.ScriptTarget.ES2023, false) as ts.SourceFile & { parseDiagnostics: readonly ts.Diagnostic[] }
  // Which helpers a text needs, and so imports, may differ; nothing else may.
  const statements = file.statements.filter((each) => !ts.isImportDeclaration(each)).length
  return { statements, errors: file.parseDiagnostics.map((each) => ts.flattenDiagnosticMessageText(each.messageText, " ")) }
}

const plans = programNames.map((name) => planOf(sourcesOf(name)))
const statementsOf = await Promise.all(plans.map(async (plan) => new Map((await emitOf(plan)).files.map(({ path, text }) => [path, parsed(text).statements]))))

it("lets no text out of its literal or its comment", async () => {
  await fc.assert(fc.asyncProperty(fc.nat({ max: plans.length - 1 }), fc.array(hostile, { minLength: 20, maxLength: 20 }), async (index, texts) => {
    let count = 0
    const plan = replaceTexts(plans[index]!, () => texts[count++ % texts.length]!) as Plan
    for (const { path, text } of (await emitOf(plan)).files) {
      if (!/\.(ts|js)$/.test(path)) continue
      const { statements, errors } = parsed(text)
      expect(errors, path).toEqual([])
      if (path !== "validators.js") expect(statements, `${path}\n${text}`).toBe(statementsOf[index]!.get(path))
    }
  }), { seed: 11, numRuns: 60 })
})
