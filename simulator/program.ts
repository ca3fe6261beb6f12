// A compiled program as the simulator takes it, and loaded: what would be registered with a worker.

import type { Callable, EventType, JsonSchema, Setting, Workflow } from "@agentflow/runtime/contract"
import { handoffsOf, runtimeValues, toolsOf } from "@agentflow/runtime/simulation"
import { validatorOf } from "./schema.ts"
import type { CoveragePoint } from "./testing/coverage.ts"
import type { LoadedTest } from "./testing/tests.ts"
import type { Origin } from "./trace.ts"

/** What the compiler gives: the emitted code as one module, and where its steps come from. */
export interface ProgramData {
  readonly name: string
  /** Text of a module whose default export makes the program's files from the values of the runtime. */
  readonly module: string
  /** By pattern of a step's path, `DailyBrief/sources[]/fetchSource`. */
  readonly origins: Readonly<Record<string, Origin>>
  /** By callable: the kinds that the program says it may fail with. */
  readonly failures: Readonly<Record<string, readonly string[]>>
  /** What a test can reach: steps, branches and clauses. */
  readonly points: readonly CoveragePoint[]
}

export interface Program {
  readonly name: string
  /** By the name that runs are started under. */
  readonly workflows: ReadonlyMap<string, Workflow>
  readonly callables: ReadonlyMap<string, Exclude<Callable, Workflow>>
  readonly events: ReadonlyMap<string, EventType<unknown>>
  readonly settings: ReadonlyMap<string, Setting<unknown>>
  readonly origins: ProgramData["origins"]
  readonly failures: ProgramData["failures"]
  readonly points: ProgramData["points"]
  /** Ids of the points that the code has come by; whoever reads them empties it. */
  readonly told: Set<string>
  readonly tests: readonly LoadedTest[]
}

type Files = Readonly<Record<string, Readonly<Record<string, unknown>>>>
type Factory = (runtime: object, modules: (path: string) => object) => Files

/** Gives the exports of a module from its text. A browser's host may load it from a Blob instead. */
export type ImportText = (text: string) => Promise<{ readonly default: unknown }>

const importData: ImportText = async (text) => {
  const url = `data:text/javascript;charset=utf-8,${encodeURIComponent(text)}`
  return (await import(/* @vite-ignore */ url)) as { readonly default: unknown }
}

/** Runs the module's top level, which only makes declarations. */
export async function loadProgram(data: ProgramData, importText: ImportText = importData): Promise<Program> {
  const module = await importText(data.module)
  // Checked without code that is written at run time, and with the same outcome.
  const defineSchema = (json: JsonSchema) => ({ json, validate: validatorOf(json) })
  const told = new Set<string>()
  const files = (module.default as Factory)({ ...runtimeValues, defineSchema, $cover: (id: string) => told.add(id) }, () => ({}))
  const program: Program = {
    name: data.name, origins: data.origins, workflows: new Map(), callables: new Map(), events: new Map(), settings: new Map(),
    failures: data.failures, points: data.points, told, tests: (files["tests.ts"]?.["$tests"] ?? []) as readonly LoadedTest[],
  }
  for (const value of Object.values(files).flatMap((file) => Object.values(file))) register(program, value)
  return program
}

function register(program: Program, value: unknown): void {
  const kind = (value as { readonly kind?: unknown } | null)?.kind
  const put = <T>(map: ReadonlyMap<string, T>, name: string, item: T): void => void (map as Map<string, T>).set(name, item)
  if (kind === "workflow") put(program.workflows, (value as Workflow).workflowName, value as Workflow)
  if (kind === "event") put(program.events, (value as EventType<unknown>).name, value as EventType<unknown>)
  if (kind === "setting") put(program.settings, (value as Setting<unknown>).name, value as Setting<unknown>)
  if (kind === "tool" || kind === "human" || kind === "agent") addCallable(program, value as Callable)
}

function addCallable(program: Program, callable: Callable): void {
  if (callable.kind === "workflow" || program.callables.has(callable.name)) return
  void (program.callables as Map<string, Exclude<Callable, Workflow>>).set(callable.name, callable)
  if (callable.kind !== "agent") return
  for (const each of [...toolsOf(callable.spec), ...handoffsOf(callable.spec)]) addCallable(program, each)
}

/** The pattern of a path: which item of a loop, and the how-many-eth of a name, make no other place in the source. */
export function patternOf(path: string): string {
  return path.replaceAll(/\[\d+\]/g, "[]").replaceAll(/#\d+(?=\/|$)/g, "")
}

export function originOf({ origins }: Pick<Program, "origins">, path: string): Origin | undefined {
  for (let pattern = patternOf(path); pattern !== ""; pattern = pattern.slice(0, Math.max(0, pattern.lastIndexOf("/")))) {
    const found = origins[pattern]
    if (found !== undefined) return found
  }
  return undefined
}
