// Makes diagnostics from codes and facts; a missing fact does not compile.

import { catalogue } from "./catalogue.generated.ts"
import type { Span } from "../text/span.ts"
import type { Diagnostic, Facts, Fix, Related, Severity } from "./diagnostic.ts"

export type Code = keyof typeof catalogue

type Holes<Message extends string> = Message extends `${string}{${infer Hole}}${infer Rest}` ? Hole | Holes<Rest> : never

/** The facts that the message of `C` names. */
export type FactsOf<C extends Code> = { readonly [Hole in Holes<(typeof catalogue)[C]["message"]>]: string | number }

export interface Extras {
  readonly related?: readonly Related[]
  readonly fixes?: readonly Fix[]
  /** Facts that the message does not name as such, for who offers to mend it. */
  readonly more?: Facts
}

export function diagnostic<C extends Code>(
  code: C,
  at: { readonly path: string; readonly span: Span },
  facts: FactsOf<C>,
  extras: Extras = {},
): Diagnostic {
  const { severity, message } = catalogue[code]
  return {
    code,
    severity: severity as Severity,
    path: at.path,
    span: at.span,
    facts: extras.more === undefined ? facts : { ...facts, ...extras.more },
    message: fill(message, facts),
    related: extras.related ?? [],
    fixes: extras.fixes ?? [],
  }
}

function fill(message: string, facts: Readonly<Record<string, string | number>>): string {
  return message.replace(/\{(\w+)\}/g, (hole, name: string) => String(facts[name] ?? hole))
}
