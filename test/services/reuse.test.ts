// A program that goes on from the one before it knows what a fresh one knows: each diagnostic, each fact of each node, the plan.

import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { printPlan } from "../../compiler/index.ts"
import { walk } from "../../grammar/syntax/walk.ts"
import { emptyHost } from "../../services/host.ts"
import { completionsAt } from "../../services/completion/complete.ts"
import { createWorkspace, type Program, type Workspace } from "../../services/workspace.ts"
import { edited, randomEdit, swapped, wordSwap, type RandomEdit, type WordSwap } from "../harness/random-edits.ts"
import { rightPrograms } from "../harness/right-programs.ts"

function withoutIds(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (key, each: unknown) => (key === "id" ? undefined : each)))
}

/** By place of the node, since ids are names that a fresh program need not give again. */
function factsOf({ checked }: Program): unknown {
  const symbolOf = (id: number | undefined): unknown => {
    const symbol = id === undefined ? undefined : checked.bound.symbols.symbols[id]!
    return symbol === undefined ? undefined : [symbol.name, symbol.kind, symbol.path, symbol.node?.span, checked.symbolTypes.get(symbol.id)]
  }
  return [...checked.bound.files].map(([path, { file, uses }]) => {
    const { types, calls, builtins, stepNames, callPolicies } = checked.files.get(path)!
    const facts: unknown[] = []
    walk(file, ({ id, kind, span }) => {
      const policies = callPolicies.get(id)?.map(({ clause, from, path: of }) => [withoutIds(clause), from, of])
      facts.push([kind, span, types.get(id), symbolOf(calls.get(id)), builtins.get(id), stepNames.get(id), policies, symbolOf(uses.get(id))])
    })
    return [path, facts]
  })
}

function known(workspace: Workspace, path: string): unknown {
  const program = workspace.program(path)!
  const { declared, policies, accepted, bound } = program.checked
  const first = { checks: program.checkDiagnostics, facts: factsOf(program), suppressions: accepted.suppressions, found: accepted.found }
  const plan = program.plan()
  return {
    ...first, declared: [...declared], scope: [...bound.files.get(path)!.scope.keys()], policies: [...policies].map(([id, each]) => [id, each.map(({ clause }) => withoutIds(clause))]),
    diagnostics: program.diagnostics, plan: plan === undefined ? undefined : printPlan(plan), defect: program.defect(),
  }
}

const main = "/w/main.agentflow"
const library = "/w/lib.agentflow"
type Change = { readonly kind: "edit"; readonly edit: RandomEdit } | { readonly kind: "swap"; readonly swap: WordSwap } | { readonly kind: "undo" }
const change: fc.Arbitrary<Change & { readonly inLibrary: boolean }> = fc.tuple(
  fc.oneof(
    { weight: 2, arbitrary: randomEdit.map((edit): Change => ({ kind: "edit", edit })) },
    { weight: 3, arbitrary: wordSwap.map((swap): Change => ({ kind: "swap", swap })) },
    { weight: 3, arbitrary: fc.constant<Change>({ kind: "undo" }) },
  ),
  fc.nat(3).map((one) => one === 0),
).map(([each, inLibrary]) => ({ ...each, inLibrary }))

function changed(text: string, each: Change, history: string[]): string {
  if (each.kind === "undo") return history.pop() ?? text
  history.push(text)
  return each.kind === "edit" ? edited(text, each.edit) : swapped(text, each.swap)
}

/** A library's own declarations have names of their own; the main file uses two of them. */
const libraryText = `/// A page of the web.
type PageOfLib { title: string  body: string  kindOfLib: KindOfLib }
enum KindOfLib { news, blog }
event SeenOfLib { id: string  times: int }
tool readOfLib(url: string): PageOfLib = GET "https://pages.test/{url}" { reads  retry 2 times }
`
const usesLibrary = `
workflow OfLib(id: string): string {
  dead letter "lib"
  let page = readOfLib(id)
  let seen = wait for SeenOfLib by id == id timeout 2d
  return page.kindOfLib == KindOfLib.news ? page.title : "none"
}
`
const withLibrary = (text: string): string => `import { PageOfLib, KindOfLib, SeenOfLib, readOfLib } from "./lib.agentflow"\n${text}${usesLibrary}`

/** What a declaration that stays is seen to mean after a change of another one: the text, and what is replaced in it. */
const remote: readonly (readonly [what: string, text: string, from: string, to: string])[] = [
  ["a method that its type no longer has", `type A { items: string[] }\n${workflow("a: A", 'log a.items.join(", ")')}`, "string[]", "string"],
  ["the field of an event", `event Seen { id: string  times: int }\n${workflow("id: string", "let seen = wait for Seen by times == 3 timeout 2d\n  log seen.id")}`, "times:", "often:"],
  ["the kind of a member of a union", `type One { a: string }\ntype Two { b: string }\ntype Either = One | Two\n${workflow("", 'let one: One = { kind: "One", a: "1" }\n  log one.a')}`, "One | Two", "Two | Two"],
  ["a type behind another", `type Inner { a: int }\ntype Outer = Inner\n${workflow("o: Outer", "log o.a + 1")}`, "a: int", "a: string"],
  ["the policy of a tool", `policy web { retry 3 times }\ntool get(): string = GET "https://a.test" { reads  use web }\n${workflow("", "let text = get()\n  log text")}`, "3 times", "2 times"],
  ["the place of what a local hides", `${workflow("", "let Last = 1\n  log Last")}enum Middle { a, b }\ntype Last { a: string }\n`, "a, b", "a, b, c"],
  ["the default of a parameter", `tool get(n: int = 1): string = GET "https://a.test/{n}" { reads  retry never }\n${workflow("", "let text = get()\n  log text")}`, "n: int = 1", "n: int"],
  ["a setting", `setting limit: int = 3\n${workflow("", "let twice = limit * 2\n  log twice")}`, "limit: int = 3", 'limit: string = "3"'],
]

