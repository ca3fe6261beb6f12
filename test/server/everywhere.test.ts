// A client that trusts nothing: every feature at a sample of the tokens of some examples; nothing fails, what is named is there, a rename compiles.

import { existsSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import type { CompletionList, Location, LocationLink, Position, Range, TextEdit, WorkspaceEdit } from "vscode-languageserver-protocol"
import { TextDocument } from "vscode-languageserver-textdocument"
import { describe, expect, it } from "vitest"
import { lineTable, positionAt } from "../../base/text/line-table.ts"
import { pathOf, uriOf } from "../../server/convert.ts"
import { handlers } from "../../server/handlers.ts"
import { emptyHost, type Host } from "../../services/host.ts"
import { createWorkspace } from "../../services/workspace.ts"
import { startHere, type Client } from "./client.ts"

const root = join(import.meta.dirname, "../../examples")
const programs = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".agentflow") && !name.includes("node_modules")).map((name) => join(root, name)).sort()
/** Short ones and long ones, with prompts, imports, sagas, questions and tests. */
const asked = ["content-approval/content-approval", "daily-brief/daily-brief", "order-saga/order-saga"].map((name) => join(root, `${name}.agentflow`))
/** One token of so many. */
const stride = 37

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
/** Asked in other tests: of the workspace, of moves and edits of a graph, and what prints a whole project. */
const elsewhere = ["workspace/diagnostic", "workspace/symbol", "workspace/willRenameFiles", "agentflow/graphEdit", "agentflow/simulation", "agentflow/emit", "agentflow/toGenerated", "agentflow/toSource"]

const host: Host = { ...emptyHost, readText: (path) => (existsSync(path) ? readFileSync(path, "utf8") : undefined), programFiles: () => programs }

