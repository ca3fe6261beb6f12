// The token table: what the lexer reads, and what highlighting, completion and messages are derived from.

export type TokenCategory =
  | "keyword" // never a name, but may be a field, a record key, an argument name or a member
  | "soft keyword" // a name wherever a name may stand
  | "literal"
  | "operator"
  | "punctuation"
  | "comment"

/** Where a keyword starts something; `link` words only join the parts of a construct. */
export type KeywordRole = "declaration" | "clause" | "statement" | "value" | "test" | "link"

export interface TokenDefinition {
  /** The `kind` of a token: the text itself for keywords, operators and punctuation. */
  readonly kind: string
  /** The exact text, or a pattern that is tried at the token's start. */
  readonly pattern: string | RegExp
  readonly category: TokenCategory
  readonly roles: readonly KeywordRole[]
  /** One line for hover and completion. */
  readonly doc: string
}

type Row = readonly [kind: string, roles: string, doc: string]

const hardKeywords: readonly Row[] = [
  ["let", "statement", "Declares a value that never changes."],
  ["var", "statement", "Declares a value that may be assigned again."],
  ["return", "statement", "Ends the workflow with a result; the value starts on the same line."],
  ["if", "statement", "Runs a block when a condition holds."],
  ["else", "link", "What happens otherwise."],
  ["match", "statement", "Chooses an arm by the value, every case covered."],
  ["for", "statement", "Runs a block for every item and lists the blocks' values."],
  ["in", "link", "Names what is iterated, or a price's direction."],
  ["while", "statement", "Repeats a block as long as a condition holds, up to a bound."],
  ["try", "statement", "Runs a block and catches its errors."],
  ["catch", "link", "Handles an error of a `try`."],
  ["true", "value", "The bool that holds."],
  ["false", "value", "The bool that does not hold."],
  ["nothing", "value", "The absent value of an optional type."],
  ["and", "link", "Both conditions hold."],
  ["or", "link", "At least one condition holds."],
  ["not", "link", "The condition does not hold."],
]

