// The plan as people read it: one declaration a paragraph, code indented, origins as line numbers left to the JSON.

import type { BranchPlan, EachPlan, ExpressionPlan, PatternPlan, StatementPlan, StepPlan, WaitPlan } from "./code.ts"
import type {
  AgentPlan, ApprovalPlan, CallablePlan, ClausesPlan, FieldPlan, OverBudgetPlan, ParameterPlan, Plan, PolicyPlan, ToolPlan,
  ToolSourcePlan, TriggerPlan, TypePlan, ValueType, WorkflowPlan,
} from "./types.ts"

export function printPlan(plan: Plan): string {
  const paragraphs = [
    [`plan ${plan.name} version ${plan.version}`, ...plan.sources.map((path) => `  source ${path}`)],
    ...plan.types.map(typeRows),
    ...plan.models.map((model) => [
      `model ${model.name} = ${model.provider} ${JSON.stringify(model.id)}`,
      `  price ${model.price.inputNanoDollars} in, ${model.price.outputNanoDollars} out nano-dollars per ${model.price.perTokens} tokens`,
      `  context ${model.contextTokens}  output ${model.outputTokens}`,
    ]),
    ...plan.secrets.map((secret) => [`secret ${secret.name} from ${JSON.stringify(secret.store)} key ${JSON.stringify(secret.key)}`]),
    ...plan.policies.map(({ name, policy }) => [`policy ${name}`, ...indented(policyRows(policy))]),
    ...plan.settings.map((setting) => [
      `setting ${setting.name}: ${typeName(setting.type)}${setting.default === undefined ? "" : ` = ${expression(setting.default)}`}`,
      `  schema ${JSON.stringify(setting.schema)}`,
    ]),
    ...plan.tools.map(toolRows),
    ...plan.agents.map(agentRows),
    ...plan.humans.map((human) => [
      ...callableRows("human", human), `  ask ${expression(human.ask)}`,
      ...(human.choices === undefined ? [] : [`  choices of ${human.choices}`]),
      ...(human.announce === undefined ? [] : [`  announce ${JSON.stringify(human.announce)}`]),
    ]),
    ...plan.workflows.map(workflowRows),
  ]
  return `${paragraphs.map((rows) => rows.join("\n")).join("\n\n")}\n`
}

function toolRows(tool: ToolPlan): readonly string[] {
  return [
    ...callableRows("tool", tool),
    `  ${tool.effect}${tool.idempotent ? " idempotent" : ""}${tool.irreversible === undefined ? "" : ` irreversible ${JSON.stringify(tool.irreversible)}`}`,
    ...(tool.approve === undefined ? [] : [`  approve ${approval(tool.approve)}`]),
    ...indented(sourceRows(tool.source)),
  ]
}

function sourceRows(source: ToolSourcePlan): readonly string[] {
  if (source.kind === "typescript") return [`typescript ${source.exportName} of ${source.module}`]
  return [
    sourceHead(source),
    ...source.headers.map(({ name, value }) => `header ${expression(name)}: ${expression(value)}`),
    ...(source.body === undefined ? [] : [`body ${expression(source.body)}`]),
  ]
}

function sourceHead(source: Exclude<ToolSourcePlan, { readonly kind: "typescript" }>): string {
  switch (source.kind) {
    case "http": return `http ${source.method} ${expression(source.url)}`
    case "mcp": return `mcp ${source.tool} of ${source.server}`
    case "invoke": return `invoke ${source.app} ${source.method} ${expression(source.path)}`
    case "binding": return `binding ${source.binding} ${source.operation}`
    case "state": return `state ${source.store} ${source.operation} ${expression(source.key)}`
    case "publish": return `publish ${source.pubsub} ${JSON.stringify(source.topic)}`
  }
}

function agentRows(agent: AgentPlan): readonly string[] {
  return [
    ...callableRows("agent", agent),
    ...agent.models.map(({ model, on }) => `  model ${model}${on.length === 0 ? "" : ` on ${on.join(", ")}`}`),
    ...(agent.choose === undefined ? [] : [`  choose ${expression(agent.choose.condition)} ? ${agent.choose.then} : ${agent.choose.otherwise}`]),
    ...(agent.instructions === undefined ? [] : [`  instructions ${expression(agent.instructions)}`]),
    `  prompt ${expression(agent.prompt)}`,
    ...(agent.history === undefined ? [] : [`  history ${expression(agent.history)}`]),
    ...(agent.tools.length === 0 ? [] : [`  tools ${agent.tools.join(", ")}`]),
    ...(agent.handoffs.length === 0 ? [] : [`  handoffs ${agent.handoffs.join(", ")}`]),
    ...(agent.memory === undefined ? [] : [`  memory by ${expression(agent.memory.by)}${agent.memory.keep === undefined ? "" : ` keep ${agent.memory.keep}`}`]),
    ...(agent.budget === undefined ? [] : [`  budget ${JSON.stringify(agent.budget)}`]),
    ...(agent.overBudget === undefined ? [] : [`  overBudget ${overBudget(agent.overBudget)}`]),
  ]
}

