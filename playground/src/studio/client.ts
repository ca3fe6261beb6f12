// Requests to the server of `agentflow dev`; the token is that of the page's own address.

import type { ApiError } from "../../../cli/studio/api.ts"

const token = new URLSearchParams(location.search).get("token") ?? ""

export const hasToken = token !== ""

/** A refusal in the server's words. */
export class Refused extends Error {
  override readonly name = "Refused"
  readonly status: number
  readonly advice: string | undefined
  constructor(status: number, message: string, advice?: string) {
    super(message)
    this.status = status
    this.advice = advice
  }
}

export function textOf(problem: unknown): string {
  if (problem instanceof Refused) return [problem.message, problem.advice].filter(Boolean).join(" ")
  return problem instanceof Error ? problem.message : String(problem)
}

/** Throws `Refused`; also when the server can't be reached, with status 0. */
export async function ask<Answer>(method: "GET" | "POST" | "DELETE", path: string, body?: unknown): Promise<Answer> {
  const request: RequestInit = {
    method, headers: { authorization: `Bearer ${token}`, ...(body === undefined ? {} : { "content-type": "application/json" }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  }
  let response: Response
  try {
    response = await fetch(`/api/${path}`, request)
  } catch {
    throw new Refused(0, "The Studio's server can't be reached.", "Is `agentflow dev` still running?")
  }
  const told: unknown = await response.json().catch(() => undefined)
  if (response.ok) return told as Answer
  const error = (told as ApiError | undefined)?.error
  throw new Refused(response.status, error?.message ?? `The server answered ${response.status}.`, error?.advice)
}

export const runPath = (id: string, rest = ""): string => `runs/${encodeURIComponent(id)}${rest}`

/** The stream of what changes, with one run in detail when `run` names it. */
export function events(run: string | undefined): EventSource {
  const query = new URLSearchParams({ token, ...(run === undefined ? {} : { run }) })
  return new EventSource(`/api/events?${query}`)
}
