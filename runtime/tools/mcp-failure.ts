// What the MCP SDK throws, as kinds of failure.

import { ToolError } from "../errors.ts"
import { codeOf, networkError } from "./fetch.ts"
import { isOutcomeUnknown, kindForStatus } from "./http-status.ts"

const kindsOfCodes: Readonly<Record<number, string>> = {
  [-32700]: "invalid_input",
  [-32600]: "invalid_input",
  [-32601]: "not_found",
  [-32602]: "invalid_input",
  [-32603]: "unavailable",
}

/** Codes of the SDK itself: the connection was lost, or no answer came in time. */
const connectionClosed = -32000
const requestTimeout = -32001

export function failureOfMcp(error: unknown, server: string): ToolError {
  if (error instanceof ToolError) return error
  const name = `MCP server ${server}`
  const { code, message } = detailsOf(error)
  if (code === connectionClosed)
    return new ToolError("network", `${name} closed the connection`, { cause: error, maybeDone: true })
  if (code === requestTimeout)
    return new ToolError("timeout", `${name} did not answer in time`, { cause: error, maybeDone: true })
  // The SDK's HTTP transport puts the status where its protocol puts a code.
  const status = code !== undefined && code >= 400 && code < 600 ? kindForStatus(code) : undefined
  if (status !== undefined) {
    const isUnknown = code !== undefined && isOutcomeUnknown(code)
    return new ToolError(status, `${name} answered ${code}`, { cause: error, ...(isUnknown ? { maybeDone: true } : {}) })
  }
  const kind = code === undefined ? undefined : kindsOfCodes[code]
  if (kind !== undefined) return new ToolError(kind, `${name}: ${message}`, { cause: error })
  if (codeOf(error) !== undefined) return networkError(error, name)
  if (error instanceof Error && /unauthori[sz]ed/i.test(`${error.name} ${message}`))
    return new ToolError("denied", `${name} asks for a login`, { cause: error })
  return new ToolError("unavailable", `${name}: ${message}`, { cause: error, maybeDone: true })
}

function detailsOf(error: unknown): { readonly code?: number; readonly message: string } {
  if (!(error instanceof Error)) return { message: String(error) }
  const code: unknown = "code" in error ? error.code : undefined
  return { message: error.message, ...(typeof code === "number" ? { code } : {}) }
}