function workflow(parameters: string, body: string): string {
  return `workflow Main(${parameters}) {\n  dead letter "main"\n  ${body}\n}\n`
}

describe("a program that goes on from the one before it", () => {
  it.each(remote)("knows anew %s", (_, text, from, to) => {
    const workspace = createWorkspace(emptyHost)
    const fresh = (now: string): Workspace => {
      const made = createWorkspace(emptyHost)
      made.open(main, now, 0)
      return made
    }
    const other = text.replace(from, to)
    expect(other).not.toBe(text)
    workspace.open(main, text, 0)
    const [before, after] = [known(fresh(text), main), known(fresh(other), main)]
    expect(after).not.toEqual(before)
    expect(known(workspace, main)).toEqual(before)
    for (const [version, [now, expected]] of [[other, after], [text, before], [other, after]].entries()) {
      workspace.open(main, now as string, version + 1)
      expect(known(workspace, main)).toEqual(expected)
    }
  })

  it("knows what a fresh one knows, after any edits of its files", { timeout: 180_000 }, () => {
    fc.assert(fc.property(fc.constantFrom(...rightPrograms), fc.boolean(), fc.array(change, { minLength: 1, maxLength: 14 }), ({ text }, crlf, changes) => {
      const texts = new Map([[main, withLibrary(text)], [library, libraryText]].map(([path, each]) => [path!, crlf ? each!.replace(/\r?\n/g, "\r\n") : each!]))
      const histories = new Map<string, string[]>([[main, []], [library, []]])
      const workspace = createWorkspace(emptyHost)
      for (const [path, each] of texts) workspace.open(path, each, 0)
      workspace.program(main)
      for (const [index, each] of changes.entries()) {
        const path = each.inLibrary ? library : main
        texts.set(path, changed(texts.get(path)!, each, histories.get(path)!))
        workspace.open(path, texts.get(path)!, index + 1)
        // Some texts are never looked at, others by one of the programs only.
        if (index % 4 === 3) continue
        const fresh = createWorkspace(emptyHost)
        for (const [name, now] of texts) fresh.open(name, now, 0)
        for (const entry of index % 2 === 0 ? [main] : [library, main]) expect(known(workspace, entry)).toEqual(known(fresh, entry))
      }
    }), { seed: 20260902, numRuns: 100 })
  })

  it("offers what a fresh one offers, wherever it is asked after any edits", { timeout: 120_000 }, () => {
    const asked = fc.record({ change, places: fc.array(fc.nat(20_000), { minLength: 1, maxLength: 4 }) })
    let offered = 0
    fc.assert(fc.property(fc.constantFrom(...rightPrograms), fc.array(asked, { minLength: 1, maxLength: 8 }), ({ text }, edits) => {
      const texts = new Map([[main, withLibrary(text)], [library, libraryText]])
      const histories = new Map<string, string[]>([[main, []], [library, []]])
      const workspace = createWorkspace(emptyHost)
      for (const [path, each] of texts) workspace.open(path, each, 0)
      for (const [index, { change: each, places }] of edits.entries()) {
        const path = each.inLibrary ? library : main
        texts.set(path, changed(texts.get(path)!, each, histories.get(path)!))
        workspace.open(path, texts.get(path)!, index + 1)
        for (const place of places) {
          const at = place % (texts.get(main)!.length + 1)
          const fresh = createWorkspace(emptyHost)
          for (const [name, now] of texts) fresh.open(name, now, 0)
          const items = completionsAt(workspace, main, at)
          expect(items).toEqual(completionsAt(fresh, main, at))
          offered += items.length
        }
        const fresh = createWorkspace(emptyHost)
        for (const [name, now] of texts) fresh.open(name, now, 0)
        expect(known(workspace, main)).toEqual(known(fresh, main))
      }
    }), { seed: 20261127, numRuns: 60 })
    expect(offered).toBeGreaterThan(1_000)
  })

  it("answers for its own texts when it is asked later", () => {
    const workspace = createWorkspace(emptyHost)
    const text = rightPrograms[0]!.text
    workspace.open(main, `${text}\ntype Last { a: string }\n`, 1)
    const before = workspace.program(main)!
    const said = known(workspace, main)
    workspace.open(main, `type First { b: int }\n${text}\ntype Last { a: int }\n`, 2)
    workspace.program(main)
    expect(known({ ...workspace, program: () => before }, main)).toEqual(said)
  })
})