const softKeywords: readonly Row[] = [
  ["import", "declaration", "Brings in names of another file."],
  ["type", "declaration", "Names a record, a union or another type."],
  ["enum", "declaration", "Names a closed set of choices."],
  ["error", "declaration", "Declares an error that a workflow or a tool can fail with."],
  ["event", "declaration", "Declares what a workflow can wait for."],
  ["model", "declaration clause", "Declares a language model, or chooses the one an agent uses."],
  ["secret", "declaration", "A value from a secret store that never reaches a prompt, a log or a result."],
  ["setting", "declaration", "A value per environment, from the project's config."],
  ["policy", "declaration", "A named set of clauses that callables share with `use`."],
  ["tool", "declaration", "Declares work done by code or by a service."],
  ["agent", "declaration", "Declares work done by a model in a loop with tools."],
  ["human", "declaration", "Declares work done by a person."],
  ["workflow", "declaration", "Declares a durable workflow."],
  ["test", "declaration", "A test that runs on the simulator."],

  ["retry", "clause", "Tries a failed step again, durably."],
  ["timeout", "clause", "The longest time for one attempt."],
  ["deadline", "clause", "The longest time for all attempts together, or for the run."],
  ["circuit", "clause", "Stops calling a service that keeps failing."],
  ["limit", "clause", "How many calls per time, and how many at once."],
  ["cache", "clause", "Keeps a successful result for a while."],
  ["budget", "clause", "The most tokens, dollars, turns and calls that may be spent."],
  ["fallback", "clause", "The value or call that stands in when everything else has failed."],
  ["compensate", "clause", "The undo of a step that succeeded."],
  ["manual", "clause", "Parks the run for a person when everything else has failed."],
  ["use", "clause", "Takes the clauses of a policy."],
  ["steps", "clause", "Sets the policy of every step of a workflow: `steps use NAME`."],
  ["reads", "clause", "The tool changes nothing outside."],
  ["writes", "clause", "The tool changes something outside."],
  ["irreversible", "clause", "The tool's effect can't be undone, and why."],
  ["idempotent", "clause", "Sending the same request twice has the effect of one."],
  ["accept", "clause", "Accepts what a rule objects to, with a reason."],
  ["header", "clause", "A header of an HTTP request."],
  ["body", "clause", "The body of an HTTP request."],
  ["fails", "clause test", "The errors a tool can fail with."],
  ["require", "clause", "A rule that a result must pass."],
  ["approve", "clause", "A person who must approve every call."],
  ["instructions", "clause", "What an agent is told once, before the prompt."],
  ["prompt", "clause", "What an agent is asked."],
  ["history", "clause", "The messages before the prompt."],
  ["tools", "clause", "What an agent may call."],
  ["handoffs", "clause", "The agents a conversation may move to."],
  ["memory", "clause", "Keeps a conversation between runs."],
  ["ask", "clause", "What a person is asked."],
  ["announce", "clause", "Where a question to a person is published."],
  ["on", "clause link", "What starts a workflow, or the errors that a clause is for."],
  ["dead", "clause", "`dead letter`: where a failed run is sent."],
  ["concurrency", "clause", "How many runs of a workflow at once."],
  ["price", "clause", "What a model's tokens cost."],
  ["context", "clause", "How many tokens a model can read."],
  ["output", "clause", "How many tokens a model can write."],

  ["fail", "statement", "Fails with a declared error."],
  ["log", "statement", "Writes a line to the run's log."],
  ["repeat", "statement", "Repeats a block a bounded number of times."],
  ["parallel", "statement", "Runs branches at the same time and waits for all."],
  ["race", "statement", "Runs branches at the same time and takes the first."],
  ["within", "statement link", "Puts clauses on a block, or a time on `manual`."],
  ["saga", "statement", "A block that is undone when it is left by an error."],
  ["wait", "statement", "Waits for an event."],
  ["sleep", "statement", "Waits for a time."],
  ["publish", "statement", "Sends a value to a topic."],
  ["continue", "statement", "`continue as new`: starts the run afresh with new arguments."],
  ["do", "value", "A block as a value."],

  ["given", "test", "What a callable does in a test."],
  ["run", "test", "Runs a workflow in a test."],
  ["send", "test", "Sends an event in a test."],
  ["advance", "test", "Moves the time of a test on."],
  ["crash", "test", "Crashes the worker in a test."],
  ["fault", "test", "Injects every declared failure in a test."],
  ["expect", "test", "What a test demands."],

  ["as", "link", ""], ["from", "link", ""], ["key", "link", ""], ["export", "link", ""],
  ["invoke", "link", ""], ["binding", "link", ""], ["state", "link", ""], ["mcp", "link", ""],
  ["schedule", "link", ""], ["topic", "link", ""], ["http", "link", ""], ["letter", "link", ""],
  ["with", "link", ""], ["when", "link", ""], ["then", "link", ""], ["by", "link", ""], ["keep", "link", ""],
  ["to", "link", ""], ["until", "link", ""], ["up", "link", ""], ["at", "link", ""],
  ["once", "link", ""], ["time", "link", ""], ["times", "link", ""], ["never", "link", ""],
  ["backoff", "link", ""], ["factor", "link", ""], ["jitter", "link", ""], ["opens", "link", ""],
  ["after", "link", ""], ["before", "link", ""], ["failures", "link", ""], ["retries", "link", ""],
  ["per", "link", ""], ["skip", "link", ""], ["collect", "link", ""], ["new", "link", ""],
  ["tokens", "link", ""], ["turns", "link", ""], ["calls", "link", ""], ["queue", "link", ""],
  ["drop", "link", ""], ["join", "link", ""], ["returns", "link", ""], ["takes", "link", ""],
  ["answers", "link", ""], ["always", "link", ""], ["costs", "link", ""], ["everywhere", "link", ""],
  ["called", "link", ""], ["effect", "link", ""], ["undone", "link", ""],
  ["map", "link", ""],
]

