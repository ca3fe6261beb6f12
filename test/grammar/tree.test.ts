// Facts about trees that the corpora do not show: values of literals, places, recovered parts, walking.

import { describe, expect, it } from "vitest"
import { parse } from "../../grammar/parse.ts"
import type { Expression, FileNode, Node, Statement, WorkflowDeclaration } from "../../grammar/syntax/nodes.ts"
import { nodeAt } from "../../grammar/syntax/locate.ts"
import { children, walk } from "../../grammar/syntax/walk.ts"

function file(text: string): FileNode {
  return parse({ path: "a.agentflow", text, version: 0 }).value.file
}

function value(text: string): Expression {
  const { value } = (file(`workflow W() {\n  let x = ${text}\n}\n`).items[0] as WorkflowDeclaration).body[0] as Statement & { kind: "let" }
  return value as Expression
}

describe("literals", () => {
  it.each([
    ["20k", 20_000], ["1.5M", 1_500_000], ["1.15k", 1150], ["0.1", 0.1], ["12", 12],
  ])("the number %s is %d", (text, expected) => expect(value(text)).toMatchObject({ kind: "number", value: expected, text }))

  it.each([
    ["$0.50", 500_000_000], ["$2", 2_000_000_000], ["$0.000000001", 1], ["$1.15", 1_150_000_000],
  ])("the amount %s is %d nano-dollars", (text, expected) => expect(value(text)).toMatchObject({ kind: "money", nanoDollars: expected }))

  it.each([
    ["250ms", 250], ["20s", 20_000], ["1h30m", 5_400_000], ["7d", 604_800_000], ["1.5h", 5_400_000],
  ])("the time span %s is %d ms", (text, expected) => expect(value(text)).toMatchObject({ kind: "duration", ms: expected }))

  it.each([
    ['"a\\n\\t\\"\\\\\\{\\}"', 'a\n\t"\\{}'],
    ['"\\u{1F600}\\u0041"', "😀A"],
    ["'raw \\n {x}'", "raw \\n {x}"],
    ['"""\n      a\n        b\n\n      c\n    """', "a\n  b\n\nc"],
    ['"""\r\n      a\r\n      b\r\n    """', "a\nb"],
    ['"""\n      a\\n  b\n    """', "a\n  b"],
    ['"""  one  """', "  one  "],
    ['"""\n    """', undefined],
  ])("the text %s is %j", (text, expected) => {
    const template = value(text)
    expect(template.kind === "template" && template.parts.map((part) => part.kind === "templateText" && part.value)).toEqual(expected === undefined ? [] : [expected])
  })
})

describe("a broken declaration", () => {
  it("keeps its name and what was read", () => {
    const [first, second] = file("agent Reader(sources: Source[], n {\n  model fast\n}\nenum A { a }\n").items
    expect(first).toMatchObject({ kind: "agent", name: { text: "Reader" }, recovered: true, clauses: [{ kind: "modelClause" }] })
    expect(second).toMatchObject({ kind: "enum", name: { text: "A" } })
    expect(second).not.toHaveProperty("recovered")
  })

  it("marks the broken statement and not its workflow", () => {
    const [workflow] = file("workflow W() {\n  let x = = 1\n  f()\n}\n").items as readonly WorkflowDeclaration[]
    expect(workflow).not.toHaveProperty("recovered")
    expect(workflow!.body.map((statement) => [statement.kind, statement.recovered])).toEqual([["let", true], ["callStatement", undefined]])
  })
})

describe("places", () => {
  const text = "workflow W(a: int) {\n  f(a.b)\n}\n"

  it("finds the innermost node and what is around it", () => {
    const { node, ancestors } = nodeAt(file(text), text.indexOf("b)"))
    expect(node).toMatchObject({ kind: "name", text: "b" })
    expect(ancestors.map(({ kind }) => kind)).toEqual(["file", "workflow", "callStatement", "call", "argument", "member"])
  })

  it("finds the word that a cursor stands behind", () => {
    expect(nodeAt(file(text), text.indexOf("b)") + 1).node).toMatchObject({ kind: "name", text: "b" })
  })

  it("walks parents first, in the order of the text, and leaves out what it is told to", () => {
    const seen: string[] = []
    walk(file(text), (node: Node) => {
      seen.push(node.kind)
      return node.kind === "parameter" ? false : undefined
    })
    expect(seen).toEqual(["file", "workflow", "name", "parameter", "callStatement", "call", "nameExpression", "name", "argument", "member", "nameExpression", "name", "name"])
    expect(children(file("")).length).toBe(0)
  })
})
