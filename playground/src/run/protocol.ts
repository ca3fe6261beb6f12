// What the page asks of the worker that runs programs, and what it answers.

import type { JsonSchema } from "@agentflow/runtime/contract"
import type { SimulationTypes } from "../../../compiler/index.ts"
import type { ProgramData, TestResult, Trace, World } from "../../../simulator/index.ts"

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
  readonly tests: readonly TestInfo[]
}

export interface TestInfo {
  readonly name: string
  /** The workflow that it runs first. */
  readonly workflow: string
  readonly origin: TestResult["origin"]
}

export interface TestReport {
  readonly result: Omit<TestResult, "trace" | "covered">
  /** Of the run that fails, else of the undisturbed one. */
  readonly trace: Trace
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
  readonly load: { readonly params: ProgramData & { readonly types: SimulationTypes }; readonly result: ProgramInfo }
  readonly run: { readonly params: RunOptions; readonly result: TracedRun }
  readonly outcome: { readonly params: RunOptions; readonly result: RunSummary }
  /** The run as a `test` block. */
  readonly write: { readonly params: RunOptions & { readonly title: string }; readonly result: string }
  readonly test: { readonly params: { readonly name: string }; readonly result: TestReport }
}

export type RequestName = keyof Requests
