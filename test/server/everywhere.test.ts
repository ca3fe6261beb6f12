// A client that trusts nothing: every feature at every fifth token of each example; nothing fails, and what is named lies in its file.

import { existsSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import type { Position, Range } from "vscode-languageserver-protocol"
import { describe, expect, it } from "vitest"
import { lineTable, positionAt } from "../../base/text/line-table.ts"
import { pathOf, uriOf } from "../../server/convert.ts"
import { handlers } from "../../server/handlers.ts"
import { startHere, type Client } from "./client.ts"

const root = join(import.meta.dirname, "../../examples")
const files = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".agentflow") && !name.includes("node_modules")).map((name) => join(root, name)).sort()

/** Asked of a place, of a file, and of what another answer named. */
const atPlace = [
  "completion", "hover", "signatureHelp", "definition", "typeDefinition", "implementation", "references", "documentHighlight", "prepareCallHierarchy", "prepareRename", "rename", "onTypeFormatting",
  "codeAction", "selectionRange", "linkedEditingRange",
].map((name) => `textDocument/${name}`)
const ofFile = [
  ...["diagnostic", "documentSymbol", "formatting", "rangeFormatting", "rangesFormatting", "codeLens", "inlayHint", "semanticTokens/full", "foldingRange", "documentLink"].map((name) => `textDocument/${name}`),
  ...["plan", "cost", "graph", "layout", "svg", "tests", "tools"].map((name) => `agentflow/${name}`),
]
const ofAnswers = ["callHierarchy/incomingCalls", "callHierarchy/outgoingCalls", "textDocument/semanticTokens/full/delta"]
/** Asked elsewhere: of the workspace, of moves and edits of a graph, and what prints a whole project. */
const elsewhere = ["workspace/diagnostic", "workspace/symbol", "workspace/willRenameFiles", "agentflow/graphEdit", "agentflow/simulation", "agentflow/emit", "agentflow/toGenerated", "agentflow/toSource"]

describe("every feature, everywhere", () => {
  it("is asked, or named as asked elsewhere", () =>
    expect([...atPlace, ...ofFile, ...ofAnswers, ...elsewhere].sort()).toEqual(handlers.map(({ method }) => method).sort()))

  it.each(files.map((file) => [file.slice(root.length + 1), file]))("%s", async (_, file) => {
    const client = await startHere({ host: { readText: (path) => (existsSync(path) ? readFileSync(path, "utf8") : undefined), programFiles: () => files } })
    const text = readFileSync(file, "utf8")
    const uri = uriOf(file)
    client.open(uri, text)
    const lines = lineTable(text)
    const whole = rangeOf(lines, 0, text.length)
    for (const method of ofFile) outside(uri, await ask(client, method, { textDocument: { uri }, uri, range: whole, ranges: [whole], options: { tabSize: 2, insertSpaces: true } }), method)
    const tokens = [...text.matchAll(/\w+|[^\s\w]/g)].filter((_token, index) => index % 5 === 0)
    let answered = 0
    for (const { index, 0: token } of tokens) {
      const range = rangeOf(lines, index, index + token.length)
      const position = range.start
      const params = { textDocument: { uri }, position, positions: [position], range, newName: "other", ch: "}", context: { diagnostics: [], includeDeclaration: true }, options: { tabSize: 2, insertSpaces: true } }
      const answers = await Promise.all(atPlace.map(async (method) => [method, await ask(client, method, params)] as const))
      for (const [method, answer] of answers) outside(uri, answer, `${method} at ${index} of ${token}`)
      answered += answers.filter(([, answer]) => answer !== null && JSON.stringify(answer) !== "[]").length
      const items = answers.find(([method]) => method === "textDocument/prepareCallHierarchy")![1] as readonly { readonly uri: string }[] | null
      for (const item of items ?? []) for (const method of ofAnswers.slice(0, 2)) outside(item.uri, await ask(client, method, { item }), method)
    }
    await ask(client, "textDocument/semanticTokens/full/delta", { textDocument: { uri }, previousResultId: "1" })
    // Completion, code actions, selections, at the least.
    expect(answered).toBeGreaterThan(tokens.length * 2)
    expect(client.logged).toEqual([])
    await client.close()
  })
})

/** Only a rename of what has no name may be refused. */
async function ask(client: Client, method: string, params: object): Promise<unknown> {
  try {
    return await client.connection.sendRequest(method, params)
  } catch (problem) {
    if (method !== "textDocument/rename") throw problem
    return null
  }
}

function rangeOf(lines: ReturnType<typeof lineTable>, start: number, end: number): Range {
  const place = (offset: number): Position => {
    const { line, column } = positionAt(lines, offset)
    return { line, character: column }
  }
  return { start: place(start), end: place(end) }
}

const shapes = new Map<string, readonly number[]>()

/** Lengths of a file's lines. */
function shapeOf(uri: string): readonly number[] {
  const known = shapes.get(uri) ?? readFileSync(pathOf(uri), "utf8").split(/\r?\n/).map(({ length }) => length)
  shapes.set(uri, known)
  return known
}

/** Fails when a range of the answer lies outside the file that the answer names with it. */
function outside(uri: string, answer: unknown, what: string): void {
  if (Array.isArray(answer)) for (const each of answer) outside(uri, each, what)
  if (typeof answer !== "object" || answer === null || Array.isArray(answer)) return
  const record = answer as Readonly<Record<string, unknown>>
  if (isPosition(record["start"]) && isPosition(record["end"])) {
    const shape = shapeOf(uri)
    for (const { line, character } of [record["start"], record["end"]]) expect(line >= 0 && line < shape.length && character >= 0 && character <= shape[line]!, `${what}: ${line}:${character} of ${uri}`).toBe(true)
    expect(record["start"].line < record["end"].line || (record["start"].line === record["end"].line && record["start"].character <= record["end"].character), what).toBe(true)
    return
  }
  // The places of an incoming call are those of the caller.
  const about = (record["from"] ?? record["textDocument"]) as { readonly uri?: string } | undefined
  const named = record["uri"] ?? record["targetUri"] ?? about?.uri
  const near = typeof named === "string" ? named : uri
  for (const [key, value] of Object.entries(record)) outside(key.startsWith("file:") ? key : near, value, what)
}

function isPosition(value: unknown): value is Position {
  return typeof value === "object" && value !== null && typeof (value as Position).line === "number" && typeof (value as Position).character === "number"
}
