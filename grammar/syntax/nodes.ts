// The syntax tree: closed sums of readonly nodes, one file's text and nothing more (no names resolved, no types).

import type { Span } from "../../base/text/span.ts"

/** Unique within a file, in order of allocation; facts about a node live in maps keyed by it. */
export type NodeId = number

export interface NodeBase {
  readonly id: NodeId
  readonly span: Span
  /** Set on a node that the parser repaired: no semantic error is reported on it. */
  readonly recovered?: true
}

/** An identifier as written. A missing one is recovered with text "". */
export interface Name extends NodeBase {
  readonly kind: "name"
  readonly text: string
}

export interface FileNode extends NodeBase {
  readonly kind: "file"
  readonly items: readonly Declaration[]
}

// ---------------------------------------------------------------- declarations

export type Declaration =
  | ImportDeclaration
  | TypeDeclaration
  | EnumDeclaration
  | ErrorDeclaration
  | EventDeclaration
  | ModelDeclaration
  | SecretDeclaration
  | SettingDeclaration
  | PolicyDeclaration
  | ToolDeclaration
  | AgentDeclaration
  | HumanDeclaration
  | WorkflowDeclaration
  | TestDeclaration

/** `doc` is the text of the `///` lines before the declaration, joined by newlines, without the slashes. */
export interface DeclarationBase extends NodeBase {
  readonly doc?: string
}

/** import { Source, fetchSource as get } from "./sources.agentflow" */
export interface ImportDeclaration extends DeclarationBase {
  readonly kind: "import"
  readonly names: readonly ImportedName[]
  readonly from: TemplateExpression
}

export interface ImportedName extends NodeBase {
  readonly kind: "importedName"
  readonly name: Name
  readonly alias?: Name
}

/** type Source { … }  or  type Shape = Circle | Square */
export interface TypeDeclaration extends DeclarationBase {
  readonly kind: "type"
  readonly name: Name
  readonly type: TypeNode
}

/** enum Verdict { publish, revise, reject } */
export interface EnumDeclaration extends DeclarationBase {
  readonly kind: "enum"
  readonly name: Name
  readonly members: readonly EnumMember[]
}

export interface EnumMember extends DeclarationBase {
  readonly kind: "enumMember"
  readonly name: Name
}

/** error OutOfStock { sku: string } */
export interface ErrorDeclaration extends DeclarationBase {
  readonly kind: "error"
  readonly name: Name
  readonly fields?: RecordTypeNode
}

/** event Paid { orderId: string } */
export interface EventDeclaration extends DeclarationBase {
  readonly kind: "event"
  readonly name: Name
  readonly fields?: RecordTypeNode
}

/** model fast = openai("gpt-4o-mini") { price $0.15 in, $0.60 out per 1M tokens  context 128k  output 16k } */
export interface ModelDeclaration extends DeclarationBase {
  readonly kind: "model"
  readonly name: Name
  readonly provider: Name
  readonly arguments: readonly Expression[]
  readonly clauses: readonly Clause[]
}

/** secret slackToken from "vault" key "slack-bot" */
export interface SecretDeclaration extends DeclarationBase {
  readonly kind: "secret"
  readonly name: Name
  readonly store: TemplateExpression
  readonly key?: TemplateExpression
}

/** setting channel: string = "#market" */
export interface SettingDeclaration extends DeclarationBase {
  readonly kind: "setting"
  readonly name: Name
  readonly type: TypeNode
  readonly value?: Expression
}

/** policy web { clauses } */
export interface PolicyDeclaration extends DeclarationBase {
  readonly kind: "policy"
  readonly name: Name
  readonly clauses: readonly Clause[]
}

export interface Parameter extends DeclarationBase {
  readonly kind: "parameter"
  readonly name: Name
  readonly type: TypeNode
  readonly value?: Expression
}

