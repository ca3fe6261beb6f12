// Generate test: a workflow with an answer for each callable it reaches; one that succeeds, one with every fault and crash.

import { walk } from "../../grammar/syntax/walk.ts"
import { symbolOf } from "../target.ts"
import type { Program } from "../workspace.ts"
import { callableAt, inFile, insert, type ActionMaker } from "./action.ts"
import { valueOf } from "./values.ts"

export const generateTest: ActionMaker = (context) => {
  const { program, path, text } = context
  const workflow = callableAt(context)
  const id = workflow === undefined ? undefined : program.checked.bound.files.get(path)?.uses.get(workflow.name.id)
  const signature = id === undefined ? undefined : program.checked.signatures.get(id)
  if (workflow?.kind !== "workflow" || id === undefined || signature === undefined) return []
  const given = reached(program, id).map((callee) => {
    const result = program.checked.signatures.get(callee)!.result
    return `  given ${symbolOf(program, callee).name} returns ${valueOf(program, result)}`
  })
  const values = signature.parameters.filter(({ default: value }) => value === undefined).map(({ type }) => valueOf(program, type)).join(", ")
  const run = `  run ${workflow.name.text}(${values})`
  const write = (title: string, name: string, lines: readonly string[]) => ({
    title, kind: "refactor.rewrite" as const,
    edits: inFile(context, [insert(text.trimEnd().length, `\n\ntest "${name}" {\n${lines.join("\n")}\n}`)]),
  })
  return [
    write("Generate a test", `${workflow.name.text} completes`, [...given, run, "  expect completed"]),
    write("Generate a test with all faults", `${workflow.name.text} survives every fault`, [...given, "  fault everywhere", "  crash everywhere", run]),
  ]
}

/** The callables that a run calls itself, workflows looked into; in the order of the source. */
function reached(program: Program, workflow: number): readonly number[] {
  const found = new Set<number>()
  const seen = new Set<number>()
  const visit = (id: number): void => {
    const { node, path } = symbolOf(program, id)
    if (node?.kind !== "workflow" || seen.has(id)) return
    seen.add(id)
    const facts = program.checked.files.get(path)
    for (const statement of node.body) {
      walk(statement, (inside) => {
        const callee = inside.kind === "call" ? facts?.calls.get(inside.id) : undefined
        if (callee === undefined) return
        const { kind } = symbolOf(program, callee)
        if (kind === "workflow") visit(callee)
        else if (program.checked.signatures.get(callee)?.result.kind !== "nothing") found.add(callee)
      })
    }
  }
  visit(workflow)
  return [...found]
}
