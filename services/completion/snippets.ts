// Whole constructs to start from: declarations, clauses, statements and steps of a test.

import type { Clause } from "../../grammar/syntax/nodes.ts"

/** The first word, then what is inserted. */
export type Snippet = readonly [label: string, insert: string]

export const declarationSnippets: readonly Snippet[] = [
  ["import", 'import { ${2:name} } from "./${1:file}.agentflow"'],
  ["type", "type ${1:Name} {\n  ${2:field}: ${3:string}\n}"],
  ["enum", "enum ${1:Name} { ${2:first}, ${3:second} }"],
  ["error", "error ${1:Name} { ${2:field}: ${3:string} }"],
  ["event", "event ${1:Name} { ${2:field}: ${3:string} }"],
  ["model", 'model ${1:fast} = openai("${2:gpt-4o-mini}") {\n  price \\$${3:0.15} in, \\$${4:0.60} out per 1M tokens\n  context ${5:128k}\n  output ${6:16k}\n}'],
  ["secret", 'secret ${1:name} from "${2:vault}"'],
  ["setting", 'setting ${1:name}: ${2:string} = ${3:"value"}'],
  ["policy", "policy ${1:web} {\n  retry ${2:3} times on rate_limited, unavailable, timeout backoff 1s to 30s jitter\n  timeout ${3:20s}\n}"],
  ["tool", 'tool ${1:name}(${2:url}: ${3:string}): ${4:string} from "./${5:tools}.ts" {\n  ${6|reads,writes|}\n  retry ${7:3} times\n}'],
  ["agent", 'agent ${1:Name}(${2:topic}: ${3:string}): ${4:string} {\n  model ${5:fast}\n  prompt "${6}{${2:topic}}"\n  budget ${7:20k} tokens\n}'],
  ["human", 'human ${1:approve}(${2:what}: ${3:string}): ${4:bool} {\n  ask "${5:Approve} {${2:what}}?"\n  timeout ${6:24h}\n}'],
  ["workflow", 'workflow ${1:Name}(${2:input}: ${3:string}): ${4:string} {\n  budget \\$${5:0.50}\n  deadline ${6:1h}\n  dead letter "${7:failed}"\n\n  ${0}\n}'],
  ["test", 'test "${1:what must hold}" {\n  run ${2:Workflow}(${3})\n  expect completed\n}'],
]

const budget: Snippet = ["budget", "budget ${1:20k} tokens"]

/** By kind of clause; one kind may start with several words. */
export const clauseSnippets: Readonly<Record<Clause["kind"], readonly Snippet[]>> = {
  retry: [["retry", "retry ${1:3} times on ${2:rate_limited, unavailable, timeout} backoff ${3:1s} to ${4:30s} jitter"], ["retry never", "retry never"]],
  timeout: [["timeout", "timeout ${1:20s}"]],
  deadline: [["deadline", "deadline ${1:5m}"]],
  circuit: [["circuit", "circuit opens after ${1:5} failures in ${2:1m}, retries after ${3:30s}"]],
  limit: [["limit", "limit ${1:10} per ${2:1m}"]],
  cache: [["cache", "cache ${1:1h} by ${2:key}"]],
  budget: [budget],
  fallback: [["fallback", "fallback ${1:value}"]],
  compensate: [["compensate", "compensate ${1:undo}(${2:result})"]],
  manual: [["manual", 'manual by "${1:ops}" within ${2:4h}']],
  use: [["use", "use ${1:policy}"]],
  stepsUse: [["steps use", "steps use ${1:policy}"]],
  effect: [["reads", "reads"], ["writes", "writes"]],
  irreversible: [["irreversible", 'irreversible "${1:why it can\'t be undone}"']],
  idempotent: [["idempotent", "idempotent"]],
  accept: [["accept", 'accept ${1:AF4001} "${2:why}"']],
  header: [["header", 'header "${1:Authorization}": "${2}"']],
  body: [["body", "body { ${1} }"]],
  fails: [["fails", "fails ${1:error}"]],
  require: [["require", 'require ${1:result} else "${2:why}"']],
  approve: [["approve by", "approve by ${1:human}(${2})"]],
  modelClause: [["model", "model ${1:fast}"]],
  text: [["instructions", 'instructions "${1}"'], ["prompt", 'prompt "${1}"'], ["ask", 'ask "${1}"']],
  history: [["history", "history ${1:messages}"]],
  tools: [["tools", "tools ${1:name}"]],
  handoffs: [["handoffs", "handoffs ${1:Agent}"]],
  memory: [["memory", "memory by ${1:key} keep ${2:20}"]],
  announce: [["announce", 'announce topic "${1:approvals}"']],
  onSchedule: [["on schedule", 'on schedule "${1:0 7 * * 1-5}" with { ${2} }']],
  onTopic: [["on topic", 'on topic "${1:requested}"']],
  onHttp: [["on http", 'on http POST "/${1:path}"']],
  deadLetter: [["dead letter", 'dead letter "${1:failed}"']],
  concurrency: [["concurrency", "concurrency ${1:5} ${2|queue,drop,join|}"]],
  price: [["price", "price \\$${1:0.15} in, \\$${2:0.60} out per 1M tokens"]],
  size: [["context", "context ${1:128k}"], ["output", "output ${1:16k}"]],
}

