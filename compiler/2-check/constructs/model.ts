// A model: its provider, what it costs, how much it takes.

import { nearest } from "../../../base/diagnostics/suggest.ts"
import type { ModelDeclaration, PriceClause, SizeClause } from "../../../grammar/syntax/nodes.ts"
import { didYouMean, replaceFix } from "../../1-bind/hints.ts"
import { report, type CheckExpression, type Env } from "../context.ts"
import { expectType } from "../expect.ts"
import { isWhole } from "../flow/walk.ts"
import { STRING } from "../types/relate.ts"
import { money, plainOnly, wholeNumber } from "./constants.ts"
import type { ClauseSite } from "./site.ts"

/** Providers that need no configuration. */
const BUILT_IN = ["openai", "dapr", "offline"] as const

/** What a reservation is computed from. */
const NEEDS = {
  price: "`price`: write `price $0.15 in, $0.60 out per 1M tokens`, or `$0` twice when it is free",
  context: "`context`: write how many tokens it reads, such as `context 128k`",
  output: "`output`: write how many tokens it answers at most, such as `output 16k`",
} as const

export function checkModel(node: ModelDeclaration, env: Env, check: CheckExpression): void {
  const { provider } = node
  const { file } = env
  const { providers } = file.context.options
  const known = [...BUILT_IN, ...(providers ?? [])]
  const near = nearest(provider.text, known)
  if (provider.text !== "" && !known.includes(provider.text) && (providers !== undefined || near !== undefined)) {
    const fixes = replaceFix({ path: file.path, span: provider.span }, near)
    report(file, provider, "AF2018", { name: provider.text, known: known.join(", "), hint: didYouMean(near) }, { fixes })
  }
  const said = new Set<string>(node.clauses.map((clause) => (clause.kind === "size" ? clause.what : clause.kind)))
  for (const what of ["price", "context", "output"] as const) {
    if (isWhole(node, file) && !said.has(what)) {
      report(file, node.name, "AF4006", { kind: "model", name: node.name.text, what: NEEDS[what] })
    }
  }
  for (const argument of node.arguments) plainOnly(argument, "The name of a model", file)
  for (const argument of node.arguments) {
    expectType(check(argument, env), STRING, argument, env, " as the name of a model")
  }
  if (node.arguments.length !== 1 && !node.recovered) {
    report(
      file, node.provider, "AF3005", { name: provider.text, expected: "1 argument", actual: node.arguments.length },
    )
  }
}

export function checkPrice(clause: PriceClause, { env: { file } }: ClauseSite): void {
  money(clause.input, "A price", file, { free: true })
  money(clause.output, "A price", file, { free: true })
  wholeNumber(clause.per, { what: "The count of tokens of a price", min: 1 }, file)
}

export function checkSize(clause: SizeClause, { env: { file } }: ClauseSite): void {
  wholeNumber(clause.tokens, { what: `The ${clause.what} size`, min: 1 }, file)
}
