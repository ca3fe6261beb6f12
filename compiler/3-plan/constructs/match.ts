// match: each pattern as the test that it is, told from the type of the subject.

import { assert } from "../../../base/assert.ts"
import type { Expression, MatchStatement, Pattern, Statement, TypePattern } from "../../../grammar/syntax/nodes.ts"
import type { MatchPlan, PatternPlan, StatementPlan } from "../code.ts"
import { nameOf, originOf, symbolOf } from "../context.ts"
import type { Context } from "../context.ts"
import { lowerExpression, plainTemplate } from "./expression.ts"
import { withClauses } from "./policy.ts"
import type { Sink } from "./statement.ts"

type LowerBlock = (context: Context, statements: readonly Statement[], sink: Sink) => readonly StatementPlan[]

export function lowerMatch(context: Context, node: MatchStatement, sink: Sink, lowerBlock: LowerBlock): MatchPlan {
  return {
    kind: "match",
    origin: originOf(context, node),
    subject: withClauses(context, lowerExpression(context, node.subject), node.clauses),
    arms: node.arms.map((arm) => {
      const binding = arm.patterns.find((pattern): pattern is TypePattern => pattern.kind === "typePattern" && pattern.binding !== undefined)
      return {
        patterns: arm.patterns.map((pattern) => lowerPattern(context, pattern)),
        ...(binding?.binding === undefined ? {} : { binding: binding.binding.text }),
        body: lowerBlock(context, arm.body.statements, sink),
        origin: originOf(context, arm),
      }
    }),
  }
}

function lowerPattern(context: Context, pattern: Pattern): PatternPlan {
  switch (pattern.kind) {
    case "memberPattern": return { kind: "member", enum: nameOf(context, pattern.type), member: pattern.member.text }
    case "literalPattern": return { kind: "literal", value: literalOf(pattern.value) }
    case "typePattern": return lowerTypePattern(context, pattern)
    case "nothingPattern": return { kind: "nothing" }
    case "elsePattern": return { kind: "else" }
  }
}

const shapes: Readonly<Record<string, "string" | "number" | "boolean">> = {
  string: "string", time: "string", int: "number", number: "number", money: "number", duration: "number", bool: "boolean",
}

function lowerTypePattern(context: Context, pattern: TypePattern): PatternPlan {
  const shape = shapes[pattern.type.text]
  if (shape !== undefined) return { kind: "shape", shape }
  const symbol = symbolOf(context, pattern.type)
  const tag = context.tags.get(symbol.id)
  return tag === undefined ? { kind: "shape", shape: "object" } : { kind: "tag", tag }
}

function literalOf(node: Expression): string | number | boolean {
  switch (node.kind) {
    case "number": case "bool": return node.value
    case "money": return node.nanoDollars / 1e9
    case "duration": return node.ms
    case "template": return plainTemplate(node)
    case "parenthesis": return literalOf(node.expression)
    case "unary": return -Number(literalOf(node.operand))
    default: return assertLiteral(node)
  }
}

function assertLiteral(node: Expression): never {
  assert(false, `a pattern that is a ${node.kind}`)
}
