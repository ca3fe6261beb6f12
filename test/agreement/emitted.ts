// Emitted code as modules in memory: a thousand projects are too many for a disk and a module loader.

import { stripTypeScriptTypes } from "node:module"
import { dirname, join } from "node:path/posix"
import { Ajv2020 } from "ajv/dist/2020.js"
import { fullFormats } from "ajv-formats/dist/formats.js"
import type { Plan } from "../../compiler/3-plan/types.ts"
import { emit } from "../../compiler/4-emit/emit.ts"
import type { Workflow } from "../../runtime/contract.ts"
import * as runtime from "../../runtime/index.ts"

type Exports = Record<string, unknown>

/** Each workflow of the program by its declared name, made from the text of the files that a project would have. */
export async function workflowsOf(plan: Plan): Promise<ReadonlyMap<string, Workflow>> {
  const { files } = await emit(plan, { texts: new Map() })
  const texts = new Map(files.filter(({ path }) => path.endsWith(".ts")).map(({ path, text }) => [path, text]))
  const loaded = new Map<string, Exports>([["@agentflow/runtime", { ...runtime, defineSchema }]])
  const load = (path: string): Exports => {
    const known = loaded.get(path)
    if (known !== undefined) return known
    const exports: Exports = {}
    loaded.set(path, exports)
    const text = texts.get(path)
    if (text !== undefined) run(text, exports, (specifier) => () => load(specifier.startsWith(".") ? join(dirname(path), specifier) : specifier))
    return exports
  }
  const found = new Map<string, Workflow>()
  for (const path of texts.keys()) {
    if (!path.startsWith("workflows/")) continue
    for (const value of Object.values(load(path)) as readonly Workflow[]) found.set(value.workflowName.split("@")[0]!, value)
  }
  return found
}

const ajv = new Ajv2020({ strict: false, allErrors: true, formats: { ...fullFormats, uint: true } })

/** Checks as the project's own validators do, compiled when first asked. */
function defineSchema(json: runtime.JsonSchema): runtime.Schema<unknown> {
  const validate: runtime.Validator = (data) => {
    const check = ajv.compile(json as object)
    const isValid = check(data)
    validate.errors = check.errors ?? null
    return isValid
  }
  return runtime.defineSchema(json, validate)
}

/** What a module imports is read through a scope of getters, so that modules may import each other in a circle. */
function run(text: string, exports: Exports, module: (specifier: string) => () => Exports): void {
  const scope: Exports = {}
  const imported = /^import (?:\* as (\w+)|\{([^}]*)\}) from "([^"]+)"$/gm
  const javascript = stripTypeScriptTypes(text)
  for (const [, whole, names = "", specifier] of javascript.matchAll(imported)) {
    const source = module(specifier!)
    if (whole !== undefined) Object.defineProperty(scope, whole, { get: source })
    for (const name of names.split(",").map((each) => each.trim()).filter((each) => each !== "")) {
      const [original, local = original] = name.split(" as ")
      Object.defineProperty(scope, local!, { get: () => source()[original!] })
    }
  }
  const body = javascript.replace(/^import .*?from "[^"]+"$/gms, "").replace(/^export const (\S+)/gm, "const $1 = exports.$1")
    .replace(/^export (function\*? (\w+))/gm, "exports.$2 = $2; $1")
  // eslint-disable-next-line no-new-func
  new Function("scope", "exports", `with (scope) {\n${body}\n}`)(scope, exports)
}