export interface ToolDeclaration extends DeclarationBase {
  readonly kind: "tool"
  readonly name: Name
  readonly parameters: readonly Parameter[]
  readonly result?: TypeNode
  readonly source?: ToolSource
  readonly clauses: readonly Clause[]
}

export type ToolSource =
  | TypeScriptSource
  | HttpSource
  | InvokeSource
  | BindingSource
  | StateSource
  | PublishSource
  | McpSource

/** from "./tools.ts"  (`exportName` when written as  from "./tools.ts" export fetchIt) */
export interface TypeScriptSource extends NodeBase {
  readonly kind: "typescriptSource"
  readonly module: TemplateExpression
  readonly exportName?: Name
}

/** = POST "https://…{id}" */
export interface HttpSource extends NodeBase {
  readonly kind: "httpSource"
  readonly method: string
  readonly url: TemplateExpression
}

/** = invoke "app" POST "/path" */
export interface InvokeSource extends NodeBase {
  readonly kind: "invokeSource"
  readonly app: TemplateExpression
  readonly method: string
  readonly path: TemplateExpression
}

/** = binding "smtp" "create" */
export interface BindingSource extends NodeBase {
  readonly kind: "bindingSource"
  readonly name: TemplateExpression
  readonly operation: TemplateExpression
}

/** = state "store" get "key"   (operation: get | set | delete) */
export interface StateSource extends NodeBase {
  readonly kind: "stateSource"
  readonly store: TemplateExpression
  readonly operation: Name
  readonly key: TemplateExpression
}

/** = publish "pubsub" "topic" */
export interface PublishSource extends NodeBase {
  readonly kind: "publishSource"
  readonly pubsub: TemplateExpression
  readonly topic: TemplateExpression
}

/** = mcp github.search */
export interface McpSource extends NodeBase {
  readonly kind: "mcpSource"
  readonly server: Name
  readonly tool: Name
}

export interface AgentDeclaration extends DeclarationBase {
  readonly kind: "agent"
  readonly name: Name
  readonly parameters: readonly Parameter[]
  readonly result?: TypeNode
  readonly clauses: readonly Clause[]
}

export interface HumanDeclaration extends DeclarationBase {
  readonly kind: "human"
  readonly name: Name
  readonly parameters: readonly Parameter[]
  readonly result?: TypeNode
  readonly clauses: readonly Clause[]
}

export interface WorkflowDeclaration extends DeclarationBase {
  readonly kind: "workflow"
  readonly name: Name
  readonly parameters: readonly Parameter[]
  readonly result?: TypeNode
  readonly clauses: readonly Clause[]
  readonly body: readonly Statement[]
}

/** test "publishes even when Notion is down" { … } */
export interface TestDeclaration extends DeclarationBase {
  readonly kind: "test"
  readonly name: TemplateExpression
  readonly steps: readonly TestStep[]
}

// ---------------------------------------------------------------- types

export type TypeNode =
  | NamedTypeNode
  | ArrayTypeNode
  | MapTypeNode
  | OptionalTypeNode
  | RecordTypeNode
  | UnionTypeNode
  | LiteralTypeNode

/** Built-in (`string int number bool time duration money json message nothing`) or declared. */
export interface NamedTypeNode extends NodeBase {
  readonly kind: "namedType"
  readonly name: Name
  readonly constraints: readonly Constraint[]
}

export interface ArrayTypeNode extends NodeBase {
  readonly kind: "arrayType"
  readonly element: TypeNode
  readonly constraints: readonly Constraint[]
}

/** map<T> */
export interface MapTypeNode extends NodeBase {
  readonly kind: "mapType"
  readonly value: TypeNode
  readonly constraints: readonly Constraint[]
}

/** T? */
export interface OptionalTypeNode extends NodeBase {
  readonly kind: "optionalType"
  readonly type: TypeNode
}

export interface RecordTypeNode extends NodeBase {
  readonly kind: "recordType"
  readonly fields: readonly Field[]
}