function workflowRows(workflow: WorkflowPlan): readonly string[] {
  const { concurrency } = workflow
  return [
    `workflow ${workflow.name}(${parameterList(workflow.parameters)}): ${typeName(workflow.result)}`,
    ...(workflow.budget === undefined ? [] : [`  budget ${JSON.stringify(workflow.budget)}`]),
    ...(workflow.overBudget === undefined ? [] : [`  overBudget ${overBudget(workflow.overBudget)}`]),
    ...(workflow.deadlineMs === undefined ? [] : [`  deadline ${workflow.deadlineMs} ms`]),
    ...(workflow.steps === undefined ? [] : [`  steps use ${workflow.steps}`]),
    ...indented(policyRows(workflow.policy)).map((row) => `${row} (where it is called)`),
    ...(workflow.deadLetter === undefined ? [] : [`  dead letter ${JSON.stringify(workflow.deadLetter)}`]),
    ...workflow.triggers.map((trigger) => `  ${triggerRow(trigger)}`),
    ...(concurrency === undefined ? [] : [
      `  concurrency ${concurrency.atMost}${concurrency.by === undefined ? "" : ` by ${expression(concurrency.by)}`}${concurrency.whenFull === undefined ? "" : ` ${concurrency.whenFull}`}`,
    ]),
    ...indented(statementRows(workflow.body)),
  ]
}

function triggerRow(trigger: TriggerPlan): string {
  switch (trigger.on) {
    case "topic": return `on topic ${JSON.stringify(trigger.topic)}`
    case "http": return `on http ${trigger.method} ${JSON.stringify(trigger.path)}`
    case "schedule":
      return `on schedule ${JSON.stringify(trigger.cron)}${trigger.parameters === undefined ? "" : ` with ${expression(trigger.parameters)}`}`
  }
}

function approval({ human, yes, when }: ApprovalPlan): string {
  return `${step(human)} yes ${expression(yes)}${when === undefined ? "" : ` when ${expression(when)}`}`
}

function overBudget(plan: OverBudgetPlan): string {
  switch (plan.kind) {
    case "return": return `return ${expression(plan.value)}`
    case "use": return `use ${plan.model}`
    case "ask": return `ask ${approval(plan.approval)}`
  }
}

function indented(rows: readonly string[]): readonly string[] {
  return rows.map((row) => `  ${row}`)
}

// ---------------------------------------------------------------- declarations

function typeRows(type: TypePlan): readonly string[] {
  const schema = `  schema ${JSON.stringify(type.schema)}`
  switch (type.kind) {
    case "record": case "error": case "event": return [`${type.kind} ${type.name} ${fields(type.fields)}`, schema]
    case "alias": return [`alias ${type.name} = ${typeName(type.type)}`, schema]
    case "taggedUnion": return [`union ${type.name} = ${type.members.join(" | ")}`, schema]
    case "enum": return [`enum ${type.name} { ${type.members.map(({ name }) => name).join(", ")} }`, schema]
  }
}

function fields(list: readonly FieldPlan[]): string {
  return list.length === 0 ? "{}" : `{ ${list.map(({ name, type }) => `${name}: ${typeName(type)}`).join(", ")} }`
}

function parameterList(parameters: readonly ParameterPlan[]): string {
  return parameters.map((each) => `${each.name}: ${typeName(each.type)}${each.default === undefined ? "" : ` = ${expression(each.default)}`}`).join(", ")
}

export function typeName(type: ValueType): string {
  switch (type.kind) {
    case "literal": return JSON.stringify(type.value)
    case "list": return `${typeName(type.element)}[]`
    case "map": return `map<${typeName(type.value)}>`
    case "optional": return `${typeName(type.type)}?`
    case "record": return fields(type.fields)
    case "named": return type.name
    case "union": return type.members.map(typeName).join(" | ")
    case "result": return `Result<${typeName(type.value)}>`
    case "caughtError": return type.errors.length === 0 ? "caught" : `caught ${type.errors.join(", ")}`
    default: return type.kind
  }
}

