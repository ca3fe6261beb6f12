// A small scanner of program text for highlighting without Monaco: words, strings, numbers, comments.

export interface Scan {
  /** Inside a `"""` block or a block comment. */
  within: "" | "block" | "comment"
}

export type ScanKind = "keyword" | "string" | "number" | "comment" | "type"

/** The part of CodeMirror's stream that the scanner needs. */
export interface Characters {
  readonly match: (pattern: RegExp | string) => unknown
  readonly next: () => unknown
  readonly skipToEnd: () => void
}

export const startScan = (): Scan => ({ within: "" })

const words = /^(?:import|type|enum|error|event|model|secret|setting|policy|tool|agent|human|workflow|test|return|catch|match|while|else|for|let|try|var|if|in|from|parallel|race|saga|within|repeat|sleep|wait|publish|fail|log|continue|retry|timeout|deadline|budget|circuit|limit|cache|fallback|compensate|manual|reads|writes|irreversible|idempotent|prompt|instructions|require|ask|announce|tools|handoffs|memory|given|run|expect|crash|use|on|by|and|or|not|times|up|to|at|a|time|true|false|nothing)\b/

export function scanLine(stream: Characters, state: Scan): ScanKind | undefined {
  if (state.within === "comment") {
    if (stream.match(/^.*?\*\//)) state.within = ""
    else stream.skipToEnd()
    return "comment"
  }
  if (state.within === "block") {
    if (stream.match(/^.*?"""/)) state.within = ""
    else stream.skipToEnd()
    return "string"
  }
  if (stream.match(/^\/\/.*/)) return "comment"
  if (stream.match("/*")) {
    state.within = "comment"
    return "comment"
  }
  if (stream.match('"""')) {
    state.within = "block"
    return "string"
  }
  if (stream.match(/^"(?:[^"\\]|\\.)*"?/) || stream.match(/^'[^']*'?/)) return "string"
  if (stream.match(/^\$?\d[\w.]*/)) return "number"
  if (stream.match(words)) return "keyword"
  if (stream.match(/^[A-Z]\w*/) || stream.match(/^(?:string|int|number|bool|time|duration|money|json|message)\b/)) return "type"
  if (stream.match(/^\w+/)) return undefined
  stream.next()
  return undefined
}