/** url: string @format("uri") */
export interface Field extends DeclarationBase {
  readonly kind: "field"
  readonly name: Name
  readonly type: TypeNode
}

export interface UnionTypeNode extends NodeBase {
  readonly kind: "unionType"
  readonly members: readonly TypeNode[]
}

/** "a" | 1 | true as a type */
export interface LiteralTypeNode extends NodeBase {
  readonly kind: "literalType"
  readonly value: Expression
}

/** @format("uri")  @min(0)  @maxLength(80)  @maxItems(5)  @pattern('…') … */
export interface Constraint extends NodeBase {
  readonly kind: "constraint"
  readonly name: Name
  readonly arguments: readonly Expression[]
}

// ---------------------------------------------------------------- clauses

export type Clause =
  | RetryClause
  | TimeoutClause
  | DeadlineClause
  | CircuitClause
  | LimitClause
  | CacheClause
  | BudgetClause
  | FallbackClause
  | CompensateClause
  | ManualClause
  | UseClause
  | StepsUseClause
  | EffectClause
  | IrreversibleClause
  | IdempotentClause
  | AcceptClause
  | HeaderClause
  | BodyClause
  | FailsClause
  | RequireClause
  | ApproveClause
  | ModelClause
  | TextClause
  | HistoryClause
  | ToolsClause
  | HandoffsClause
  | MemoryClause
  | AnnounceClause
  | OnScheduleClause
  | OnTopicClause
  | OnHttpClause
  | DeadLetterClause
  | ConcurrencyClause
  | PriceClause
  | SizeClause

/** retry 3 times on rate_limited, unavailable backoff 1s to 30s factor 2 jitter   |   retry never */
export interface RetryClause extends NodeBase {
  readonly kind: "retry"
  readonly never: boolean
  readonly times?: Expression
  readonly on: readonly Name[]
  readonly backoff?: { readonly first: Expression; readonly max?: Expression }
  readonly factor?: Expression
  readonly jitter: boolean
}

/** timeout 20s */
export interface TimeoutClause extends NodeBase {
  readonly kind: "timeout"
  readonly duration: Expression
}

/** deadline 5m */
export interface DeadlineClause extends NodeBase {
  readonly kind: "deadline"
  readonly duration: Expression
}

/** circuit opens after 5 failures in 1m, retries after 30s */
export interface CircuitClause extends NodeBase {
  readonly kind: "circuit"
  readonly failures: Expression
  readonly window: Expression
  readonly retryAfter: Expression
}

/** limit 10 per 1m, 3 at once */
export interface LimitClause extends NodeBase {
  readonly kind: "limit"
  readonly rate?: { readonly count: Expression; readonly per: Expression }
  readonly atOnce?: Expression
}

/** cache 1h by url */
export interface CacheClause extends NodeBase {
  readonly kind: "cache"
  readonly duration: Expression
  readonly by: readonly Expression[]
}

/** budget 20k tokens, $0.05, 6 turns, 10 calls else return nothing */
export interface BudgetClause extends NodeBase {
  readonly kind: "budget"
  readonly amounts: readonly BudgetAmount[]
  readonly otherwise?: BudgetElse
}

/** `unit` is "dollars" for a bare money literal. */
export interface BudgetAmount extends NodeBase {
  readonly kind: "budgetAmount"
  readonly amount: Expression
  readonly unit: "tokens" | "dollars" | "turns" | "calls"
}

export interface BudgetElse extends NodeBase {
  readonly kind: "budgetElse"
  readonly action: "fail" | "return" | "use" | "ask"
  /** The value of `return E`, the model of `use M` (a name), the call of `ask HUMAN(…)`. */
  readonly value?: Expression
}

/** fallback cachedSource(url) on unavailable, circuit_open */
export interface FallbackClause extends NodeBase {
  readonly kind: "fallback"
  readonly value: Expression
  readonly on: readonly Name[]
}

