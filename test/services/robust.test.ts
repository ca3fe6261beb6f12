// No feature throws, whatever the text and wherever the cursor is; and what is found lies in its file.

import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { actionsAt } from "../../services/actions/table.ts"
import { callItemAt, incomingCalls, outgoingCalls } from "../../services/calls.ts"
import { completionsAt } from "../../services/completion/complete.ts"
import { definitionOf, implementationOf, typeDefinitionOf } from "../../services/definition.ts"
import { diagnosticsOf } from "../../services/diagnostics.ts"
import { foldsOf, selectionAt } from "../../services/folding.ts"
import { formatDocument, formatTyped } from "../../services/formatting.ts"
import { graphsOf } from "../../services/graph.ts"
import { emptyHost } from "../../services/host.ts"
import { hoverAt } from "../../services/hover.ts"
import { inlayHints } from "../../services/inlay.ts"
import { lensesOf } from "../../services/lenses.ts"
import { linkedAt } from "../../services/linked.ts"
import { linksOf } from "../../services/links.ts"
import { highlightsOf, referencesOf } from "../../services/references.ts"
import { rename } from "../../services/rename.ts"
import { signatureAt } from "../../services/signature.ts"
import { documentSymbols, type OutlineItem } from "../../services/symbols.ts"
import { semanticTokens } from "../../services/tokens.ts"
import { createWorkspace } from "../../services/workspace.ts"

const root = join(import.meta.dirname, "../..")
const path = "/w/main.agentflow"

const texts = ["examples", "test/corpus/programs", "test/corpus/syntax", "test/corpus/errors"].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".agentflow"))
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8")))

const atPlace = [hoverAt, definitionOf, typeDefinitionOf, implementationOf, referencesOf, highlightsOf, signatureAt, linkedAt, completionsAt] as const
const ofFile = [documentSymbols, semanticTokens, foldsOf, linksOf, lensesOf, graphsOf, formatDocument, diagnosticsOf] as const

function tryAll(text: string, offset: number): void {
  const workspace = createWorkspace({ ...emptyHost, programFiles: () => [path] })
  workspace.open(path, text, 1)
  for (const feature of atPlace) feature(workspace, path, offset)
  for (const feature of ofFile) feature(workspace, path)
  for (const span of selectionAt(workspace, path, offset)) expect(span.start <= offset && offset <= span.end).toBe(true)
  rename(workspace, path, offset, "other")
  inlayHints(workspace, path, { start: 0, end: text.length })
  actionsAt(workspace, path, { start: offset, end: offset })
  if (offset > 0) formatTyped(workspace, path, offset, text[offset - 1]!)
  const item = callItemAt(workspace, path, offset)
  if (item !== undefined) for (const calls of [incomingCalls, outgoingCalls]) calls(workspace, item)
  let last = 0
  for (const { start, length } of semanticTokens(workspace, path)) {
    expect(start >= last && length > 0 && start + length <= text.length).toBe(true)
    last = start + length
  }
  const nests = ({ span, nameSpan, children }: OutlineItem): boolean => span.start <= nameSpan.start && nameSpan.end <= span.end && children.every(nests)
  expect(documentSymbols(workspace, path).every(nests)).toBe(true)
}

describe("features", () => {
  it("survive files that end anywhere", () => {
    fc.assert(fc.property(fc.constantFrom(...texts), fc.nat(100_000), (text, at) => tryAll(text.slice(0, at % (text.length + 1)), at % (text.length + 1))), { seed: 7, numRuns: Number(process.env["RUNS"] ?? 60) })
  })

  it("survive any place in files with something missing or doubled", () => {
    const damage = fc.record({ text: fc.constantFrom(...texts), from: fc.nat(100_000), length: fc.nat(30), insert: fc.constantFrom("", "{", "}", '"', "(", "@", ".", "let ", "retry", "\n", "é😀"), at: fc.nat(100_000) })
    fc.assert(fc.property(damage, ({ text, from, length, insert, at }) => {
      const start = from % (text.length + 1)
      const damaged = text.slice(0, start) + insert + text.slice(start + length)
      tryAll(damaged, at % (damaged.length + 1))
    }), { seed: 8, numRuns: Number(process.env["RUNS"] ?? 60) })
  })
})
