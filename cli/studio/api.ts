// What the Studio's pages and the server of `agentflow dev` tell each other: each route with the types of what goes in and
// out. Types only, and all plain JSON, so that both sides share this file.
//
// The page is opened as `/?token=TOKEN#…`. Every request to `/api/` carries `Authorization: Bearer TOKEN`; only the stream
// of events, which a browser opens without headers, takes `?token=TOKEN`. Times are epoch milliseconds, money is in
// nano-dollars (1e-9 $), values are JSON with secrets masked as "[secret NAME]" or "[masked]".
//
//   GET    /api/session                               Session
//   GET    /api/graph?workflow=NAME                   Graph
//   GET    /api/runs?status=&workflow=&search=&before=&limit=   RunPage      (status may be given several times)
//   POST   /api/runs                  StartRequest    Started
//   GET    /api/runs/ID                               RunDetail
//   GET    /api/runs/ID/step?path=PATH                StepDetail
//   GET    /api/runs/ID/history?from=INDEX&limit=N    HistoryPage
//   POST   /api/runs/ID/cancel | terminate | suspend | resume   Controlled   (no body)
//   POST   /api/runs/ID/rerun         RerunRequest    Started
//   POST   /api/runs/ID/redrive       RedriveRequest  Started
//   DELETE /api/runs/ID                               Purged
//   GET    /api/inbox                                 Inbox
//   POST   /api/inbox                 AnswerRequest   Answered
//   GET    /api/dead                                  DeadLetters
//   GET    /api/events?token=TOKEN&run=ID             a stream of server-sent events: StudioEvent by its name
//
// Refusals: an HTTP status and ApiError. 400 a request that makes no sense, 401 no token or a wrong one, 403 another host,
// origin or site, 404 nothing there, 405 another method, 409 not in this state, 413 too large, 502 the sidecar can't be reached.

import type { GraphLayout } from "../../services/graph/shape.ts"

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

export interface ApiError {
  readonly error: { readonly message: string; readonly advice?: string }
}

// ---------------------------------------------------------------------------------------------------------------- the program

export interface Session {
  /** Of agentflow. */
  readonly version: string
  /** Whose runs these are: our sidecar, or a daprd that `--sidecar` names. */
  readonly host: { readonly kind: "sidecar" | "dapr"; readonly address: string }
  /** Absent when `agentflow dev` was started without a file: runs can be looked at and controlled, none can be started. */
  readonly program?: ProgramState
}

export interface ProgramState {
  /** As the user named it. */
  readonly file: string
  readonly state: "building" | "running" | "broken"
  /** Of the last build: what `agentflow check` says. */
  readonly diagnostics: readonly ProgramDiagnostic[]
  /** Why the worker does not run. */
  readonly problem?: string
  readonly workflows: readonly ProgramWorkflow[]
  /** Counts the builds; a page that sees another number asks again. */
  readonly build: number
}

export interface ProgramDiagnostic {
  readonly code: string
  readonly severity: "error" | "warning" | "info"
  readonly message: string
  readonly file: string
  /** Both from 1. */
  readonly line: number
  readonly column: number
}

export interface ProgramWorkflow {
  readonly name: string
  /** JSON Schema (2020-12) of its parameters, an object; what it refers to is in its `$defs`. */
  readonly parameters: { readonly [keyword: string]: Json }
}

/** `runPath` of a box is the path of a step without its version and `[numbers]`: it joins the picture with a run. */
export interface Graph {
  readonly workflow: string
  readonly layout: GraphLayout
}

// ---------------------------------------------------------------------------------------------------------------- runs

export type RunStatus = "pending" | "running" | "suspended" | "completed" | "failed" | "terminated" | "canceled" | "continued_as_new"

export interface Spending {
  readonly nanoDollars: number
  readonly tokens: number
  /** Model calls. */
  readonly turns: number
  /** Tool calls. */
  readonly calls: number
}

export interface RunRow {
  readonly id: string
  /** Without its version. */
  readonly workflow: string
  /** "DailyBrief@2" has 2. */
  readonly version?: number
  readonly status: RunStatus
  /** A running run that undoes what it has done. */
  readonly isUndoing: boolean
  /** How many questions wait for a person. */
  readonly questions: number
  readonly createdAtMs: number
  readonly updatedAtMs: number
  /** Absent while the run tells nothing of it. */
  readonly spent?: Spending
  /** Kind and message of a failure. */
  readonly failure?: { readonly kind: string; readonly message: string }
}

/** Newest first. */
export interface RunPage {
  readonly runs: readonly RunRow[]
  /** Give it as `before` for the next page; absent at the end. */
  readonly next?: string
  /** Present when there are more runs than are listed, counted and searched: how many are. Another is found by its whole id as `search`. */
  readonly listedMax?: number
  /** Of the runs that fit workflow and search, how many have which status. */
  readonly counts: { readonly [Status in RunStatus]?: number }
  /** Names of all workflows that have runs. */
  readonly workflows: readonly string[]
}

export interface StartRequest {
  readonly workflow: string
  /** An object that fits the workflow's parameters. */
  readonly input: Json
  readonly id?: string
}

export interface Started {
  readonly id: string
  /** False when the same request had been made before. */
  readonly isNew: boolean
}

