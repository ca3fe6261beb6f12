// What is wrong with the functions behind TypeScript tools: found by who has TypeScript, shown where the tools stand now.

import { sortDiagnostics, type Diagnostic } from "../base/diagnostics/diagnostic.ts"
import { diagnostic } from "../base/diagnostics/report.ts"
import { applyRules } from "../compiler/2-check/rules.ts"
import type { Plan, ToolPlan } from "../compiler/3-plan/types.ts"
import type { CheckOptions } from "../compiler/2-check/check.ts"

/** What of a tool's function does not fit: a parameter by its index, its result, or the whole; `type` is what the function takes or gives there, in the language's words where it has them. */
export type ToolProblem =
  | { readonly tool: string; readonly kind: "missing" }
  | { readonly tool: string; readonly kind: "differs"; readonly problem: string; readonly parameter?: number; readonly type?: string }
  | { readonly tool: string; readonly kind: "sync" }

export type TypeScriptTool = ToolPlan & { readonly source: Extract<ToolPlan["source"], { readonly kind: "typescript" }> }

export function typeScriptTools(plan: Plan): readonly TypeScriptTool[] {
  return plan.tools.filter((tool): tool is TypeScriptTool => tool.source.kind === "typescript")
}

/** All that a comparison rests on but the modules themselves; where the tools stand is not part of it. */
export function declarationsText(plan: Plan): string {
  const types = plan.types.map(({ origin: _, ...type }) => type)
  return JSON.stringify([types, typeScriptTools(plan).map((tool) => [tool.name, declarationText(tool)])])
}

function declarationText({ parameters, result, source }: TypeScriptTool): string {
  return JSON.stringify([parameters.map(({ name, type }) => [name, type]), result, source])
}

/** One comparison, kept by path of the program. */
export interface ComparedTools {
  readonly problems: readonly ToolProblem[]
  /** By name of the tool, as it was declared then. */
  readonly declared: ReadonlyMap<string, string>
}

export function comparedTools(plan: Plan, problems: readonly ToolProblem[]): ComparedTools {
  return { problems, declared: new Map(typeScriptTools(plan).map((tool) => [tool.name, declarationText(tool)])) }
}

/** Of the tools that are still declared as they were compared. */
export function stillTrue({ problems, declared }: ComparedTools, plan: Plan): readonly ToolProblem[] {
  const now = new Map(typeScriptTools(plan).map((tool) => [tool.name, declarationText(tool)]))
  return problems.filter(({ tool }) => declared.get(tool) === now.get(tool))
}

export function toolDiagnostics(problems: readonly ToolProblem[], plan: Plan, rules: CheckOptions["rules"]): readonly Diagnostic[] {
  const tools = typeScriptTools(plan)
  const found = problems.flatMap((problem): readonly Diagnostic[] => {
    const tool = tools.find(({ name }) => name === problem.tool)
    return tool === undefined ? [] : [diagnosticOf(problem, tool)]
  })
  return sortDiagnostics(applyRules(found, rules, plan.accepts ?? []))
}

function diagnosticOf(problem: ToolProblem, tool: TypeScriptTool): Diagnostic {
  const { module: path, exportName: name } = tool.source
  switch (problem.kind) {
    case "missing":
      return diagnostic("AF2015", tool.origin, { path, name, hint: "." })
    case "sync":
      return diagnostic("AF3041", tool.origin, { name, path })
    case "differs": {
      const parameter = problem.parameter === undefined ? undefined : tool.parameters[problem.parameter]
      const more = { ...(parameter === undefined ? {} : { parameter: parameter.name }), ...(problem.type === undefined ? {} : { type: problem.type }) }
      return diagnostic("AF3040", parameter?.origin ?? tool.origin, { name, path, problem: problem.problem }, { more })
    }
  }
}
