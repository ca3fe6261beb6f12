// header and body: what an HTTP tool sends, the only place besides its URL where a secret may stand.

import type { BodyClause, HeaderClause } from "../../../grammar/syntax/nodes.ts"
import { plainText } from "../../1-bind/imports.ts"
import { report } from "../context.ts"
import { expectType } from "../expect.ts"
import { fieldsOf, JSON_TYPE, STRING } from "../types/relate.ts"
import { render } from "../types/render.ts"
import type { ClauseSite } from "./site.ts"

/** Sources whose request has headers and a body of its own. */
const SENDS: ReadonlySet<string> = new Set(["httpSource", "invokeSource", "bindingSource"])

/** Sources that carry a value; without `body` it is the record of all parameters. */
const CARRIES: ReadonlySet<string> = new Set([...SENDS, "stateSource", "publishSource", "mcpSource"])

/** The characters that HTTP allows in a header's name. */
const HEADER_NAME = /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/

export function checkHeader(clause: HeaderClause, { env, check, callable }: ClauseSite): void {
  const name = plainText(clause.name)
  if (name === undefined || !HEADER_NAME.test(name)) {
    report(
      env.file,
      clause.name,
      "AF3030",
      { what: "The name of a header", expected: "a plain text such as \"Content-Type\"" },
    )
  }
  const inside = { ...env, secrets: true, settings: true }
  expectType(check(clause.value, inside), STRING, clause.value, inside, " as the value of a header")
  needsHttp(clause, { env, callable })
}

export function checkBody(clause: BodyClause, { env, check, callable }: ClauseSite): void {
  const inside = { ...env, secrets: true, settings: true }
  expectType(check(clause.value, inside), JSON_TYPE, clause.value, inside, " as a body")
  needsHttp(clause, { env, callable })
  const given = env.file.types.get(clause.value.id)
  const source = callable?.node.kind === "tool" ? callable.node.source : undefined
  if (source?.kind === "httpSource" && (source.method === "GET" || source.method === "HEAD")) {
    report(env.file, clause, "AF4010", { first: "body", second: source.method, why: "such a request carries no body" })
  }
  if (source?.kind === "stateSource" && source.operation.text !== "set") {
    const second = `state ${source.operation.text}`
    report(env.file, clause, "AF4010", { first: "body", second, why: "only a `set` carries a value" })
  }
  const isRecord = given === undefined || given.kind === "unknown" || fieldsOf(given, env.file.context.declared) !== undefined
  if (source?.kind === "mcpSource" && !isRecord) {
    const where = " as the arguments of an MCP tool"
    report(env.file, clause.value, "AF3001", { actual: render(given), expected: "a record", where })
  }
}

function needsHttp(
  clause: HeaderClause | BodyClause,
  { env, callable }: { readonly env: ClauseSite["env"]; readonly callable: ClauseSite["callable"] },
): void {
  const source = callable?.node.kind === "tool" ? callable.node.source : undefined
  if (source === undefined || (clause.kind === "body" ? CARRIES : SENDS).has(source.kind)) return
  report(env.file, clause, "AF4004", { clause: clause.kind, place: "in a tool that sends no request", hint: "" })
}
