// The one place that loads ts-morph: structures to text. No Project, no type checker; loaded when something is printed.

import type { ImportDeclarationStructure, StatementStructures, WriterFunction } from "ts-morph"
import { print } from "./layout.ts"
import type { Mark } from "./layout.ts"
import { commentText } from "./literals.ts"
import type { ImportRequest } from "./names.ts"
import type { Item, SourceFile } from "./structure.ts"

export interface PrintedFile {
  readonly path: string
  readonly text: string
  /** Offsets in `text`. */
  readonly marks: readonly Mark[]
}

type TsMorph = typeof import("ts-morph")

export async function loadPrinter(): Promise<(file: SourceFile) => PrintedFile> {
  const tsMorph = await import("ts-morph")
  return (file) => printFile(tsMorph, file)
}

function printFile(tsMorph: TsMorph, file: SourceFile): PrintedFile {
  const { printStructure, StructureKind } = tsMorph
  const marks: Mark[] = []
  const header = `// ${commentText(file.header).replaceAll("\n", " ")}`
  const imports = importStructures(tsMorph, file.imports)
  const items = file.items.map((item, index) => itemStructure(tsMorph, item, { marks, isFirst: index === 0 }))
  const text = printStructure({ kind: StructureKind.SourceFile, statements: [header, ...imports, ...items] }, { indentNumberOfSpaces: 2 })
  return withoutSemicolons({ path: file.path, text, marks })
}

// ---------------------------------------------------------------- imports

function importStructures(tsMorph: TsMorph, requests: readonly ImportRequest[]): readonly ImportDeclarationStructure[] {
  const modules = [...new Set(requests.map(({ from }) => from))].sort(compareModules)
  return modules.flatMap((from) => {
    const ofModule = requests.filter((request) => request.from === from)
    const named = ofModule.filter(({ whole }) => !whole)
    return [
      ...ofModule.filter(({ whole }) => whole).map((request) => wholeImport(tsMorph, request)),
      ...[false, true].flatMap((isTypeOnly) => {
        const wanted = named.filter(({ typeOnly }) => typeOnly === isTypeOnly)
        return wanted.length === 0 ? [] : [namedImport(tsMorph, { from, isTypeOnly, wanted })]
      }),
    ]
  })
}

/** Packages before files, files by name. */
function compareModules(a: string, b: string): number {
  const rank = (from: string): string => (from.startsWith(".") ? `1${from.replace(/^(\.\.?\/)+/, "")}` : `0${from}`)
  return rank(a) < rank(b) ? -1 : rank(a) > rank(b) ? 1 : 0
}

function wholeImport({ StructureKind }: TsMorph, request: ImportRequest): ImportDeclarationStructure {
  return { kind: StructureKind.ImportDeclaration, moduleSpecifier: request.from, namespaceImport: request.as, isTypeOnly: request.typeOnly }
}

interface NamedImport {
  readonly from: string
  readonly isTypeOnly: boolean
  readonly wanted: readonly ImportRequest[]
}

function namedImport({ StructureKind }: TsMorph, { from, isTypeOnly, wanted }: NamedImport): ImportDeclarationStructure {
  const names = [...wanted].sort((a, b) => order(a.name, b.name)).map(({ name, as }) => (name === as ? name : `${name} as ${as}`))
  const flat = `import ${isTypeOnly ? "type " : ""}{ ${names.join(", ")} } from "${from}"`
  const broken: WriterFunction = (writer) => void writer.write(`\n${names.map((name) => `  ${name},\n`).join("")}`)
  return { kind: StructureKind.ImportDeclaration, moduleSpecifier: from, isTypeOnly, namedImports: flat.length > 120 ? broken : names }
}

function order(a: string, b: string): number {
  const [left, right] = [a.toLowerCase(), b.toLowerCase()]
  return left < right ? -1 : left > right ? 1 : a < b ? -1 : 1
}

// ---------------------------------------------------------------- items

function itemStructure({ StructureKind }: TsMorph, item: Item, { marks, isFirst }: { marks: Mark[]; isFirst: boolean }): StatementStructures | WriterFunction {
  const docs = "doc" in item && typeof item.doc === "string" && item.doc.trim() !== "" ? [commentText(item.doc.trim())] : []
  switch (item.kind) {
    case "interface":
      return {
        kind: StructureKind.Interface,
        name: item.name,
        isExported: true,
        docs,
        properties: item.properties.map(({ name, type, optional, doc }) => ({
          name, type, hasQuestionToken: optional, docs: doc === undefined || doc.trim() === "" ? [] : [commentText(doc.trim())],
        })),
      }
    case "alias": return { kind: StructureKind.TypeAlias, name: item.name, isExported: true, docs, type: item.type }
    case "code":
      return (writer) => {
        if (item.tight !== true || isFirst) writer.blankLineIfLastNot()
        const start = writer.getLength()
        const printed = print(item.doc)
        for (const mark of printed.marks) marks.push({ ...mark, start: mark.start + start, end: mark.end + start })
        writer.write(printed.text)
      }
  }
}

/**
 * ts-morph ends what it prints itself with semicolons, emitted code has none. Only such lines end in one: no line of a
 * code item does, and text never spans lines. Offsets move with the characters that go.
 */
function withoutSemicolons({ path, text, marks }: PrintedFile): PrintedFile {
  const removed: number[] = []
  const rows = text.split("\n")
  let offset = 0
  const kept = rows.map((row) => {
    const isComment = /^\s*(\/\/|\/\*|\*)/.test(row)
    const ends = !isComment && row.endsWith(";")
    if (ends) removed.push(offset + row.length - 1)
    offset += row.length + 1
    return ends ? row.slice(0, -1) : row
  })
  const moved = (at: number): number => at - removed.filter((each) => each < at).length
  return { path, text: kept.join("\n"), marks: marks.map((mark) => ({ ...mark, start: moved(mark.start), end: moved(mark.end) })) }
}
