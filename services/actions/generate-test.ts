// Generate test: a workflow with an answer for each callable it reaches; one that succeeds, one with every fault and crash.

import type { WorkflowDeclaration } from "../../grammar/syntax/nodes.ts"
import { walk } from "../../grammar/syntax/walk.ts"
import { symbolOf } from "../target.ts"
import type { Program } from "../workspace.ts"
import { callableAt, inFile, insert, type Action, type ActionMaker } from "./action.ts"
import { valueOf } from "./values.ts"

interface Written {
  readonly name: string
  readonly text: string
}

interface WrittenTests {
  readonly plain: Written
  readonly faults: Written
}

/** Tests of a workflow with values made from the types: one that it completes, one under every fault and crash. */
export function testsFor(program: Program, path: string, workflow: WorkflowDeclaration): WrittenTests | undefined {
  const id = program.checked.bound.files.get(path)?.uses.get(workflow.name.id)
  const signature = id === undefined ? undefined : program.checked.signatures.get(id)
  if (id === undefined || signature === undefined) return undefined
  const given = reached(program, id).map((callee) => {
    const result = program.checked.signatures.get(callee)!.result
    return `  given ${symbolOf(program, callee).name} returns ${valueOf(program, result)}`
  })
  const values = signature.parameters.filter(({ default: value }) => value === undefined).map(({ type }) => valueOf(program, type)).join(", ")
  const run = `  run ${workflow.name.text}(${values})`
  const write = (name: string, lines: readonly string[]): Written => ({ name, text: `test "${name}" {\n${lines.join("\n")}\n}` })
  return {
    plain: write(`${workflow.name.text} completes`, [...given, run, "  expect completed"]),
    // What is not given has a value of its type, and a fault may keep a run from ever asking for it.
    faults: write(`${workflow.name.text} survives every fault`, ["  fault everywhere", "  crash everywhere", run]),
  }
}

export const generateTest: ActionMaker = (context) => {
  const { program, path, text } = context
  const workflow = callableAt(context)
  const tests = workflow?.kind === "workflow" ? testsFor(program, path, workflow) : undefined
  if (tests === undefined) return []
  const add = (title: string, written: Written): Action => ({
    title, kind: "refactor.rewrite", edits: inFile(context, [insert(text.trimEnd().length, `\n\n${written.text}`)]),
  })
  return [add("Generate a test", tests.plain), add("Generate a test with all faults", tests.faults)]
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
