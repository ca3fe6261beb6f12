// tests.ts: tests as data whose values are functions. Only a simulator reads it, so that it is written as JavaScript alone.

import type { ExpressionPlan } from "../../../3-plan/code.ts"
import type { ExpectationPlan, TestPlan, TestStepPlan } from "../../../3-plan/test-plan.ts"
import { registeredName } from "../../../3-plan/types.ts"
import type { Plan } from "../../../3-plan/types.ts"
import { arrowBody, brackets, expression, object, property } from "../expression.ts"
import type { Doc } from "../layout.ts"
import { quoted } from "../literals.ts"
import type { FileScope } from "../names.ts"
import { codeScope } from "../scope.ts"
import type { CodeScope } from "../scope.ts"
import { constant } from "../structure.ts"
import type { Item } from "../structure.ts"
import { writers } from "./callables.ts"

export function testItems(plan: Plan, file: FileScope): readonly Item[] {
  if (plan.tests.length === 0) return []
  const scope = codeScope(file, new Map(), { writers })
  return [constant("$tests", brackets("[", plan.tests.map((test) => testDoc(scope, plan, test)), "]", { broken: true }))]
}

function testDoc(scope: CodeScope, plan: Plan, { name, origin, steps }: TestPlan): Doc {
  return object([
    `name: ${quoted(name)}`, `origin: ${JSON.stringify(origin)}`,
    ["steps: ", brackets("[", steps.map((step) => stepDoc(scope, plan, step)), "]", { broken: true })],
  ], { broken: true })
}

function stepDoc(scope: CodeScope, plan: Plan, step: TestStepPlan): Doc {
  const common = [`kind: ${quoted(step.kind)}`, `origin: ${JSON.stringify(step.origin)}`]
  switch (step.kind) {
    case "given": {
      const outcomes = step.outcomes.map(({ value, ...rest }) => object([...plain(rest), ...late(scope, "value", value)]))
      return object([...common, `callable: ${quoted(step.callable)}`, ["outcomes: ", brackets("[", outcomes, "]")]])
    }
    case "run": {
      const workflow = plan.workflows.find(({ name }) => name === step.workflow)
      const given = step.arguments.map(({ name, value }) => property(name, expression(scope, value)))
      const parameters: Doc = ["parameters: () => (", object(given), ")"]
      return object([...common, `workflow: ${quoted(workflow === undefined ? step.workflow : registeredName(workflow))}`, parameters])
    }
    case "send": return object([...common, `event: ${quoted(step.event)}`, ...late(scope, "value", step.value)])
    case "advance": return object([...common, `ms: ${step.ms}`])
    case "crash": case "fault": return object([...common, `where: ${JSON.stringify(step.where)}`])
    case "expect": return object([...common, ["expected: ", expectationDoc(scope, step.expected)]])
  }
}

function expectationDoc(scope: CodeScope, expected: ExpectationPlan): Doc {
  switch (expected.kind) {
    case "status": case "called": case "order": case "effect": return JSON.stringify(expected)
    case "amount": {
      const { value, ...rest } = expected
      return object([...plain(rest), ...late(scope, "value", value)])
    }
    case "value":
      return object([
        `kind: "value"`, `operator: ${quoted(expected.operator)}`, ...ofResult(scope, "actual", expected.actual), ...ofResult(scope, "value", expected.value),
      ])
    case "holds": return object([`kind: "holds"`, ...ofResult(scope, "condition", expected.condition)])
    case "calledWith": {
      const values = expected.parameters.map(({ name, value }) => property(name, expression(scope, value)))
      return object([`kind: "calledWith"`, `callable: ${quoted(expected.callable)}`, ["parameters: () => (", object(values), ")"]])
    }
  }
}

function plain(record: object): readonly string[] {
  return Object.entries(record).map(([key, value]) => `${key}: ${JSON.stringify(value)}`)
}

function late(scope: CodeScope, key: string, value: ExpressionPlan | undefined): readonly Doc[] {
  return value === undefined ? [] : [[`${key}: () => `, arrowBody(value, expression(scope, value))]]
}

function ofResult(scope: CodeScope, key: string, value: ExpressionPlan): readonly Doc[] {
  return [[`${key}: (result) => `, arrowBody(value, expression(scope, value))]]
}