describe("every feature, everywhere", { timeout: 180_000 }, () => {
  it("is asked, or named as asked elsewhere", () =>
    expect([...atPlace, ...ofFile, ...ofAnswers, ...elsewhere].sort()).toEqual(handlers.map(({ method }) => method).sort()))

  it.each(asked.map((file, turn) => [file.slice(root.length + 1), file, turn] as const))("%s", async (_, file, turn) => {
    const client = await startHere({ host })
    const text = readFileSync(file, "utf8")
    const uri = uriOf(file)
    client.open(uri, text)
    const whole = rangeOf(text, 0, text.length)
    for (const method of ofFile) checkRanges(uri, await ask(client, method, { textDocument: { uri }, uri, range: whole, ranges: [whole], options: { tabSize: 2, insertSpaces: true } }), method)
    const tokens = [...text.matchAll(/\w+|[^\s\w]/g)].filter((_token, index) => index % stride === turn)
    let [answered, named, renamed] = [0, 0, 0]
    for (const { index, 0: token } of tokens) {
      const range = rangeOf(text, index, index + token.length)
      const position = range.start
      const params = { textDocument: { uri }, position, positions: [position], range, newName: "somethingElse", ch: "}", context: { diagnostics: [], includeDeclaration: true }, options: { tabSize: 2, insertSpaces: true } }
      const answers = new Map(await Promise.all(atPlace.map(async (method) => [method, await ask(client, method, params)] as const)))
      const what = `at ${index} of ${token}`
      for (const [method, answer] of answers) checkRanges(uri, answer, `${method} ${what}`)
      for (const { textEdit } of (answers.get("textDocument/completion") as CompletionList | null)?.items ?? []) expect(holds((textEdit as TextEdit).range, position), `completion ${what}`).toBe(true)
      named += checkNames(["definition", "typeDefinition", "references"].flatMap((method) => (answers.get(`textDocument/${method}`) ?? []) as readonly (Location | LocationLink)[]), what)
      renamed += checkRename(file, answers.get("textDocument/rename") as WorkspaceEdit | null, what)
      answered += [...answers.values()].filter((answer) => answer !== null && JSON.stringify(answer) !== "[]").length
      for (const item of (answers.get("textDocument/prepareCallHierarchy") ?? []) as readonly { readonly uri: string }[]) {
        for (const method of ofAnswers.slice(0, 2)) checkRanges(item.uri, await ask(client, method, { item }), `${method} ${what}`)
      }
    }
    await ask(client, "textDocument/semanticTokens/full/delta", { textDocument: { uri }, previousResultId: "1" })
    // Completion and selections, at the least; names of declarations and of uses; renames of some of them.
    expect(answered).toBeGreaterThan(tokens.length * 2)
    expect([named > 5, renamed > 0], `${named} names, ${renamed} renames`).toEqual([true, true])
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

function rangeOf(text: string, start: number, end: number): Range {
  const lines = lineTable(text)
  const place = (offset: number): Position => {
    const { line, column } = positionAt(lines, offset)
    return { line, character: column }
  }
  return { start: place(start), end: place(end) }
}

const documents = new Map<string, TextDocument>()

function documentOf(uri: string): TextDocument {
  const known = documents.get(uri) ?? TextDocument.create(uri, "agentflow", 0, readFileSync(pathOf(uri), "utf8"))
  documents.set(uri, known)
  return known
}

/** Where a name is said to be, a name is: or a whole file. */
function checkNames(found: readonly (Location | LocationLink)[], what: string): number {
  for (const each of found) {
    const [uri, range] = "uri" in each ? [each.uri, each.range] : [each.targetUri, each.targetSelectionRange]
    const text = documentOf(uri).getText(range)
    expect(text === "" ? holds(range, { line: 0, character: 0 }) : /^\w+$|^"[^"\n]*"$/.test(text), `${what}: ${JSON.stringify(text)} in ${uri}`).toBe(true)
  }
  return found.length
}

/** After a rename each program has the mistakes it had. */
function checkRename(file: string, edit: WorkspaceEdit | null, what: string): number {
  if (edit === null) return 0
  const changed = new Map(Object.entries(edit.changes ?? {}).map(([uri, edits]) => [pathOf(uri), TextDocument.applyEdits(documentOf(uri), edits)]))
  const errorsIn = (read: Host["readText"]): readonly string[] =>
    createWorkspace({ ...host, readText: read }).program(file)!.diagnostics.filter(({ severity }) => severity === "error").map(({ code, message }) => `${code} ${message}`)
  expect(errorsIn((path) => changed.get(path) ?? host.readText(path)), `rename ${what}`).toEqual(errorsIn(host.readText))
  return changed.size
}

function holds({ start, end }: Range, { line, character }: Position): boolean {
  return (start.line < line || (start.line === line && start.character <= character)) && (line < end.line || (line === end.line && character <= end.character))
}

/** Each range of an answer lies inside the file that the answer names with it. */
function checkRanges(uri: string, answer: unknown, what: string): void {
  if (Array.isArray(answer)) for (const each of answer) checkRanges(uri, each, what)
  if (typeof answer !== "object" || answer === null || Array.isArray(answer)) return
  const record = answer as Readonly<Record<string, unknown>>
  if (isPosition(record["start"]) && isPosition(record["end"])) {
    const document = documentOf(uri)
    for (const place of [record["start"], record["end"]]) expect(document.positionAt(document.offsetAt(place)), `${what} in ${uri}`).toEqual(place)
    expect(holds(record as unknown as Range, record["end"]), what).toBe(true)
    return
  }
  // The places of an incoming call are those of the caller.
  const about = (record["from"] ?? record["textDocument"]) as { readonly uri?: string } | undefined
  const named = record["uri"] ?? record["targetUri"] ?? about?.uri
  const near = typeof named === "string" ? named : uri
  for (const [key, value] of Object.entries(record)) checkRanges(key.startsWith("file:") ? key : near, value, what)
}

function isPosition(value: unknown): value is Position {
  return typeof value === "object" && value !== null && typeof (value as Position).line === "number" && typeof (value as Position).character === "number"
}
