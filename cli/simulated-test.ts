// A program with a test that nobody wrote: a workflow with values made from its types, under every crash and every declared failure.

import { parse } from "../grammar/parse.ts"
import { nearest } from "../base/diagnostics/suggest.ts"
import { testsFor } from "../services/actions/generate-test.ts"
import { emptyHost } from "../services/host.ts"
import { createWorkspace } from "../services/workspace.ts"
import { Failure } from "./failure.ts"
import type { Program } from "./fs.ts"

export interface SimulatedProgram {
  readonly program: Program
  /** Name of the test that was added. */
  readonly test: string
}

export function withSimulatedTest(program: Program, workflow: string): SimulatedProgram {
  const texts = new Map(program.sources.map(({ path, text }) => [path, text]))
  const workspace = createWorkspace({ ...emptyHost, readText: (path) => texts.get(path) })
  const checked = workspace.program(program.entry)!
  const workflows = checked.documents.get(program.entry)!.file.items.filter((item) => item.kind === "workflow")
  const declared = workflows.find(({ name }) => name.text === workflow)
  const tests = declared === undefined ? undefined : testsFor(checked, program.entry, declared)
  if (tests === undefined) {
    const names = workflows.map(({ name }) => name.text)
    const near = nearest(workflow, names)
    throw new Failure(2, `${program.entry} has no workflow ${workflow}.`, near === undefined ? `Its workflows are ${names.join(", ")}.` : `Did you mean ${near}?`)
  }
  const before = program.parsed.find(({ source }) => source.path === program.entry)!
  const source = { ...before.source, text: `${before.source.text.trimEnd()}\n\n${tests.faults.text}\n` }
  const replaced = { source, ...parse(source) }
  const parsed = program.parsed.map((each) => (each === before ? replaced : each))
  return { program: { ...program, parsed, sources: parsed.map((each) => each.source) }, test: tests.faults.name }
}
