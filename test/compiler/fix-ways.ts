// For each code: the ways that its document names under "Fix", and what is written in its example for each.

/** The words of the document that tell of the way, and what is written in its example for what. */
export type Way = readonly [says: string, ...replaced: readonly (readonly [from: string, to: string])[]]

/** What a short example leaves out. */
const safe = [["workflow Brief(topic: string) {", 'workflow Brief(topic: string) {\n  dead letter "failed"']] as const
const tidy = 'tool tidy(text: string): string from "./tools.ts" { reads  retry never }\n'

export const ways: Readonly<Record<string, readonly Way[]>> = {
  AF2007: [["Give your error another name", ["error Timeout", "error TooLate"]]],
  AF2017: [["Give the declaration another name", ["type money", "type Amount"]]],
  AF2019: [["Choose another name", ["constructor:", "maker:"]]],
  AF3012: [
    ["Remove it", ['    Mood.calm => log "again"\n', ""]],
    ["move it before the one that covers it", ['    Mood.calm => log "fine"\n', ""], ['    Mood.angry => log "wait"\n    Mood.calm => log "again"', '    Mood.calm => log "again"\n    Mood.angry => log "wait"']],
  ],
  AF3017: [
    ["Return it", ["  topic.upper()\n", ""], ['return "done"', "return topic.upper()"]],
    ["bind it with `let`", ["  topic.upper()", "  let loud = topic.upper()"], ['return "done"', "return loud"]],
    ["remove it", ["  topic.upper()\n", ""]],
  ],
  AF3024: [
    ["Remove it", ['  log "late"\n', ""]],
    ["move it before", ['  return topic\n  log "late"', '  log "late"\n  return topic']],
  ],
  AF4002: [
    ["Say `idempotent`", ["  retry 2 times", "  idempotent\n  retry 2 times"]],
    ["write `retry never`", ["retry 2 times", "retry never"]],
  ],
  AF4005: [["Remove one of them", ["  timeout 20s\n", ""]]],
  AF4007: [
    ["Write `reads`", ["  retry 2 times", "  reads\n  retry 2 times"]],
    ["`writes` with a `compensate`", ["  retry 2 times", "  writes\n  idempotent\n  retry 2 times\n  compensate unsay(result)"], ["tool echo", 'tool unsay(text: string) from "./tools.ts" {\n  writes\n  idempotent\n}\ntool echo']],
    ['`irreversible "why"`', ["  retry 2 times", '  irreversible "said is said"\n  idempotent\n  retry 2 times']],
  ],
  AF4010: [
    ["Keep the one that is true", ["  reads\n", ""]],
    ["Keep the one that is true", ['  irreversible "gone for good"\n', ""]],
  ],
  AF5003: [["Name each unit once", [", 20k tokens", ", 20 calls"]]],
  // Now that it is an undo, it needs no `accept` any more.
  AF6002: [["Write the call with its arguments", ['compensate "unpost"', "compensate unpost(result)"], ['  accept "only an undo"\n', ""]]],
  AF8002: [["Declare `secret name from \"store\"`", ["workflow Main", 'secret mail from "vault"\nworkflow Main'], ['log "sk-a1b2c3d4e5f6g7h8i9j0"', 'log "sent"']]],
  AF1001: [["Write what was expected", ["url string", "url: string"]], ["remove what was found", [" string }", " }"], ["url", "url: string"]]],
  AF1002: [["Close the text with the same quote", ['"#market', '"#market"']], ["`\"\"\"` block", ['"#market', '"""\n  #market\n"""']]],
  AF1003: [["Close the comment with `*/`", ["decide", "decide */"]], ["use `//` for each line", ["/*", "//"]]],
  AF1004: [["a double backslash for a backslash", ["C:\\market", "C:\\\\market"]], ["a raw text in single quotes", ['"C:\\market"', "'C:\\market'"]]],
  AF1005: [["put it in quotes", ["#market", '"#market"']]],
  AF1006: [["time spans `250ms`, `20s`", ["5min", "5m"]]],
  AF1007: [["Add the closing brace at the place where the block ends", ["timeout 20s", "timeout 20s\n}"], ['"./tools.ts"', '"./tools.ts" { reads }']]],
  AF1008: [
    ["Call something", ["  topic\n", "  log topic\n"], ...safe],
    ["give the value a name with `let`", ["  topic\n", "  let title = topic\n"], ['log "started"', "log title"], ...safe],
    ["remove it", ["  topic\n", ""], ...safe],
  ],
  AF1009: [["Write the word that was meant", ["retri", "retry"]]],
  AF1010: [["Write the comma", ["1 2", "1, 2"], ['"{[1, 2]}"', '"{[1, 2].join(\", \")}"'], ["workflow Sum() {", 'workflow Sum() {\n  dead letter "failed"']]],
  AF1012: [
    ["Put the clause after the call that it belongs to", ["= topic", "= tidy(topic)"], ["workflow Brief", `${tidy}workflow Brief`], ...safe],
    ["on a block with `within`", ["  let title = topic\n    timeout 20s\n  log title", "  within timeout 20s {\n    log topic\n  }"], ...safe],
  ],
  AF1013: [["Move the clause up, before the first statement", ["  concurrency 5\n", ""], ["{\n", '{\n  dead letter "failed"\n  concurrency 5\n']]],
  AF1014: [["Write one of `GET`", ["GETS", "GET"], ['{url}"', '{url}" { reads }']]],
  AF1015: [["Remove it", [";", ""]]],
  AF1016: [
    ["Put the record into parentheses", ["{ a: n, b: 2 } {", "({ a: n, b: 2 }) {"], ["pair.a\n", "pair.a\n    else => return 0\n"]],
    ["give it a name with `let` first", ["  match { a: n, b: 2 } {", "  let two: Pair = { a: n, b: 2 }\n  match two {"]],
  ],
  AF1017: [["Write what the message says", ["===", "=="]]],
  AF2001: [
    ["Correct the spelling", ["{topc}", "{topic}"]],
    ["declare it before this place", ["  log", '  let topc = "{topic}."\n  log']],
    ["import the name", ["workflow Main", '// file: main.agentflow\nimport { topc } from "./other.agentflow"\nworkflow Main'], ['return "done"\n}\n', 'return "done"\n}\n// file: other.agentflow\nsetting topc: string = "all"\n']],
  ],
  AF2002: [["Give one of the two another name", ["enum note", "enum Kind"]]],
  AF2003: [["Give the inner one another name", ["for topic in", "for each in"], ["echo(topic)", "echo(each)"]]],
  AF2004: [["create the file", ["import", "// file: main.agentflow\nimport"], ['agentflow"\n', 'agentflow"\n// file: nowhere.agentflow\ntype Source { url: string }\n']]],
  AF2005: [["Correct the name", ["Sauce", "Source"]], ["import it from the file that declares it", ['Sauce } from "./sources', 'Sauce } from "./kitchen'], ["// file: main", "// file: kitchen.agentflow\ntype Sauce { heat: int }\n// file: main"]]],
  AF2006: [["Move what both need into a third file", ["policy careful { retry 2 times }\n", ""], ['import { careful } from "./a.agentflow"', 'import { careful } from "./c.agentflow"'], ["// file: b.agentflow", "// file: c.agentflow\npolicy careful { retry 2 times }\n// file: b.agentflow"]]],
  AF2008: [["Write a built-in kind", ["rate_limitd", "rate_limited"]], ["declare the error", ["policy web", "error rate_limitd { after: duration }\npolicy web"]]],
  AF2009: [["Correct the name", ["strng", "string"]], ["declare the type", ["type Source", "type strng { text: string }\ntype Source"]]],
  AF2010: [
    ["Remove it", ["type Draft { text: string }\n", ""]],
    ["use it", ["topic: string)", "draft: Draft)"], ["log topic", "log draft.text"]],
    ["start its name with `_`", ["type Draft", "type _Draft"]],
  ],
  AF2011: [["Use it", ['return "done"', 'return "{length}"']], ["start its name with `_`", ["let length", "let _length"]]],
  AF2012: [["to catch only that kind", ["catch timeout {", "catch timeout as late {"]], ["choose another name to catch all", ["catch timeout {", "catch failure {"]]],
  AF2014: [["Create the module", ["// tool modules: none", "// tool modules: ./nowhere.ts echo"]], ["correct the path", ["// tool modules: none", "// tool modules: ./tools.ts echo"], ["./nowhere.ts\" {", "./tools.ts\" {"]]],
  AF2015: [["Export an async function of that name", ["echoes", "echo"]], ["name the export", ['"./tools.ts" {', '"./tools.ts" export echoes {']]],
  AF2016: [["Name a declaration of the kind that is needed", ["use echo", "use slow"], ["tool other", "policy slow { timeout 1m }\ntool other"]]],
  AF2018: [["Name a known provider", ["opnai", "openai"]]],
  AF3001: [["Write a value of the type that is needed", ["echo(42)", 'echo("42")']], ["change the declaration that asks for it", ["text: string", "text: int"]]],
  AF3002: [["Write the field", ['a.test" }', 'a.test", title: "A" }']], ["make it optional in the type", ["title: string", "title: string?"]]],
  AF3003: [["Correct the name", ["titel", "title"]], ["remove the field", [', titel: "A"', ""]], ["add it to the type", ["title: string?", "title: string?   titel: string?"]]],
  AF3004: [["Correct the name", ["lenght", "length"]]],
  AF3005: [["Remove the arguments that are too many", ["(topic, topic)", "(topic)"]]],
  AF3006: [["Correct the name", [', tone: "calm"', ', times: 2'], ["echo(text: string)", "echo(text: string, times: int)"]]],
  AF3007: [["Add the arguments that are named", ["echo()", "echo(topic)"]]],
  AF3008: [["each parameter once", [', text: "again"', ""]], ["values without a name first", ['text: topic, text: "again"', "topic, loud: true"], ["echo(text: string)", "echo(text: string, loud: bool)"]]],
  AF3009: [
    ["Ask first", ["  echo(source.title)", "  if source.title != nothing {\n    echo(source.title)\n  }"]],
    ["give another value", ["source.title)", 'source.title ?? "none")']],
  ],
  AF3010: [["compare fields", ["topic > 3", "topic.length > 3"]], ["correct the value", ["topic > 3", 'topic == "3"']]],
  AF3011: [["Add the arms that are missing", ['"fine"\n', '"fine"\n    Mood.angry => log "wait"\n']], ["`else => …` for the rest", ['"fine"\n', '"fine"\n    else => log "wait"\n']]],
  AF3013: [["Correct the pattern", ["1 =>", '"1" =>']]],
  AF3014: [["Return a value of the declared type", ["return topic", "return"]], ["change the declaration", ["topic: string)", "topic: string): string"]]],
  AF3015: [["Return a value on every way", ["  log topic\n", "  log topic\n  return topic\n"]], ["remove the result type", [": string {", " {"]]],
  AF3016: [["End the block with the value", ['{ "long" }', '{ "long" } else { "short" }']], ["use it as a statement without `let`", ['  let length = if topic.length > 3 { "long" }\n  log length', '  if topic.length > 3 { log "long" }']]],
  AF3018: [
    ["Use `for x in xs { … }` instead of a list method", ["[topic].map(t => echo(t))", "for t in [topic] { echo(t) }"]],
    ["bind the result with `let` before", ["let all = [topic].map(t => echo(t))", "let one = echo(topic)\n  let all = [topic].map(t => one + t)"]],
  ],
  AF3019: [["join a list", ["{topics}", '{topics.join(\", \")}']]],
  AF3020: [["Write it inside the call of `map`", ["let twice = x => x", 'let twice = [topic].map(x => x).join("")']]],
  AF3021: [["Write what the method takes", ["sum()", "sum(each => each.length)"]]],
  AF3022: [["Put the inner one in a list", ["parent: Folder", "parents: Folder[]"]], ["make it optional", ["parent: Folder", "parent: Folder?"]]],
  AF3023: [["strings have minLength, maxLength", ["@max(", "@maxLength("]]],
  AF3025: [["remove the parentheses", ["length()", "length"]], ["Name a callable", ["topic.length()", "topic.upper()"]]],
  AF3026: [["Declare a new `let` under another name", ['topic = "other"', 'let other = "other"'], ["log topic", "log other"]], ["declare it as `var`", ['  topic = "other"\n  log topic', '  var title = topic\n  title = "other"\n  log title']]],
  AF3027: [["Read it in the body of a workflow", ["topic: string = greeting", "topic: string"], ["return topic", 'return "{greeting} {topic}"']]],
  AF3028: [
    ["Let the body give its value and use the list", ['  var last = ""\n  for topic in topics, 3 at a time {\n    last = topic\n  }\n  return last', '  let all = for topic in topics, 3 at a time { topic.upper() }\n  return all.join(" ")']],
    ["run one at a time", [", 3 at a time", ""]],
  ],
  AF3030: [["Write a value of the kind and range", ["0s", "20s"]]],
  AF3031: [["Declare each record as a type of its own", ["type Answer = string | { text: string }", "type Text { text: string }\ntype Refusal { why: string }\ntype Answer = Text | Refusal"]]],
  AF3032: [["Give it for what the workflow calls", ["given old", "given echo"]], ["remove the line", ['  given old fails unavailable 1 times, then returns "x"\n', ""]]],
  AF3033: [["Expect what can happen", ["  expect failed timeout\n", ""]]],
  AF3034: [["Take the `$` away", ["${", "{"]], ["Where the sign is meant", ["${", "\\${"]]],
  AF3035: [["Divide with `/`", ["// 2", "/ 2"]], ["put it on a line of its own", ["  return pages.length // 2", "  // 2\n  return pages.length"]]],
  AF3040: [["Change the declaration or the function", ["length: string", "length: number"]], ["Change the declaration or the function", ["length: int", "length: string"], ["80", '"80"']]],
  AF3041: [["Make it `async`", ["export function", "export async function"], ["): string {\n  return text.toUpper", "): Promise<string> {\n  return text.toUpper"]], ['accept AF3041 "computes for a moment"', ["retry never", 'retry never  accept AF3041 "computes for a moment"']]],
  AF4001: [
    ["Write `retry 3 times`", ["reads", "reads\n  retry 3 times"]],
    ["`retry never` at the call", ["echo(topic)", "echo(topic) retry never"]],
    ["write a `policy` and `steps use` it", ["tool echo", "policy often { retry 3 times }\ntool echo"], ['letter "failed"', 'letter "failed"\n  steps use often']],
  ],
  AF4003: [
    ["Add a `fallback`", ["echo(topic)", 'echo(topic) fallback "none"']],
    ["put the call in a `try`", ["  echo(topic)", '  try {\n    echo(topic)\n  } catch problem {\n    log "later"\n  }']],
    ["`skip failures` in the `for`", ["  echo(topic)", "  for each in [topic], skip failures {\n    echo(each)\n  }"]],
  ],
  AF4004: [["remove it", ["  retry 3 times\n", ""]]],
  AF4006: [["Add what is named", ["  budget 10k tokens", '  prompt "Write on {topic}."\n  budget 10k tokens']]],
  AF4008: [['Add `dead letter "topic"`', ["  log topic", '  dead letter "failed"\n  log topic']]],
  AF4011: [["give an agent fewer `turns`", ["10 turns", "3 turns"]], ["`calls`", ["10 turns", "10 turns, 8 calls"]]],
  AF5001: [["Add `budget 20k tokens`", ['{topic}."', '{topic}."\n  budget 20k tokens']]],
  AF5004: [["Raise the budget", ["100 tokens", "20k tokens"]]],
  AF5005: [
    ["Give the workflow a `budget`", ['letter "failed"', 'letter "failed"\n  budget 200k tokens']],
    ["`@maxItems` on its type", ["urls: string[]", "urls: string[] @maxItems(20)"]],
    ["`.take(20)`", ["in urls {", "in urls.take(20) {"]],
  ],
  AF5006: [["bound the list more tightly", ["@maxItems(1000)", "@maxItems(100)"]]],
  AF6001: [
    ["Add `compensate undo(…)`", ["retry 2 times", "retry 2 times\n  compensate unpost(result)"], ["tool post", 'tool unpost(id: string) from "./tools.ts" {\n  writes\n  idempotent\n}\ntool post']],
    ['`irreversible "why"`', ["writes", 'irreversible "posts are public"']],
    ['`accept "why"`', ["retry 2 times", 'retry 2 times\n  accept "a post may stay"']],
  ],
  AF7003: [["Put the workflow back", ["// file: agentflow.lock", 'workflow Welcome(name: string): string {\n  dead letter "failed"\n  return "welcome {name}"\n}\n// file: agentflow.lock']]],
  AF8001: [["Use the secret in the tool that needs it", ["workflow Main", 'tool send(text: string): string = POST "https://a.test" {\n  irreversible "sent"\n  retry never\n  header "Authorization": "Bearer {token}"\n}\nworkflow Main'], ['log "token: {token}"', "send(topic)"]]],
  AF9002: [["Name the code of the rule that is reported here", ["AF9999", "AF4007"], ["  reads\n", ""]]],
  AF9003: [["Remove the `accept`", ['  accept AF4002 "it was a write once"\n', ""]]],
}

/** What they advise is a command, or a change of nothing that stands in a program. */
export const elsewhere: Readonly<Record<string, string>> = {
  AF1011: "its example is one number in many parentheses: what gets a name is up to who wrote it",
  AF7001: "`build --keep-old` and `--accept-break`: test/versions/build-command.test.ts",
  AF7002: "`build --keep-old`: test/versions/build-command.test.ts",
}
