// Plan to one JavaScript module without imports: what a browser's worker loads and a simulator runs. No ts-morph, no Ajv.

import { assert } from "../../base/assert.ts"
import type { Plan } from "../3-plan/types.ts"
import { headerOf, sourceFiles } from "./source-files.ts"
import { print } from "./typescript/layout.ts"
import { namesOf, runtimeModule } from "./typescript/names.ts"
import type { CoverPoint, ImportRequest } from "./typescript/names.ts"
import { testItems } from "./typescript/files/tests.ts"
import { sourceFile } from "./typescript/structure.ts"
import type { SourceFile } from "./typescript/structure.ts"

export interface JavaScriptFile {
  /** Path in the project, as its TypeScript twin has it: "tools.ts". */
  readonly path: string
  readonly text: string
}

/** What starts or serves the project, and so is no part of what runs in it. */
const doors: ReadonlySet<string> = new Set(["client.ts", "worker.ts"])

/** The project's files as modules, each the same as its TypeScript without the types. */
export function javaScriptFiles(plan: Plan): readonly JavaScriptFile[] {
  return structures(plan).map((file) => {
    const imports = modulesOf(file).map(({ from, names, whole }) =>
      whole === undefined ? `import { ${names.map(renamed).join(", ")} } from "${from}"` : `import * as ${whole} from "${from}"`)
    return { path: file.path, text: [`// ${file.header}`, ...imports, ...itemsOf(file), ""].join("\n") }
  })
}

/**
 * A module whose default export is `(runtime, modules) => files`: given the values of the runtime and a function from the
 * path of any other module to its exports, it gives the exports of each file by its path. With a map to fill, the code
 * tells `runtime.$cover` the id of each point that it comes by.
 */
export function emitJavaScript(plan: Plan, covers?: Map<string, CoverPoint>): string {
  const tests = sourceFile("tests.ts", "", namesOf(plan, "javascript"), (scope) => testItems(plan, scope))
  const files = inLoadOrder([...structures(plan, covers), ...(tests.items.length === 0 ? [] : [tests])])
  const linked = files.map((file) => {
    const names: string[] = []
    const items = itemsOf(file).map((text) => text.replace(/^export const (\S+)/m, (_, name: string) => {
      names.push(name)
      return `const ${name}`
    }))
    return [`  { // ${file.path}`, ...importLines(file), ...items, `    Object.assign($files["${file.path}"], { ${names.join(", ")} })`, "  }"].join("\n")
  })
  return [
    `// ${headerOf(plan, `${plan.name}.js`)}`,
    "export default function ($runtime, $modules) {",
    ...(covers === undefined ? [] : ["  const { $cover } = $runtime"]),
    `  const $files = { ${files.map(({ path }) => `"${path}": {}`).join(", ")} }`,
    "  // Files that import each other see what has been loaded so far, and once all are loaded everything.",
    "  const $links = []",
    ...linked,
    "  for (const link of $links) link()",
    "  return $files",
    "}",
    "",
  ].join("\n")
}

function structures(plan: Plan, covers?: Map<string, CoverPoint>): readonly SourceFile[] {
  const files = sourceFiles(plan, namesOf(plan, "javascript", covers), { at: (path) => path, outDir: "", hasKept: false })
  return files.filter(({ path }) => !doors.has(path))
}

function itemsOf({ items }: SourceFile): readonly string[] {
  return items.flatMap((item) => (item.kind === "code" ? [print(item.doc).text] : []))
}

interface ImportedModule {
  readonly from: string
  readonly names: readonly ImportRequest[]
  readonly whole?: string
}

function modulesOf({ imports }: SourceFile): readonly ImportedModule[] {
  const values = imports.filter(({ typeOnly }) => !typeOnly)
  const named = [...new Set(values.filter(({ whole }) => !whole).map(({ from }) => from))]
  return [
    ...named.map((from) => ({ from, names: values.filter((each) => each.from === from && !each.whole) })),
    ...values.filter(({ whole }) => whole).map(({ from, as }) => ({ from, names: [], whole: as })),
  ]
}

function renamed({ name, as }: ImportRequest): string {
  return name === as ? name : `${name} as ${as}`
}

function importLines(file: SourceFile): readonly string[] {
  return modulesOf(file).map(({ from, names, whole }) => {
    const own = pathOf(file, from)
    const source = own !== undefined ? `$files["${own}"]` : from === runtimeModule ? "$runtime" : `$modules(${JSON.stringify(from)})`
    if (whole !== undefined) return `    const ${whole} = ${source}`
    const pattern = `{ ${names.map(({ name, as }) => (name === as ? name : `${name}: ${as}`)).join(", ")} }`
    return own === undefined ? `    const ${pattern} = ${source}` : `    let ${pattern} = ${source}; $links.push(() => { (${pattern} = ${source}) })`
  })
}

const ownFiles = /^(?:\.\/|\.\.\/)(?:types|schemas|models|secrets|settings|events|policies|tools|agents|humans|workflows\/[^/]+)\.ts$|^\.\/[^/]+\.ts$/

/** The file of the project that an import names; a user's module of the same name lies outside of it. */
function pathOf(file: SourceFile, from: string): string | undefined {
  if (!ownFiles.test(from)) return undefined
  const folder = file.path.startsWith("workflows/") ? "workflows/" : ""
  if (folder === "" && from.startsWith("../")) return undefined
  return from.startsWith("../") ? from.slice(3) : `${folder}${from.slice(2)}`
}

/** As modules are evaluated: what a file imports comes before it, and a circle is cut where it was entered. */
function inLoadOrder(files: readonly SourceFile[]): readonly SourceFile[] {
  const byPath = new Map(files.map((file) => [file.path, file]))
  const sorted: SourceFile[] = []
  const seen = new Set<string>()
  const visit = (path: string): void => {
    if (seen.has(path)) return
    seen.add(path)
    const file = byPath.get(path)
    assert(file !== undefined, `the project has no file ${path}`)
    const needed = modulesOf(file).flatMap(({ from }) => pathOf(file, from) ?? [])
    for (const each of needed.sort()) visit(each)
    sorted.push(file)
  }
  for (const path of [...byPath.keys()].sort()) visit(path)
  return sorted
}
