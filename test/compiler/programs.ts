// Checks a program written in a test: one text, or several files with `// file:` lines. Without errors it has a plan.

import type { Diagnostic } from "../../base/diagnostics/diagnostic.ts"
import { bind } from "../../compiler/1-bind/bind.ts"
import { check, type CheckOptions } from "../../compiler/2-check/check.ts"
import type { Checked } from "../../compiler/2-check/types.ts"
import { planChecked } from "../../compiler/index.ts"
import { parseLock } from "../../compiler/versions/lock.ts"
import { parse } from "../../grammar/parse.ts"

export interface CheckedProgram {
  readonly checked: Checked
  /** Of all phases, in order of phase. */
  readonly diagnostics: readonly Diagnostic[]
}

export interface ProgramFile {
  readonly path: string
  readonly text: string
}

/** `// file: a.agentflow` starts a file; text before the first one is main.agentflow. */
export function filesOf(text: string): readonly ProgramFile[] {
  const marker = /^\/\/ file: (\S+)\n/gm
  const starts = [...text.matchAll(marker)]
  if (starts.length === 0) return [{ path: "main.agentflow", text }]
  return starts.map((start, index) => ({
    path: start[1]!,
    text: text.slice(start.index + start[0].length, starts[index + 1]?.index ?? text.length),
  }))
}

/** `// tool modules: ./tools.ts first second; ./other.ts` says what modules export; `none`: that there is none. */
function modulesOf(text: string): NonNullable<CheckOptions["toolModules"]> | undefined {
  const line = /^\/\/ tool modules: (.*)$/m.exec(text)?.[1]
  if (line === undefined) return undefined
  const named = [...text.matchAll(/from "(\.\/[\w/-]+\.ts)"/g)].map((match) => [match[1]!.slice(2), "missing"] as const)
  const known = line === "none" ? [] : line.split(";").map((each) => {
    const [path, ...exports] = each.trim().split(" ")
    return [path!.slice(2), { exports }] as const
  })
  return new Map<string, { readonly exports: readonly string[] } | "missing">([...named, ...known])
}

export function checkProgram(text: string, rules: CheckOptions["rules"] = {}): CheckedProgram {
  const files = filesOf(text)
  const lock = files.find(({ path }) => path === "agentflow.lock")
  const syntaxes = files.filter(({ path }) => path.endsWith(".agentflow")).map((file) => {
    const source = { ...file, version: 1 }
    return { source, syntax: parse(source) }
  })
  const bound = bind(syntaxes.map(({ source, syntax }) => ({ source, file: syntax.value.file })))
  const toolModules = modulesOf(text)
  const checked = check(bound.value, toolModules === undefined ? { rules } : { rules, toolModules })
  const syntaxErrors = syntaxes.flatMap(({ syntax }) => syntax.diagnostics)
  const diagnostics = [...syntaxErrors, ...bound.diagnostics, ...checked.diagnostics]
  // An edit may have taken the name of the only program away.
  const entry = syntaxes[0]?.source.path
  if (entry === undefined) return { checked: checked.value, diagnostics }
  const locked = lock === undefined ? undefined : parseLock(lock.text)?.programs[entry]
  const planned = planChecked({ value: checked.value, diagnostics }, { rules, entry, ...(locked === undefined ? {} : { lock: locked }) })
  return { checked: checked.value, diagnostics: planned.diagnostics }
}
