// One line of documentation for each built-in that is not a word of the grammar.

export const builtInTypeDocs: Readonly<Record<string, string>> = {
  string: "Text. `@minLength @maxLength @pattern @format` narrow it.",
  int: "A whole number. `@min @max` narrow it.",
  number: "A number. `@min @max` narrow it.",
  bool: "`true` or `false`.",
  time: "A point in time; ISO 8601 on the wire.",
  duration: "A time span such as `20s`; milliseconds on the wire.",
  money: "An amount of dollars such as `$0.50`.",
  json: "Any JSON value; its members are optional and untyped.",
  message: "One message of a conversation: `role` and `content`.",
  nothing: "The absent value.",
}

export const builtInErrorDocs: Readonly<Record<string, string>> = {
  rate_limited: "The service says that there were too many requests (HTTP 429). Transient: retried by default.",
  unavailable: "The service does not work now (HTTP 5xx). Transient: retried by default.",
  timeout: "An attempt took longer than its `timeout` (or HTTP 408/504). Transient: retried by default.",
  network: "The service could not be reached. Transient: retried by default.",
  not_found: "What was asked for does not exist (HTTP 404).",
  denied: "Not allowed (HTTP 401/403), or a person said no.",
  conflict: "The state of the service does not fit the request (HTTP 409).",
  invalid_input: "The service refuses the request as wrong (other HTTP 4xx).",
  invalid_output: "The answer does not fit its type or a `require` rule, even after repair.",
  refused: "The model would not answer.",
  circuit_open: "The circuit is open: the call failed at once, without being sent.",
  budget_exceeded: "No room in a budget for the next call. Caught only by name.",
  loop_exhausted: "A loop used up its bound.",
  cancelled: "The run was cancelled. Caught only by name.",
  outcome_unknown: "The request was sent, and nobody knows whether it took effect.",
  too_large: "A value is too large to be kept in a history.",
  internal: "A defect of a tool or of the runtime.",
}

export const functionDocs: Readonly<Record<string, string>> = {
  now: "The workflow's own time: the same on every replay.",
  uuid: "A new id, made from the id of the run: the same on every replay.",
}

export const methodDocs: Readonly<Record<string, string>> = {
  "list.map": "A list of what the function gives for each element.",
  "list.filter": "The elements for which the condition holds.",
  "list.find": "The first element for which the condition holds, or nothing.",
  "list.some": "Whether the condition holds for at least one element.",
  "list.every": "Whether the condition holds for all elements.",
  "list.sortBy": "The elements in order of what the function gives.",
  "list.groupBy": "The elements by what the function gives.",
  "list.chunks": "Lists of at most so many elements.",
  "list.flat": "A list of lists as one list.",
  "list.join": "The elements as one text, with the separator between them.",
  "list.take": "The first so many elements.",
  "list.distinct": "Each element once.",
  "list.sum": "The sum of the elements, or of what the function gives for them.",
  "string.trim": "Without blanks at both ends.",
  "string.lower": "In lower case.",
  "string.upper": "In upper case.",
  "string.includes": "Whether the text holds the other.",
  "string.startsWith": "Whether the text starts with the other.",
  "string.endsWith": "Whether the text ends with the other.",
  "string.split": "The parts between the separators.",
  "string.replace": "With every occurrence of the first text replaced by the second.",
  "string.slice": "The part from one place up to another.",
}

export const constraintDocs: Readonly<Record<string, { readonly doc: string; readonly snippet: string }>> = {
  minLength: { doc: "At least so many characters.", snippet: "minLength(${1:1})" },
  maxLength: { doc: "At most so many characters; bounds the size of a prompt.", snippet: "maxLength(${1:80})" },
  pattern: { doc: "A regular expression that the text matches.", snippet: "pattern('${1:^[a-z]+$}')" },
  format: { doc: "A JSON Schema format.", snippet: "format(\"${1|uri,email,date-time,date,uuid|}\")" },
  min: { doc: "The smallest number.", snippet: "min(${1:0})" },
  max: { doc: "The largest number.", snippet: "max(${1:100})" },
  minItems: { doc: "At least so many elements.", snippet: "minItems(${1:1})" },
  maxItems: { doc: "At most so many elements; bounds the cost of a loop.", snippet: "maxItems(${1:10})" },
}
