// A program that goes on from the one before it knows what a fresh one knows: each diagnostic, each fact of each node, the plan.

import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { printPlan } from "../../compiler/index.ts"
import { walk } from "../../grammar/syntax/walk.ts"
import { emptyHost } from "../../services/host.ts"
import { createWorkspace, type Program, type Workspace } from "../../services/workspace.ts"
import { edited, randomEdit, swapped, wordSwap, type RandomEdit, type WordSwap } from "../harness/random-edits.ts"
import { rightPrograms } from "../harness/right-programs.ts"

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
      const policies = callPolicies.get(id)?.map(({ clause, from, path: of }) => [clause.kind, clause.span, from, of])
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
    ...first, declared: [...declared], scope: [...bound.files.get(path)!.scope.keys()], policies: [...policies].map(([id, each]) => [id, each.map(({ clause }) => clause.span)]),
    diagnostics: program.diagnostics, plan: plan === undefined ? undefined : printPlan(plan), defect: program.defect(),
  }
}

const [main, library] = ["/w/main.agentflow", "/w/lib.agentflow"]
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

describe("a program that goes on from the one before it", () => {
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