const operators: readonly Row[] = [
  ["=>", "", "An arm of a match, or a lambda."],
  ["==", "", "Equal."],
  ["!=", "", "Not equal."],
  ["<=", "", "At most."],
  [">=", "", "At least."],
  ["&&", "", "Read as `and`."],
  ["||", "", "Read as `or`."],
  ["??", "", "The value on the right when the left one is nothing."],
  ["?.", "", "A member of a value that may be nothing."],
  ["...", "", "Spreads a list or a record."],
  ["=", "", "Gives a name its value."],
  ["<", "", "Less than."],
  [">", "", "Greater than."],
  ["+", "", "Adds."],
  ["-", "", "Subtracts."],
  ["*", "", "Multiplies."],
  ["/", "", "Divides."],
  ["%", "", "Remainder."],
  ["!", "", "Read as `not`."],
  ["?", "", "An optional type, or a condition's choice."],
  ["|", "", "One type or another."],
]

const punctuation: readonly Row[] = [
  ["{", "", ""], ["}", "", ""], ["(", "", ""], [")", "", ""], ["[", "", ""], ["]", "", ""],
  [",", "", ""], [":", "", ""], [".", "", ""], ["@", "", "A constraint of a type."],
]

const noRoles: readonly string[] = []

function rows(category: TokenCategory, table: readonly Row[]): readonly TokenDefinition[] {
  return table.map(([kind, roles, doc]) => ({
    kind,
    pattern: kind,
    category,
    roles: (roles === "" ? noRoles : roles.split(" ")) as readonly KeywordRole[],
    doc,
  }))
}

function literal(kind: string, pattern: string | RegExp, doc: string): TokenDefinition {
  return { kind, pattern, category: "literal", roles: [], doc }
}

function comment(kind: string, pattern: RegExp, doc: string): TokenDefinition {
  return { kind, pattern, category: "comment", roles: [], doc }
}

/** Tried in this order where two patterns start alike. */
export const tokenTable: readonly TokenDefinition[] = [
  comment("docComment", /\/\/\/(?!\/)[^\n]*/, "Documents the declaration or field after it."),
  comment("lineComment", /\/\/[^\n]*/, "A comment to the end of the line."),
  comment("blockComment", /\/\*[^]*?\*\//, "A comment."),
  ...rows("keyword", hardKeywords),
  ...rows("soft keyword", softKeywords),
  literal("Identifier", /[A-Za-z_][A-Za-z0-9_]*/, "A name."),
  literal("Money", /\$\d+(?:\.\d+)?/, "An amount of dollars: `$0.50`."),
  literal("Duration", /(?:\d+(?:\.\d+)?(?:ms|s|m|h|d))+/, "A time span: `250ms`, `20s`, `1h30m`, `7d`."),
  literal("Number", /\d+(?:\.\d+)?[kM]?/, "A number: `12`, `1.5`, `20k`, `1M`."),
  literal("BlockStart", '"""', "Starts a text block; the common indentation is removed."),
  literal("StringStart", '"', "Starts a text with `{interpolation}`."),
  literal("Text", /(?:[^"{\\\n]|\\.)+/, "The text of a string."),
  literal("HoleStart", "{", "Starts an interpolation."),
  literal("HoleEnd", "}", "Ends an interpolation."),
  literal("StringEnd", '"', "Ends a text."),
  literal("BlockEnd", '"""', "Ends a text block."),
  literal("RawString", /'[^'\n]*'/, "A raw text: no interpolation, no escapes."),
  ...rows("operator", operators),
  ...rows("punctuation", punctuation),
]

/** Hard and soft keywords by their text. */
export const keywords: ReadonlyMap<string, TokenDefinition> = new Map(
  tokenTable.filter(({ category }) => category === "keyword" || category === "soft keyword").map((token) => [token.kind, token]),
)

/** The keywords that start something in the given role, in the table's order. */
export function keywordsOf(role: KeywordRole): readonly string[] {
  if (kindsByRole === undefined) {
    kindsByRole = new Map()
    for (const { kind, roles } of keywords.values()) for (const each of roles) kindsByRole.set(each, [...(kindsByRole.get(each) ?? []), kind])
  }
  return kindsByRole.get(role) ?? []
}

let kindsByRole: Map<KeywordRole, readonly string[]> | undefined