/** compensate deleteFromSlack(channel, result.ts) */
export interface CompensateClause extends NodeBase {
  readonly kind: "compensate"
  readonly call: Expression
}

/** manual by "ops" within 24h */
export interface ManualClause extends NodeBase {
  readonly kind: "manual"
  readonly by: TemplateExpression
  readonly within?: Expression
}

/** use web */
export interface UseClause extends NodeBase {
  readonly kind: "use"
  readonly policy: Name
}

/** steps use web */
export interface StepsUseClause extends NodeBase {
  readonly kind: "stepsUse"
  readonly policy: Name
}

/** reads | writes */
export interface EffectClause extends NodeBase {
  readonly kind: "effect"
  readonly effect: "reads" | "writes"
}

/** irreversible "why"  (implies writes) */
export interface IrreversibleClause extends NodeBase {
  readonly kind: "irreversible"
  readonly why: TemplateExpression
}

export interface IdempotentClause extends NodeBase {
  readonly kind: "idempotent"
}

/** accept AF4002 "why": suppresses one rule, with a reason */
export interface AcceptClause extends NodeBase {
  readonly kind: "accept"
  readonly rule?: Name
  readonly why: TemplateExpression
}

/** header "Authorization": "Bearer {slackToken}" */
export interface HeaderClause extends NodeBase {
  readonly kind: "header"
  readonly name: TemplateExpression
  readonly value: Expression
}

/** body { channel, text } */
export interface BodyClause extends NodeBase {
  readonly kind: "body"
  readonly value: Expression
}

/** fails NotFound, OutOfStock */
export interface FailsClause extends NodeBase {
  readonly kind: "fails"
  readonly errors: readonly Name[]
}

/** require result.length <= 15 else "at most 15 sources" */
export interface RequireClause extends NodeBase {
  readonly kind: "require"
  readonly condition: Expression
  readonly otherwise: Expression
}

/** approve by HUMAN(args) when EXPR */
export interface ApproveClause extends NodeBase {
  readonly kind: "approve"
  readonly by: Expression
  readonly when?: Expression
}

/** model fast  |  model fast when E else strong  |  model fast then strong on invalid_output, refused */
export interface ModelClause extends NodeBase {
  readonly kind: "modelClause"
  readonly model: Name
  readonly when?: { readonly condition: Expression; readonly otherwise: Name }
  readonly then: readonly { readonly model: Name; readonly on: readonly Name[] }[]
}

/** instructions "…"  |  prompt "…"  |  ask "…" */
export interface TextClause extends NodeBase {
  readonly kind: "text"
  readonly role: "instructions" | "prompt" | "ask"
  readonly value: Expression
}

/** history E */
export interface HistoryClause extends NodeBase {
  readonly kind: "history"
  readonly value: Expression
}

/** tools search, Reader */
export interface ToolsClause extends NodeBase {
  readonly kind: "tools"
  readonly names: readonly Name[]
}

/** handoffs Billing, Refunds */
export interface HandoffsClause extends NodeBase {
  readonly kind: "handoffs"
  readonly names: readonly Name[]
}

/** memory by KEY keep N */
export interface MemoryClause extends NodeBase {
  readonly kind: "memory"
  readonly by: Expression
  readonly keep?: Expression
}

/** announce topic "approvals" */
export interface AnnounceClause extends NodeBase {
  readonly kind: "announce"
  readonly topic: TemplateExpression
}

/** on schedule "0 7 * * 1-5" with { topic: "…" } */
export interface OnScheduleClause extends NodeBase {
  readonly kind: "onSchedule"
  readonly cron: TemplateExpression
  readonly input?: Expression
}

/** on topic "briefs.requested" */
export interface OnTopicClause extends NodeBase {
  readonly kind: "onTopic"
  readonly topic: TemplateExpression
}

/** on http POST "/briefs" */
export interface OnHttpClause extends NodeBase {
  readonly kind: "onHttp"
  readonly method: string
  readonly path: TemplateExpression
}

