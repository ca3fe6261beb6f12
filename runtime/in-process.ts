// What a worker is made of when there is no connection between it and its host: an executor and activity functions.

import { activitiesOf } from "./activity.ts"
import type { Callable, LogEntry, Workflow } from "./contract.ts"
import { readEnvironment } from "./environment.ts"
import type { Variables } from "./environment.ts"
import { createExecutor, ExecutorVersionError } from "./executor.ts"
import type { Executor, WorkflowBody } from "./executor.ts"
import type { Activity } from "./services.ts"
import { createServices } from "./services.ts"

export interface InProcessOptions {
  readonly workflows: readonly Workflow[]
  readonly callables: readonly Callable[]
  readonly variables: Variables
  readonly onLog: (entry: LogEntry) => void
}

export type InProcessParts =
  | { readonly ok: true; readonly executor: Executor; readonly activities: ReadonlyMap<string, Activity> }
  | { readonly ok: false; readonly problems: readonly string[] }

export function createInProcessParts({ workflows, callables, variables, onLog }: InProcessOptions): InProcessParts {
  const read = readEnvironment(variables)
  if (!read.ok) return read
  const created = createServices(read.environment)
  if (!created.ok) return created
  const { services } = created
  const masked = (entry: LogEntry): void => onLog({ ...entry, message: services.redactor.text(entry.message) })
  const bodies = new Map(workflows.map((workflow) => [workflow.workflowName, workflow as unknown as WorkflowBody]))
  try {
    const executor = createExecutor({ workflows: bodies, onLog: masked })
    return { ok: true, executor, activities: activitiesOf(callables, services) }
  } catch (error) {
    if (error instanceof ExecutorVersionError) return { ok: false, problems: [error.message] }
    throw error
  }
}
