// Plan to files: one path for all TypeScript (structures, then print), and what is not TypeScript beside it.

import { lineTable } from "../../base/text/line-table.ts"
import { resolvePath } from "../1-bind/imports.ts"
import type { Plan } from "../3-plan/types.ts"
import { projectFiles } from "./project.ts"
import { headerOf, sourceFiles } from "./source-files.ts"
import { sourceMap } from "./source-map.ts"
import type { Emitted, EmittedFile, EmitOptions } from "./types.ts"
import { signatureItems } from "./typescript/files/signatures.ts"
import { projectSchemas } from "./typescript/files/schemas.ts"
import { eventInterface, typeItems } from "./typescript/files/types.ts"
import { namesOf, relative } from "./typescript/names.ts"
import type { FileScope, Names } from "./typescript/names.ts"
import { loadPrinter } from "./typescript/print.ts"
import { sourceFile } from "./typescript/structure.ts"
import type { Item } from "./typescript/structure.ts"
import { emitValidators } from "./validators.ts"

/** Asynchronous because ts-morph and Ajv are loaded only when something is emitted. */
export async function emit(plan: Plan, options: EmitOptions): Promise<Emitted> {
  const at = (path: string): string => absolute(options.base, path)
  const outDir = at(outDirOf(plan, options))
  const names = namesOf(plan)
  const print = await loadPrinter()
  const printed = sourceFiles(plan, names, { at, outDir, hasKept: options.hasKept === true }).map(print)
  const sources = new Map([...options.texts].map(([path, text]) => [path, { text, lines: lineTable(text) }]))
  const typescript = printed.map(({ path, text, marks }): EmittedFile => {
    if (!path.startsWith("workflows/")) return { path, text }
    const nameOf = (source: string): string => relative(`${outDir}/${path}`, at(source))
    const linked = `${text}\n//# sourceMappingURL=${path.split("/").at(-1)!}.map\n`
    return { path, text: linked, map: sourceMap({ path, text: linked, marks, sources, nameOf }) }
  })
  const maps = typescript.flatMap(({ path, map }) => map === undefined ? [] : [{ path: `${path}.map`, text: `${JSON.stringify(map)}\n` }])
  const validators = await emitValidators({ plan, names, schemas: projectSchemas(plan, names), header: headerOf(plan, "validators.js") })
  const files = [...projectFiles(plan, { below: foldersBelow(plan, outDir, at), hasKept: options.hasKept === true }), ...typescript, ...maps, ...validators]
  return { files: files.sort((a, b) => (a.path < b.path ? -1 : 1)) }
}

/** The types of a program and the signatures of its TypeScript tools; what a check needs of the generated project. */
export async function emitSignatures(plan: Plan): Promise<readonly EmittedFile[]> {
  const all = namesOf(plan)
  // Here events are types only, so that they stand with the others.
  const names: Names = { ...all, declared: new Map([...all.declared].map(([name, each]) => [name, each.module === "events.ts" ? { ...each, module: "types.ts" } : each])) }
  const print = await loadPrinter()
  const file = (path: string, build: (scope: FileScope) => readonly Item[]): EmittedFile => {
    const { text } = print(sourceFile(path, headerOf(plan, path), names, build))
    return { path, text }
  }
  return [
    file("types.ts", (scope) => [...typeItems(plan, scope), ...plan.types.flatMap((type) => (type.kind === "event" ? [eventInterface(type, scope)] : []))]),
    file("signatures.ts", (scope) => signatureItems(plan, scope)),
  ]
}

/** `generated` beside the entry file, unless told otherwise. */
function outDirOf(plan: Plan, { outDir }: EmitOptions): string {
  const folder = plan.sources[0]!.split("/").slice(0, -1)
  return (outDir ?? [...folder, "generated"].join("/")).replace(/^\.\//, "").replace(/\/+$/, "")
}

/** Where paths are relative to a known folder they are compared from the root, whatever names lie between them. */
function absolute(base: string | undefined, path: string): string {
  return base === undefined || path.startsWith("/") ? path : resolvePath(`${base}/_`, `./${path}`)
}

/** The project's folders that do not also hold the user's tools: what tsc repeats in `dist`. */
function foldersBelow(plan: Plan, outDir: string, at: (path: string) => string): readonly string[] {
  const ups = plan.tools.map(({ source }) =>
    source.kind === "typescript" ? relative(`${outDir}/file`, at(source.module)).split("/").filter((part) => part === "..").length : 0)
  const depth = Math.max(0, ...ups)
  return depth === 0 ? [] : outDir.split("/").slice(-depth)
}