function callableRows(kind: string, plan: CallablePlan): readonly string[] {
  return [
    `${kind} ${plan.name}(${parameterList(plan.parameters)}): ${typeName(plan.result)}`,
    `  parameters ${JSON.stringify(plan.parametersSchema)}`,
    `  result ${JSON.stringify(plan.resultSchema)}`,
    ...indented(policyRows(plan.policy)),
    ...(plan.undo === undefined ? [] : [`  undo ${step(plan.undo.step)}${plan.undo.needsResult ? " needs the result" : ""}`]),
    ...plan.requirements.map(({ condition, otherwise }) => `  require ${expression(condition)} else ${expression(otherwise)}`),
  ]
}

function policyRows({ clauses, uses, own }: PolicyPlan): readonly string[] {
  const values = Object.entries(clauses as ClausesPlan).map(([kind, value]) => {
    const shown = shownClause(kind as keyof ClausesPlan, clauses) ?? JSON.stringify(value)
    return `${kind} ${shown}${own.includes(kind as keyof ClausesPlan) ? "" : " (used)"}`
  })
  return [...(uses.length === 0 ? [] : [`uses ${uses.join(", ")}`]), ...values]
}

/** Clauses that hold expressions. */
function shownClause(kind: keyof ClausesPlan, { fallback: value, cache, overBudget: otherwise }: ClausesPlan): string | undefined {
  switch (kind) {
    case "fallback": return value && fallback(value)
    case "cache": return cache && `${cache.forMs} ms${cache.by.length === 0 ? "" : ` by ${cache.by.map(expression).join(", ")}`}`
    case "overBudget": return otherwise && overBudget(otherwise)
    default: return undefined
  }
}

function fallback({ on, value }: NonNullable<ClausesPlan["fallback"]>): string {
  return `${expression(value)}${on.length === 0 ? "" : ` on ${on.join(", ")}`}`
}

// ---------------------------------------------------------------- statements

function statementRows(statements: readonly StatementPlan[]): readonly string[] {
  return statements.flatMap(statementRow)
}

function statementRow(plan: StatementPlan): readonly string[] {
  switch (plan.kind) {
    case "let": {
      const head = `${plan.mutable ? "var" : "let"} ${plan.name}: ${typeName(plan.type)}`
      return plan.value === undefined ? [head] : valued(`${head} =`, plan.value)
    }
    case "assign": return valued(`${plan.name} =`, plan.value)
    case "do": return valued("do", plan.value)
    case "return": return plan.value === undefined ? ["return"] : valued("return", plan.value)
    case "fail": return [`fail ${plan.error}${[plan.message, plan.data].map((each) => (each === undefined ? "" : ` ${expression(each)}`)).join("")}`]
    case "log": return [`log ${expression(plan.message)}`]
    case "if": return [
      `if ${expression(plan.condition)}`, ...indented(statementRows(plan.then)),
      ...(plan.otherwise.length === 0 ? [] : ["else", ...indented(statementRows(plan.otherwise))]),
    ]
    case "match": return [
      `match ${expression(plan.subject)}`,
      ...plan.arms.flatMap((arm) => [
        `  ${arm.patterns.map(patternName).join(", ")}${arm.binding === undefined ? "" : ` as ${arm.binding}`} =>`,
        ...indented(indented(statementRows(arm.body))),
      ]),
    ]
    case "try": return [
      "try", ...indented(statementRows(plan.body)),
      ...plan.catches.flatMap((each) => [
        ["catch", ...each.kinds, ...(each.binding === undefined ? [] : ["as", each.binding])].join(" "),
        ...indented(statementRows(each.body)),
      ]),
    ]
    case "finish": return plan.value === undefined ? ["finish"] : valued("finish", plan.value)
    case "parallel": return [`parallel ${JSON.stringify(plan.step)}`, ...plan.branches.flatMap(branchRows)]
    case "loop": return [
      `loop ${JSON.stringify(plan.step)} at most ${plan.times}${plan.while === undefined ? "" : ` while ${expression(plan.while)}`}`,
      ...indented(statementRows(plan.body)),
      ...(plan.until === undefined ? [] : [`until ${expression(plan.until)}`]),
    ]
    case "sleep": return [`sleep ${plan.until ? "until " : ""}${expression(plan.value)}`]
    case "publish": return [`publish ${plan.event} ${expression(plan.value)} to ${expression(plan.topic)}${plan.step === plan.event ? "" : ` as ${JSON.stringify(plan.step)}`}`]
    case "continueAsNew": return [`continue as new (${plan.arguments.map(({ name, value }) => `${name}: ${expression(value)}`).join(", ")})`]
  }
}

