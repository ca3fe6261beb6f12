// What a hover takes: the plan of the program only where it says what a run may cost.

import { describe, expect, it } from "vitest"
import type { Declaration } from "../../grammar/syntax/nodes.ts"
import { hoverAt } from "../../services/hover.ts"
import { emptyHost } from "../../services/host.ts"
import { createWorkspace, type Workspace } from "../../services/workspace.ts"
import { rightPrograms } from "../harness/right-programs.ts"

const main = "/w/main.agentflow"

/** The same workspace, whose programs can't be planned. */
function withoutPlans(workspace: Workspace): Workspace {
  const planned = (): never => {
    throw new Error("a plan was made")
  }
  return {
    ...workspace,
    program(path) {
      const program = workspace.program(path)
      return program === undefined ? undefined : Object.create(program, { plan: { value: planned }, cost: { value: planned } })
    },
  }
}

function nameOf(item: Declaration): number {
  return "name" in item ? item.name.span.start : item.span.start
}

describe("a hover", () => {
  const programs = rightPrograms.map(({ path, text }) => {
    const workspace = createWorkspace(emptyHost)
    workspace.open(main, text, 1)
    return { path, workspace, plan: workspace.program(main)!.plan() }
  }).filter(({ plan }) => plan?.types.some(({ kind }) => kind !== "event") === true)

  it.each(programs)("gives the schemas of the plan without a plan: $path", ({ workspace, plan }) => {
    for (const { kind, origin, schema } of plan!.types) {
      if (kind === "event") continue
      const item = workspace.document(main)!.file.items.find(({ span }) => span.start === origin.span.start)!
      expect(hoverAt(withoutPlans(workspace), main, nameOf(item))?.markdown).toContain(JSON.stringify(schema, null, 2))
    }
  })

  it("asks for the plan where a call costs something", () => {
    const { workspace } = programs.find(({ plan }) => plan!.workflows.length > 0)!
    const at = nameOf(workspace.document(main)!.file.items.find(({ kind }) => kind === "workflow")!)
    expect(() => hoverAt(withoutPlans(workspace), main, at)).toThrow("a plan was made")
    expect(hoverAt(workspace, main, at)?.markdown).toContain("Worst case of a run")
  })
})
