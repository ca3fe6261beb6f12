// A tool: where it runs, and what it does to the world.

import { nearest } from "../../../base/diagnostics/suggest.ts"
import { unreachable } from "../../../base/assert.ts"
import type {
  EffectClause, IrreversibleClause, TemplateExpression, ToolDeclaration, ToolSource, TypeScriptSource,
} from "../../../grammar/syntax/nodes.ts"
import { didYouMean } from "../../1-bind/hints.ts"
import { plainText, resolvePath } from "../../1-bind/imports.ts"
import { report, type CheckExpression, type Env } from "../context.ts"
import { expectType } from "../expect.ts"
import { isWhole } from "../flow/walk.ts"
import { STRING } from "../types/relate.ts"
import { plainOnly } from "./constants.ts"
import type { ClauseSite } from "./site.ts"

export function checkTool(node: ToolDeclaration, env: Env, check: CheckExpression): void {
  const { file } = env
  const says = node.clauses.some(({ kind }) => kind === "effect" || kind === "irreversible")
  if (!says && isWhole(node, file)) report(file, node.name, "AF4007", { name: node.name.text })
  if (node.source !== undefined) checkSource(node, node.source, env, check)
  else if (isWhole(node, file)) {
    const what = "source: write `from \"./tools.ts\"` or `= GET \"https://…\"` after its result"
    report(file, node.name, "AF4006", { kind: "tool", name: node.name.text, what })
  }
}

function checkSource(node: ToolDeclaration, source: ToolSource, env: Env, check: CheckExpression): void {
  const inside: Env = { ...env, secrets: true, settings: true }
  const text = (value: Parameters<CheckExpression>[0]): void => {
    expectType(check(value, inside), STRING, value, inside)
  }
  switch (source.kind) {
    case "typescriptSource":
      return checkModule(node, source, env)
    case "httpSource":
      text(source.url)
      return checkUrl(source, env)
    case "invokeSource":
      plainOnly(source.app, "The app that is invoked", env.file)
      text(source.path)
      return checkPath(source.path, "The path of an invocation", env)
    case "bindingSource":
      plainOnly(source.name, "The name of a binding", env.file)
      plainOnly(source.operation, "The operation of a binding", env.file)
      return
    case "stateSource":
      plainOnly(source.store, "The name of a state store", env.file)
      return text(source.key)
    case "publishSource":
      plainOnly(source.pubsub, "The name of a pub/sub", env.file)
      return plainOnly(source.topic, "A topic", env.file)
    case "mcpSource":
      return
    default:
      return unreachable(source)
  }
}

/** The address must be known up to its path: where a request goes is not for a parameter to say. */
function checkUrl(source: Extract<ToolSource, { readonly kind: "httpSource" }>, env: Env): void {
  const [first] = source.url.parts
  const start = first?.kind === "templateText" ? first.value : ""
  if (source.url.recovered || source.recovered) return
  if (!/^https?:\/\/[^/?#\s]+/.test(start)) {
    report(
      env.file,
      source.url,
      "AF3030",
      { what: "The URL of a tool", expected: "an address that starts with https:// or http:// and a host written out" },
    )
  } else if (source.url.parts.length > 1 && !/^https?:\/\/[^/?#\s]+[/?#]/.test(start)) {
    report(env.file, source.url, "AF3030", { what: "The host of a URL", expected: "written out up to its first /" })
  }
}

/** Where a request goes is known up to the first parameter; a path starts at the root. */
export function checkPath(path: TemplateExpression, what: string, { file }: Env): void {
  const [first] = path.parts
  if (path.recovered || (first?.kind === "templateText" && first.value.startsWith("/"))) return
  report(file, path, "AF3030", { what, expected: "a path that starts with /" })
}

function checkModule(node: ToolDeclaration, source: TypeScriptSource, { file }: Env): void {
  const written = plainText(source.module)
  if (source.module.recovered || source.recovered) return
  if (written === undefined || !/^\.{1,2}\/.*\.ts$/.test(written)) {
    report(file, source.module, "AF3030", { what: "The module of a tool", expected: "a path such as \"./tools.ts\"" })
    return
  }
  const path = resolvePath(file.path, written)
  const module = file.context.options.toolModules?.get(path)
  if (module === undefined) return
  const exported = source.exportName?.text ?? node.name.text
  if (module === "missing") {
    report(file, source.module, "AF2014", { path, name: node.name.text })
  } else if (!module.exports.includes(exported)) {
    const near = nearest(exported, module.exports)
    report(file, source.exportName ?? node.name, "AF2015", { path, name: exported, hint: didYouMean(near) })
  }
}

export function checkEffect(clause: EffectClause | IrreversibleClause, { clauses, env, check }: ClauseSite): void {
  if (clause.kind === "irreversible") {
    expectType(check(clause.why, env), STRING, clause.why, env)
    plainOnly(clause.why, "The reason", env.file)
    const reads = clauses.find((each) => each.kind === "effect" && each.effect === "reads")
    if (reads !== undefined) conflict(clause, "irreversible", "reads", env)
    if (clauses.some(({ kind }) => kind === "compensate")) conflict(clause, "irreversible", "compensate", env)
    return
  }
  if (clause.effect === "reads" && clauses.some(({ kind }) => kind === "compensate")) {
    conflict(clause, "reads", "compensate", env)
  }
}

function conflict(clause: EffectClause | IrreversibleClause, first: string, second: string, env: Env): void {
  const reads = second === "reads" || first === "reads"
  const why = reads ? "what only reads leaves nothing to undo" : "what has an undo is not irreversible"
  report(env.file, clause, "AF4010", { first, second, why })
}