/** dead letter "briefs.failed" */
export interface DeadLetterClause extends NodeBase {
  readonly kind: "deadLetter"
  readonly topic: TemplateExpression
}

/** concurrency 5 by topic queue | drop | join */
export interface ConcurrencyClause extends NodeBase {
  readonly kind: "concurrency"
  readonly limit: Expression
  readonly by?: Expression
  readonly overflow?: "queue" | "drop" | "join"
}

/** price $0.15 in, $0.60 out per 1M tokens */
export interface PriceClause extends NodeBase {
  readonly kind: "price"
  readonly input: Expression
  readonly output: Expression
  readonly per: Expression
}

/** context 128k  |  output 16k */
export interface SizeClause extends NodeBase {
  readonly kind: "size"
  readonly what: "context" | "output"
  readonly tokens: Expression
}

// ---------------------------------------------------------------- statements

export type Statement =
  | LetStatement
  | AssignStatement
  | CallStatement
  | ReturnStatement
  | FailStatement
  | LogStatement
  | IfStatement
  | MatchStatement
  | ForStatement
  | RepeatStatement
  | WhileStatement
  | ParallelStatement
  | RaceStatement
  | TryStatement
  | WithinStatement
  | SagaStatement
  | WaitStatement
  | SleepStatement
  | PublishStatement
  | ContinueStatement
  | ValueStatement

/** A right-hand side: a call with clauses, a block form, or a plain expression. */
export type RightHandSide = Expression | BlockForm

/** Block forms give a value when they stand as a whole right-hand side. */
export type BlockForm =
  | IfStatement
  | MatchStatement
  | ForStatement
  | RepeatStatement
  | WhileStatement
  | ParallelStatement
  | RaceStatement
  | TryStatement
  | WithinStatement
  | SagaStatement
  | WaitStatement
  | DoBlock

/** b = do { … } */
export interface DoBlock extends NodeBase {
  readonly kind: "do"
  readonly body: Block
}

export interface Block extends NodeBase {
  readonly kind: "block"
  readonly statements: readonly Statement[]
}

/** let x: T = …   |   var x = … ;  clauses follow a call */
export interface LetStatement extends NodeBase {
  readonly kind: "let"
  readonly mutable: boolean
  readonly name: Name
  readonly type?: TypeNode
  readonly value: RightHandSide
  readonly clauses: readonly Clause[]
}

export interface AssignStatement extends NodeBase {
  readonly kind: "assign"
  readonly name: Name
  readonly value: RightHandSide
  readonly clauses: readonly Clause[]
}

/** A call that is a whole statement, with its clauses. As the last of a value block it is the block's value. */
export interface CallStatement extends NodeBase {
  readonly kind: "callStatement"
  readonly call: Expression
  readonly clauses: readonly Clause[]
}

export interface ReturnStatement extends NodeBase {
  readonly kind: "return"
  readonly value?: RightHandSide
  readonly clauses: readonly Clause[]
}

/** fail OutOfStock("why", { sku: s })   |   fail (re-raises inside catch is not a form: name the error) */
export interface FailStatement extends NodeBase {
  readonly kind: "fail"
  readonly error: Name
  readonly message?: Expression
  readonly data?: Expression
}

export interface LogStatement extends NodeBase {
  readonly kind: "log"
  readonly message: Expression
}

export interface IfStatement extends NodeBase {
  readonly kind: "if"
  readonly condition: Expression
  readonly then: Block
  readonly otherwise?: Block | IfStatement
}

export interface MatchStatement extends NodeBase {
  readonly kind: "match"
  readonly subject: Expression
  readonly clauses: readonly Clause[]
  readonly arms: readonly MatchArm[]
}

/** Pattern => statement | { … } */
export interface MatchArm extends NodeBase {
  readonly kind: "arm"
  readonly patterns: readonly Pattern[]
  readonly body: Block
  /** True when written without braces: one statement or expression. */
  readonly bare: boolean
}