export interface RunDetail extends RunRow {
  readonly input: Json
  /** Of a completed run. */
  readonly output?: Json
  readonly budget?: Partial<Spending>
  readonly reserved?: Spending
  readonly steps: readonly StepRow[]
  readonly failed?: FailureDetail
  /** How many events the history has. */
  readonly events: number
  readonly parent?: string
  /** It has ended and nobody called it: only then can it go on from one of its steps as a new run. */
  readonly canRerun: boolean
}

export interface FailureDetail {
  readonly kind: string
  readonly message: string
  readonly step?: string
  readonly undone: readonly string[]
  readonly undoFailed: readonly { readonly step?: string; readonly kind: string; readonly message: string }[]
  readonly undoUnknown: readonly string[]
}

export type StepState = "running" | "waiting" | "done" | "failed"

/** One line of the timeline; parents before children, in the order in which they began. */
export interface StepRow {
  /** `DailyBrief/sources[3]/fetchSource` */
  readonly path: string
  readonly name: string
  /** 0 below the workflow itself. */
  readonly depth: number
  readonly state: StepState
  readonly isUndo: boolean
  readonly bars: readonly TimelineBar[]
  /** Of this step alone. */
  readonly spent: Spending
  readonly model?: string
  readonly waiting?: { readonly for: "retry" | "answer" | "manual" | "sleep" | "event" | "child"; readonly untilMs?: number; readonly error?: string }
  readonly answer?: { readonly value: Json; readonly by?: string }
}

export interface TimelineBar {
  /** An attempt, or the wait between two. */
  readonly kind: "attempt" | "wait"
  readonly fromMs: number
  /** Absent while it lasts. */
  readonly toMs?: number
  /** Of an attempt, from 1. */
  readonly attempt?: number
  readonly outcome?: "ok" | "failed" | "interrupted"
  readonly error?: { readonly kind: string; readonly message: string }
}

export interface StepDetail {
  readonly path: string
  readonly attempts: readonly AttemptDetail[]
}

export interface AttemptDetail {
  /** Name of the activity that ran. */
  readonly activity: string
  readonly attempt: number
  readonly fromMs: number
  readonly toMs?: number
  readonly outcome?: "ok" | "failed" | "interrupted"
  readonly error?: { readonly kind: string; readonly message: string }
  readonly input: Json
  readonly output?: Json
  readonly spent: Spending
  readonly model?: string
  /** Id of the event that scheduled it: where `rerun` can begin. */
  readonly eventId: number
}

export interface HistoryPage {
  readonly from: number
  readonly total: number
  readonly events: readonly HistoryRow[]
}

export interface HistoryRow {
  readonly index: number
  readonly atMs: number
  /** "taskScheduled", "timerFired", … */
  readonly kind: string
  readonly eventId: number
  /** All else that the event says; JSON texts are parsed. */
  readonly facts: { readonly [name: string]: Json }
}

export interface Controlled {
  readonly id: string
  readonly status: RunStatus
}

export interface RerunRequest {
  readonly eventId: number
  readonly id?: string
  /** In place of the step's own. */
  readonly input?: Json
}

export interface RedriveRequest {
  /** In place of the failed run's own. */
  readonly input?: Json
  readonly id?: string
}

export interface Purged {
  readonly removed: number
}

// ---------------------------------------------------------------------------------------------------------------- people

export interface Inbox {
  /** Oldest first. */
  readonly questions: readonly QuestionRow[]
}

export interface QuestionRow {
  readonly run: string
  readonly step: string
  /** manual: a step is stuck; the answer is retry, fail or skip. */
  readonly kind: "question" | "manual"
  readonly workflow: string
  readonly ask: string
  readonly choices?: readonly string[]
  /** JSON Schema that an answer must fit. */
  readonly schema: Json
  /** What the question is about: the parameters of the human, or of the stuck step. */
  readonly about: Json
  /** Why a step is stuck. */
  readonly error?: { readonly kind: string; readonly message: string }
  readonly askedAtMs: number
  readonly deadlineMs?: number
}

export interface AnswerRequest {
  readonly run: string
  readonly step: string
  /** A choice, or a value of the question's schema; of `manual`: { action: "retry" | "fail" } or { action: "skip", value }. */
  readonly value: Json
  /** Default: the user who runs `agentflow dev`. */
  readonly by?: string
}

export interface Answered {
  readonly run: string
  readonly step: string
  readonly value: Json
}

export interface DeadLetters {
  /** Oldest first. */
  readonly letters: readonly DeadLetterRow[]
}

export interface DeadLetterRow extends FailureDetail {
  readonly run: string
  readonly workflow: string
  readonly atMs: number
  readonly input: Json
}

// ---------------------------------------------------------------------------------------------------------------- live

/** Sent as `event: NAME` with `data: JSON`; the first of each comes at once. */
export type StudioEvent =
  /** The newest runs have changed: rows to put in place of those with the same id. */
  | { readonly name: "runs"; readonly data: { readonly runs: readonly RunRow[] } }
  /** The run that `?run=` names; `gone` when it was removed. */
  | { readonly name: "run"; readonly data: RunDetail }
  | { readonly name: "gone"; readonly data: { readonly id: string } }
  | { readonly name: "inbox"; readonly data: Inbox }
  | { readonly name: "dead"; readonly data: { readonly count: number } }
  | { readonly name: "program"; readonly data: ProgramState }
  /** The sidecar can't be reached, or can be again. */
  | { readonly name: "host"; readonly data: { readonly isReachable: boolean; readonly message?: string } }
