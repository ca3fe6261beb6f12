// Changes made in the graph as edits of the text: what moves, what goes, and that comments stay.

import { describe, expect, it } from "vitest"
import { applyEdits } from "../../base/text/edit.ts"
import { graphEdit, type GraphChange } from "../../services/graph/edit.ts"
import { graphsOf, type GraphNode } from "../../services/graph.ts"
import { emptyHost } from "../../services/host.ts"
import { createWorkspace } from "../../services/workspace.ts"

const program = `tool first(id: string): string = GET "https://a.test/{id}" {
  reads
  retry 2 times
}
tool second(id: string, many: int): string = GET "https://b.test/{id}" {
  reads
}
workflow Main(id: string): string {
  // what comes in
  let a = first(id)
    timeout 5s // soon
  // and then
  let b = second(a, 2)
  match b {
    "x" => first(b)
    else => {
      second(b, 1)
      first(b)
    }
  }
  return b
}
`

function flat(nodes: readonly GraphNode[]): readonly GraphNode[] {
  return nodes.flatMap((node) => [node, ...flat(node.children)])
}

function changed(id: string, change: GraphChange): string {
  const workspace = createWorkspace(emptyHost)
  workspace.open("/a.agentflow", program, 1)
  const node = flat(graphsOf(workspace, "/a.agentflow")[0]!.nodes).find((each) => each.id === id || (id.endsWith("/") && each.id.startsWith(id)))
  expect(node, `no node ${id}`).toBeDefined()
  const { edits, refused } = graphEdit(workspace, "/a.agentflow", node!.span, change)
  return refused ?? applyEdits(program, edits)
}

const body = (text: string): string => text.slice(text.indexOf("  // what"))

describe("changes of the graph", () => {
  it("moves a step with its comments", () => {
    expect(body(changed("Main/first", { kind: "move", by: 1 })) + changed("Main/first", { kind: "move", by: 1 })).toMatch(/\/\/ and then\n\s+let b = second\(a, 2\)\n\s+\/\/ what comes in\n\s+let a = first\(id\)\n\s+timeout 5s\s+\/\/ soon/)
  })

  it("says why a step can't be moved", () => {
    expect(changed("Main/first", { kind: "move", by: -1 })).toBe("It is the first of its block already.")
    expect(changed("Main/match/\"x\"/", { kind: "move", by: 1 })).toBe("It is the last of its block already.")
  })

  it("deletes a step and keeps every comment", () => {
    const text = changed("Main/first", { kind: "delete" })
    expect(text).not.toContain("let a = first")
    for (const comment of ["// what comes in", "// soon", "// and then"]) expect(text).toContain(comment)
  })

  it("adds a call with values of the parameters' types", () => {
    expect(changed("Main/first", { kind: "add", callable: "second" })).toMatch(/timeout 5s\s+\/\/ soon\n\s+second\(id: "", many: 0\)\n/)
  })

  it("changes a clause at the call, takes one away, adds one", () => {
    expect(changed("Main/first", { kind: "clause", before: "timeout 5s", after: "timeout 9s" })).toMatch(/timeout 9s\s+\/\/ soon/)
    expect(changed("Main/first", { kind: "clause", before: "timeout 5s", after: "" })).not.toContain("timeout")
    expect(changed("Main/second", { kind: "clause", before: "", after: "deadline 1m" })).toMatch(/second\(a, 2\)\n\s+deadline 1m/)
  })

  it("overrules a clause of the declaration at the call", () => {
    const text = changed("Main/first", { kind: "clause", before: "retry 2 times", after: "retry 7 times" })
    expect(text).toContain("retry 2 times")
    expect(text).toMatch(/first\(id\)\n\s+timeout 5s[^\n]*\n\s+retry 7 times|first\(id\)\n\s+retry 7 times/)
  })

  it("refuses what would not be a program", () => {
    expect(changed("Main/first", { kind: "clause", before: "timeout 5s", after: "timeout (" })).toBe("That would not be a program any more.")
  })
})