export type Pattern = TypePattern | MemberPattern | LiteralPattern | NothingPattern | ElsePattern

/** Circle c  |  Circle  (also an enum-less name: an error kind in a result's match) */
export interface TypePattern extends NodeBase {
  readonly kind: "typePattern"
  readonly type: Name
  readonly binding?: Name
}

/** Verdict.publish */
export interface MemberPattern extends NodeBase {
  readonly kind: "memberPattern"
  readonly type: Name
  readonly member: Name
}

export interface LiteralPattern extends NodeBase {
  readonly kind: "literalPattern"
  readonly value: Expression
}

export interface NothingPattern extends NodeBase {
  readonly kind: "nothingPattern"
}

export interface ElsePattern extends NodeBase {
  readonly kind: "elsePattern"
}

/** for x, i in xs, 5 at a time, skip failures { … } */
export interface ForStatement extends NodeBase {
  readonly kind: "for"
  readonly variable: Name
  readonly index?: Name
  readonly items: Expression
  readonly atATime?: Expression
  readonly failures: "stop" | "skip" | "collect"
  readonly body: Block
}

/** repeat up to 5 times { … } until cond */
export interface RepeatStatement extends NodeBase {
  readonly kind: "repeat"
  readonly times: Expression
  readonly body: Block
  readonly until?: Expression
}

/** while cond up to 100 times { … } */
export interface WhileStatement extends NodeBase {
  readonly kind: "while"
  readonly condition: Expression
  readonly times?: Expression
  readonly body: Block
}

/** parallel { a = f()  b = do { … } } */
export interface ParallelStatement extends NodeBase {
  readonly kind: "parallel"
  readonly branches: readonly Branch[]
}

export interface RaceStatement extends NodeBase {
  readonly kind: "race"
  readonly branches: readonly Branch[]
}

export interface Branch extends NodeBase {
  readonly kind: "branch"
  readonly name: Name
  readonly value: RightHandSide
  readonly clauses: readonly Clause[]
}

export interface TryStatement extends NodeBase {
  readonly kind: "try"
  readonly body: Block
  readonly catches: readonly CatchClause[]
}

/** catch rate_limited, timeout as e { }   |   catch e { }  (`kinds` empty: any error) */
export interface CatchClause extends NodeBase {
  readonly kind: "catch"
  readonly kinds: readonly Name[]
  readonly binding?: Name
  readonly body: Block
}

/** within CLAUSE… { … } */
export interface WithinStatement extends NodeBase {
  readonly kind: "within"
  readonly clauses: readonly Clause[]
  readonly body: Block
}

export interface SagaStatement extends NodeBase {
  readonly kind: "saga"
  readonly body: Block
}

/** wait for Paid by orderId == order.id timeout 2d */
export interface WaitStatement extends NodeBase {
  readonly kind: "wait"
  readonly event: Name
  readonly by?: Expression
  readonly timeout?: Expression
}

/** sleep 5m  |  sleep until t */
export interface SleepStatement extends NodeBase {
  readonly kind: "sleep"
  readonly duration?: Expression
  readonly until?: Expression
}

/** publish E to "topic" */
export interface PublishStatement extends NodeBase {
  readonly kind: "publish"
  readonly value: Expression
  readonly topic: TemplateExpression
}

/** continue as new (args) */
export interface ContinueStatement extends NodeBase {
  readonly kind: "continueAsNew"
  readonly arguments: readonly Argument[]
}

/** An expression that is the last of a value block: the block's value. Elsewhere the checker refuses it. */
export interface ValueStatement extends NodeBase {
  readonly kind: "value"
  readonly value: Expression
}

// ---------------------------------------------------------------- expressions