/** Clauses that may stand twice. */
export const repeatable: ReadonlySet<Clause["kind"]> = new Set<Clause["kind"]>(["header", "require", "use", "accept", "onSchedule", "onTopic", "onHttp"])

/** Words that may follow when a clause of this kind is not finished. */
export const continuations: Readonly<Partial<Record<Clause["kind"], readonly Snippet[]>>> = {
  retry: [["on", "on ${1:rate_limited, unavailable}"], ["backoff", "backoff ${1:1s} to ${2:30s}"], ["factor", "factor ${1:2}"], ["jitter", "jitter"]],
  cache: [["by", "by ${1:key}"]],
  limit: [["at once", "${1:3} at once"]],
  budget: [["else fail", "else fail"], ["else return", "else return ${1:nothing}"], ["else use", "else use ${1:model}"], ["else ask", "else ask ${1:human}()"]],
  fallback: [["on", "on ${1:unavailable, circuit_open}"]],
  manual: [["within", "within ${1:4h}"]],
  approve: [["when", "when ${1:condition}"]],
  modelClause: [["then", "then ${1:strong} on ${2:invalid_output, refused}"], ["when", "when ${1:condition} else ${2:strong}"]],
  memory: [["keep", "keep ${1:20}"]],
  onSchedule: [["with", "with { ${1} }"]],
  concurrency: [["by", "by ${1:key}"], ["queue", "queue"], ["drop", "drop"], ["join", "join"]],
  require: [["else", 'else "${1:why}"']],
}

export const statementSnippets: readonly Snippet[] = [
  ["let", "let ${1:name} = ${0}"],
  ["var", "var ${1:name} = ${0}"],
  ["return", "return ${0}"],
  ["if", "if ${1:condition} {\n  ${0}\n}"],
  ["match", "match ${1:value} {\n  ${2:pattern} => ${3}\n  else => ${0}\n}"],
  ["for", "for ${1:item} in ${2:items}, ${3:5} at a time {\n  ${0}\n}"],
  ["repeat", "repeat up to ${1:3} times {\n  ${0}\n} until ${2:condition}"],
  ["while", "while ${1:condition} up to ${2:100} times {\n  ${0}\n}"],
  ["parallel", "parallel {\n  ${1:a} = ${2}\n  ${3:b} = ${0}\n}"],
  ["race", "race {\n  ${1:a} = ${2}\n  ${3:b} = ${0}\n}"],
  ["try", "try {\n  ${1}\n} catch ${2:e} {\n  ${0}\n}"],
  ["saga", "saga {\n  ${0}\n}"],
  ["within", "within budget ${1:20k} tokens {\n  ${0}\n}"],
  ["wait", "wait for ${1:Event} by ${2:id == value} timeout ${3:2d}"],
  ["sleep", "sleep ${1:5m}"],
  ["publish", 'publish ${1:value} to "${2:topic}"'],
  ["fail", 'fail ${1:Error}("${2:why}")'],
  ["log", 'log "${1}"'],
  ["continue", "continue as new (${1})"],
]

/** Block forms that stand as a whole right-hand side. */
export const valueSnippets: readonly Snippet[] = statementSnippets.filter(([label]) => ["if", "match", "for", "parallel", "race", "try"].includes(label))

export const testSnippets: readonly Snippet[] = [
  ["given returns", "given ${1:callable} returns ${2}"],
  ["given fails", "given ${1:callable} fails ${2:unavailable} ${3:2} times, then returns ${4}"],
  ["run", "run ${1:Workflow}(${2})"],
  ["send", "send event ${1:Event} { ${2} }"],
  ["advance", "advance ${1:1h}"],
  ["crash everywhere", "crash everywhere"],
  ["fault everywhere", "fault everywhere"],
  ["expect completed", "expect completed"],
  ["expect failed", "expect failed ${1:unavailable}"],
  ["expect called", "expect ${1:callable} called ${2:1} times"],
  ["expect cost", "expect cost <= \\$${1:0.50}"],
  ["expect effect once", "expect ${1:callable} effect once"],
]
