// The clauses of a workflow: triggers, dead letter, concurrency.

import type {
  ConcurrencyClause, DeadLetterClause, OnHttpClause, OnScheduleClause, OnTopicClause,
} from "../../../grammar/syntax/nodes.ts"
import { plainText } from "../../1-bind/imports.ts"
import { report, type Env } from "../context.ts"
import { expectType } from "../expect.ts"
import type { FieldType, Type } from "../types.ts"
import { isOptional, optional, STRING } from "../types/relate.ts"
import { plainOnly, wholeNumber } from "./constants.ts"
import { checkPath } from "./tool.ts"
import type { ClauseSite } from "./site.ts"

/** Five fields of cron, of digits, names, steps, lists and ranges. */
const CRON = /^\s*(?:[\d*/,A-Za-z?L#-]+\s+){4}[\d*/,A-Za-z?L#-]+\s*$/

export function checkOnSchedule(clause: OnScheduleClause, site: ClauseSite): void {
  const { env, check, callable } = site
  const cron = plainText(clause.cron)
  if (cron === undefined || !CRON.test(cron)) {
    report(
      env.file, clause.cron, "AF3030", { what: "A schedule", expected: "five fields of cron, such as \"0 7 * * 1-5\"" },
    )
  }
  const input = inputOf(site)
  if (clause.input !== undefined) {
    expectType(check(clause.input, env, input), input, clause.input, env, " as the input of a run")
  } else if (callable !== undefined && input.kind === "record" && needed(input.fields, env).length > 0) {
    report(env.file, clause, "AF3007", { name: callable.node.name.text, missing: needed(input.fields, env).join(", ") })
  }
}

function needed(fields: readonly FieldType[], env: Env): readonly string[] {
  return fields.filter(({ type }) => !isOptional(type, env.file.context.declared)).map(({ name }) => name)
}

/** The input of a workflow: its parameters as a record; one with a default may be left out. */
function inputOf({ env, callable }: ClauseSite): Type {
  const signature = callable === undefined ? undefined : env.file.context.signatures.get(callable.symbol)
  const fields = (signature?.parameters ?? []).map(({ name, type, default: value }) => ({
    name, type: value === undefined ? type : optional(type),
  }))
  return { kind: "record", fields }
}

export function checkTopic(clause: OnTopicClause | DeadLetterClause, { env, check }: ClauseSite): void {
  expectType(check(clause.topic, env), STRING, clause.topic, env, " as a topic")
  plainOnly(clause.topic, "A topic", env.file)
}

export function checkOnHttp(clause: OnHttpClause, { env, check }: ClauseSite): void {
  expectType(check(clause.path, env), STRING, clause.path, env, " as a path")
  plainOnly(clause.path, "The path of a trigger", env.file)
  checkPath(clause.path, "The path of a trigger", env)
}

export function checkConcurrency(clause: ConcurrencyClause, { env, check }: ClauseSite): void {
  wholeNumber(clause.limit, { what: "The count of runs at once", min: 1 }, env.file)
  if (clause.by !== undefined) check(clause.by, env)
}
