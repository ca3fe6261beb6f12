// What the page asks of the worker that runs programs, and what it answers.

import type { JsonSchema } from "@agentflow/runtime/contract"
import type { ProgramData, Trace, World } from "../../../simulator/index.ts"

export interface CallableInfo {
  readonly name: string
  readonly kind: "tool" | "agent" | "human"
  /** Of a person: what can be chosen. */
  readonly choices: readonly string[]
  /** A value of the result type, made to be read. */
  readonly sample: unknown
  readonly schema: JsonSchema
}

export interface WorkflowInfo {
  readonly name: string
  readonly sample: unknown
  readonly schema: JsonSchema
}

export interface ProgramInfo {
  readonly name: string
  readonly workflows: readonly WorkflowInfo[]
  readonly callables: readonly CallableInfo[]
}

export interface RunOptions {
  readonly workflow: string
  readonly input: unknown
  readonly world: Partial<World>
}

export interface RunSummary {
  readonly status: string
  readonly kind?: string
  readonly message?: string
  readonly elapsedMs: number
  readonly nanoDollars: number
  readonly tokens: number
  readonly undone: number
  readonly calls: number
  readonly result?: unknown
}

export interface TracedRun {
  readonly trace: Trace
  readonly summary: RunSummary
  /** By path of a human step: what the person is asked. */
  readonly questions: Readonly<Record<string, string>>
  /** How many points a crash could come at. */
  readonly boundaries: number
}

export interface Requests {
  readonly load: { readonly params: ProgramData; readonly result: ProgramInfo }
  readonly run: { readonly params: RunOptions; readonly result: TracedRun }
  readonly outcome: { readonly params: RunOptions; readonly result: RunSummary }
}

export type RequestName = keyof Requests