export type Expression =
  | NameExpression
  | NumberExpression
  | MoneyExpression
  | DurationExpression
  | BoolExpression
  | NothingExpression
  | TemplateExpression
  | ListExpression
  | RecordExpression
  | MemberExpression
  | IndexExpression
  | CallExpression
  | LambdaExpression
  | UnaryExpression
  | BinaryExpression
  | ConditionalExpression
  | ParenthesisExpression
  | MissingExpression

export interface NameExpression extends NodeBase {
  readonly kind: "nameExpression"
  readonly name: Name
}

/** 12, 20k, 1.5M: `value` has the unit applied; `integer` when it has no fraction part. */
export interface NumberExpression extends NodeBase {
  readonly kind: "number"
  readonly value: number
  readonly text: string
}

/** $0.50 in nano-dollars (1e-9 $) */
export interface MoneyExpression extends NodeBase {
  readonly kind: "money"
  readonly nanoDollars: number
  readonly text: string
}

/** 250ms, 20s, 1h30m, 7d in milliseconds */
export interface DurationExpression extends NodeBase {
  readonly kind: "duration"
  readonly ms: number
  readonly text: string
}

export interface BoolExpression extends NodeBase {
  readonly kind: "bool"
  readonly value: boolean
}

export interface NothingExpression extends NodeBase {
  readonly kind: "nothing"
}

/** Any string literal: "…", """…""" or '…'; without interpolation it has one text part (or none when empty). */
export interface TemplateExpression extends NodeBase {
  readonly kind: "template"
  readonly quote: "double" | "block" | "raw"
  readonly parts: readonly TemplatePart[]
}

export type TemplatePart = TemplateText | TemplateHole

/** `value` is the text with escapes resolved and, in a block, the common indentation removed. */
export interface TemplateText extends NodeBase {
  readonly kind: "templateText"
  readonly value: string
}

export interface TemplateHole extends NodeBase {
  readonly kind: "templateHole"
  readonly expression: Expression
}

export interface ListExpression extends NodeBase {
  readonly kind: "list"
  readonly items: readonly (Expression | SpreadElement)[]
}

export interface SpreadElement extends NodeBase {
  readonly kind: "spread"
  readonly value: Expression
}

/** { a: 1, b, ...rest } */
export interface RecordExpression extends NodeBase {
  readonly kind: "record"
  readonly entries: readonly (RecordEntry | SpreadElement)[]
}

/** `value` absent: shorthand `{ name }`. `key` is quoted when written as a string. */
export interface RecordEntry extends NodeBase {
  readonly kind: "entry"
  readonly key: Name
  readonly value?: Expression
}

export interface MemberExpression extends NodeBase {
  readonly kind: "member"
  readonly object: Expression
  readonly optional: boolean
  readonly name: Name
}

export interface IndexExpression extends NodeBase {
  readonly kind: "index"
  readonly object: Expression
  readonly index: Expression
}

/** f(a, b)  |  f(name: value)  |  xs.map(x => …) */
export interface CallExpression extends NodeBase {
  readonly kind: "call"
  readonly callee: Expression
  readonly arguments: readonly Argument[]
}

export interface Argument extends NodeBase {
  readonly kind: "argument"
  readonly name?: Name
  readonly value: Expression
}

/** x => E  |  (a, b) => E */
export interface LambdaExpression extends NodeBase {
  readonly kind: "lambda"
  readonly parameters: readonly Name[]
  readonly body: Expression
}

export interface UnaryExpression extends NodeBase {
  readonly kind: "unary"
  readonly operator: "not" | "-"
  readonly operand: Expression
}

export type BinaryOperator =
  | "or" | "and" | "??" | "==" | "!=" | "<" | "<=" | ">" | ">=" | "+" | "-" | "*" | "/" | "%"

export interface BinaryExpression extends NodeBase {
  readonly kind: "binary"
  readonly operator: BinaryOperator
  readonly left: Expression
  readonly right: Expression
}

export interface ConditionalExpression extends NodeBase {
  readonly kind: "conditional"
  readonly condition: Expression
  readonly then: Expression
  readonly otherwise: Expression
}

