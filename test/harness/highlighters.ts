// Small readers of TextMate and Monarch grammars: as much of both as ours use, so that tests need no editor.

interface TextMateRule {
  readonly name?: string
  readonly match?: string
  readonly begin?: string
  readonly end?: string
  readonly include?: string
  readonly patterns?: readonly TextMateRule[]
}

export interface TextMateGrammar {
  readonly patterns: readonly TextMateRule[]
  readonly repository: Readonly<Record<string, TextMateRule>>
}

interface Open {
  readonly rule: TextMateRule
  readonly end?: RegExp
}

/** For each character of the text the scopes on it, the innermost last. */
export function textMateScopes(grammar: TextMateGrammar, text: string): readonly (readonly string[])[] {
  const scopes: string[][] = []
  const stack: Open[] = [{ rule: { patterns: grammar.patterns } }]
  const compiled = new Map<string, RegExp>()
  const regex = (source: string): RegExp => {
    const known = compiled.get(source) ?? new RegExp(source, "dgm")
    compiled.set(source, known)
    return known
  }
  const flat = (patterns: readonly TextMateRule[]): readonly TextMateRule[] => patterns.flatMap((rule) => {
    if (rule.include !== undefined) return flat([grammar.repository[rule.include.slice(1)]!])
    return rule.match === undefined && rule.begin === undefined ? flat(rule.patterns ?? []) : [rule]
  })
  const names = (extra?: string): string[] => [...stack.flatMap(({ rule }) => (rule.name === undefined ? [] : [rule.name])), ...(extra === undefined ? [] : [extra])]
  const lines = text.split("\n")
  for (const [index, line] of lines.entries()) {
    let at = 0
    for (let steps = 0; steps < 10_000; steps++) {
      const top = stack.at(-1)!
      let best: { readonly start: number; readonly end: number; readonly rule?: TextMateRule } | undefined
      const offer = (source: string, rule?: TextMateRule): void => {
        const pattern = regex(source)
        pattern.lastIndex = at
        const found = pattern.exec(line)
        if (found !== null && (best === undefined || found.index < best.start)) best = { start: found.index, end: found.index + found[0].length, ...(rule === undefined ? {} : { rule }) }
      }
      if (top.rule.end !== undefined) offer(top.rule.end)
      for (const rule of flat(top.rule.patterns ?? [])) offer((rule.match ?? rule.begin)!, rule)
      const fill = (to: number, extra?: string): void => {
        while (at < to) {
          scopes.push(names(extra))
          at++
        }
      }
      if (best === undefined) {
        fill(line.length)
        break
      }
      fill(best.start)
      if (best.rule === undefined) {
        fill(best.end)
        stack.pop()
      } else if (best.rule.match !== undefined) fill(best.end, best.rule.name)
      else {
        stack.push({ rule: best.rule })
        fill(best.end)
      }
    }
    if (index < lines.length - 1) scopes.push(names())
  }
  return scopes
}

type MonarchRule = readonly [string, string | { readonly token: string; readonly next: string }] | { readonly include: string }

export interface MonarchGrammar {
  readonly tokenizer: Readonly<Record<string, readonly MonarchRule[]>>
}

/** For each character of the text its token. */
export function monarchTokens({ tokenizer }: MonarchGrammar, text: string): readonly string[] {
  const rulesOf = (state: string): readonly Exclude<MonarchRule, { readonly include: string }>[] =>
    tokenizer[state]!.flatMap((rule) => ("include" in rule ? rulesOf(rule.include.slice(1)) : [rule]))
  const rules = new Map(Object.keys(tokenizer).map((state) => [state, rulesOf(state).map(([match, action]) => [new RegExp(`^(?:${match})`), action] as const)]))
  const tokens: string[] = []
  const stack = ["root"]
  for (const line of text.split("\n").map((each, index, all) => (index < all.length - 1 ? `${each}\n` : each))) {
    for (let at = 0, steps = 0; at < line.length && steps < 10_000; steps++) {
      const rest = line.slice(at)
      // Look-behind sees the whole line, as Monarch's does.
      const found = rules.get(stack.at(-1)!)!.map(([pattern, action]) => {
        const sticky = new RegExp(pattern.source.replace(/^\^/, ""), "y")
        sticky.lastIndex = at
        return { length: sticky.exec(line)?.[0].length, action }
      }).find(({ length }) => length !== undefined)
      if (found === undefined) throw new Error(`no rule in ${stack.at(-1)!} for ${JSON.stringify(rest.slice(0, 20))}`)
      const token = typeof found.action === "string" ? found.action : found.action.token
      for (let i = 0; i < found.length!; i++) tokens.push(token)
      at += found.length!
      if (typeof found.action === "string") continue
      if (found.action.next === "@pop") stack.pop()
      else stack.push(found.action.next.slice(1))
    }
  }
  return tokens
}