function branchRows({ name, used, body }: BranchPlan): readonly string[] {
  return [`  branch ${name}${used ? "" : " (unused)"}`, ...indented(indented(statementRows(body)))]
}

/** The body of what has a scope of its own follows on lines of its own. */
function valued(head: string, value: ExpressionPlan): readonly string[] {
  const first = `${head} ${expression(value)}`
  switch (value.kind) {
    case "each": case "saga": case "within": return [first, ...indented(statementRows(value.body))]
    case "race": return [first, ...value.branches.flatMap(branchRows)]
    default: return [first]
  }
}

function patternName(pattern: PatternPlan): string {
  switch (pattern.kind) {
    case "member": return `${pattern.enum}.${pattern.member}`
    case "literal": return JSON.stringify(pattern.value)
    case "tag": return `kind ${pattern.tag}`
    case "shape": return `a ${pattern.shape}`
    default: return pattern.kind
  }
}

// ---------------------------------------------------------------- expressions

export function expression(plan: ExpressionPlan): string {
  switch (plan.kind) {
    case "literal": return plan.value === null ? "nothing" : JSON.stringify(plan.value)
    case "template": return `[${plan.parts.map((part) => (typeof part === "string" ? JSON.stringify(part) : expression(part))).join(" + ")}]`
    case "list": return `[${plan.items.map(({ spread, value }) => `${spread ? "..." : ""}${expression(value)}`).join(", ")}]`
    case "record": return `{ ${plan.entries.map(({ key, value }) => (key === undefined ? `...${expression(value)}` : `${key}: ${expression(value)}`)).join(", ")} }`
    case "local": return plan.present === undefined ? plan.name : `${plan.name}!`
    case "result": return "result"
    case "enumMember": return `${plan.enum}.${plan.member}`
    case "secretReference": return `secret ${plan.name}`
    case "settingReference": return `setting ${plan.name}`
    case "member": return `${expression(plan.object)}${plan.optional ? "?." : "."}${plan.name}${plan.present === true ? "!" : ""}`
    case "index": return `${expression(plan.object)}[${expression(plan.index)}]`
    case "builtIn": return `${plan.name}${plan.optional === true ? "?" : ""}(${plan.arguments.map(expression).join(", ")})`
    case "lambda": return `(${plan.parameters.join(", ")}) => ${expression(plan.body)}`
    case "unary": return `(${plan.operator} ${expression(plan.operand)})`
    case "binary": return `(${expression(plan.left)} ${plan.operator} ${expression(plan.right)})`
    case "conditional": return `(${expression(plan.condition)} ? ${expression(plan.then)} : ${expression(plan.otherwise)})`
    case "step": return step(plan)
    case "each": return each(plan)
    case "race": return `race ${JSON.stringify(plan.step)}`
    case "saga": return `saga ${JSON.stringify(plan.step)}`
    case "within": return `within ${JSON.stringify(plan.step)}${policyRows(plan.policy).map((row) => ` [${row}]`).join("")}`
    case "wait": return wait(plan)
  }
}

function step(plan: StepPlan): string {
  const values = plan.arguments.map(({ name, value }) => `${name}: ${expression(value)}`).join(", ")
  const policy = plan.policy === undefined ? [] : policyRows(plan.policy)
  const undo = plan.undo === undefined ? [] : [`undo ${step(plan.undo.step)}`]
  const named = plan.step === plan.callable ? "" : ` as ${JSON.stringify(plan.step)}`
  return `step ${plan.callable}(${values})${named}${[...policy, ...undo].map((row) => ` [${row}]`).join("")}`
}

function each(plan: EachPlan): string {
  const names = [plan.variable, ...(plan.index === undefined ? [] : [plan.index])].join(", ")
  const atATime = plan.atATime === undefined ? "" : ` ${expression(plan.atATime)} at a time`
  return `each ${JSON.stringify(plan.step)} ${names} in ${expression(plan.items)}${atATime} failures ${plan.failures}`
}

function wait({ event, step: name, by, timeoutMs }: WaitPlan): string {
  const as = name === event ? "" : ` as ${JSON.stringify(name)}`
  const fits = by === undefined ? "" : ` by ${by.fields.join(", ")}: ${expression(by.condition)}`
  return `wait for ${event}${as}${fits}${timeoutMs === undefined ? "" : ` timeout ${timeoutMs} ms`}`
}