export interface ParenthesisExpression extends NodeBase {
  readonly kind: "parenthesis"
  readonly expression: Expression
}

/** Stands where the parser expected an expression and found none. */
export interface MissingExpression extends NodeBase {
  readonly kind: "missing"
}

// ---------------------------------------------------------------- tests

export type TestStep =
  | GivenStep
  | RunStep
  | SendStep
  | AdvanceStep
  | CrashStep
  | FaultStep
  | ExpectStep

/** given fetchSource fails rate_limited 2 times, then returns { … } */
export interface GivenStep extends NodeBase {
  readonly kind: "given"
  readonly callable: Name
  readonly outcomes: readonly GivenOutcome[]
}

export interface GivenOutcome extends NodeBase {
  readonly kind: "outcome"
  readonly action: "returns" | "fails" | "takes" | "answers"
  /** Value of returns/answers, duration of takes. */
  readonly value?: Expression
  /** Error kind of fails. */
  readonly error?: Name
  readonly times?: Expression
  readonly always: boolean
  /** returns E takes 5s */
  readonly takes?: Expression
  /** returns E costs $x */
  readonly costs?: Expression
  /** fails rate_limited retry after 2s */
  readonly retryAfter?: Expression
}

/** run DailyBrief("AI chips") */
export interface RunStep extends NodeBase {
  readonly kind: "run"
  readonly call: Expression
}

/** send event Paid { orderId: "1" } */
export interface SendStep extends NodeBase {
  readonly kind: "send"
  readonly event: Name
  readonly value?: Expression
}

/** advance 2d */
export interface AdvanceStep extends NodeBase {
  readonly kind: "advance"
  readonly duration: Expression
}

/** crash everywhere | crash before STEP | crash in STEP at 2 | crash after STEP | crash at 12 */
export interface CrashStep extends NodeBase {
  readonly kind: "crash"
  readonly everywhere: boolean
  /** Before the call was sent, while nobody knows its outcome, or once that is durable. */
  readonly point?: "before" | "in" | "after"
  readonly step?: Name
  /** The how-many-eth call, from 1; without a step: the number of a boundary, from 0. */
  readonly at?: Expression
}

/** fault everywhere | fault unavailable in STEP at 2 | fault timeout after STEP | fault drop at 12 */
export interface FaultStep extends NodeBase {
  readonly kind: "fault"
  readonly everywhere: boolean
  /** An error kind; without a step what happens to a message: drop, duplicate or delay. */
  readonly error?: Name
  /** Before the service did anything, or after it did all. */
  readonly point?: "in" | "after"
  readonly step?: Name
  /** The how-many-eth call, from 1; without a step: the number of a message, from 0. */
  readonly at?: Expression
  /** fault rate_limited in STEP retry after 2s */
  readonly retryAfter?: Expression
}

/** expect completed | expect failed KIND | expect postToSlack called 1 times | expect cost <= $0.50 | expect f effect once … */
export interface ExpectStep extends NodeBase {
  readonly kind: "expect"
  /** The words and expressions after `expect`, resolved by the checker to one of the known forms. */
  readonly subject: Expression
  readonly predicate?: ExpectPredicate
}

export interface ExpectPredicate extends NodeBase {
  readonly kind: "predicate"
  readonly word: "called" | "effect" | "with" | "failed" | "before" | "after" | "undone" | "comparison"
  readonly operator?: BinaryOperator
  readonly values: readonly Expression[]
  /** once | never | undone after `effect`. */
  readonly how?: string
}

export type Node =
  | FileNode | Declaration | ImportedName | EnumMember | Parameter | ToolSource | TypeNode | Field | Constraint
  | Clause | BudgetAmount | BudgetElse | Statement | BlockForm | Block | MatchArm | Pattern | Branch | CatchClause
  | Expression | TemplatePart | SpreadElement | RecordEntry | Argument | TestStep | GivenOutcome | ExpectPredicate | Name
