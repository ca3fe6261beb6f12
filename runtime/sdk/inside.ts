// The door to the inside of @dapr/dapr for a worker with a connection: whatever a release has moved or mended is left alone.

import { isTestedSdk } from "./version.ts"
import { workerOf } from "./worker.ts"

export { lateEncoding } from "./late-encoding.ts"
export { isTestedSdk, sdkVersion, testedSdkVersions } from "./version.ts"
export { forgetWaits, generatedClient, innerContextOf, insideOf, itemsMax } from "./worker.ts"
export type { WorkerInside } from "./worker.ts"

/** What is done to a worker where the SDK's unpublished modules are where they were. */
export interface ExecutorInside {
  repair(): void
  /** From now on this runtime keeps the contexts of these workflows between their turns; false where it can't. */
  keepContexts(runtime: object, workflows: ReadonlySet<string>): boolean
  /** Reads a work item as far as it is needed; undefined where the SDK must do it itself. */
  readonly readWorkItem?: (bytes: Uint8Array) => object
}

/** Undefined for a release that keeps its executor elsewhere: a worker runs without these as well. */
export async function loadExecutorInside(): Promise<ExecutorInside | undefined> {
  try {
    const [{ repairExecutor }, { keepContexts }, { readWorkItem }] =
      await Promise.all([import("./executor.ts"), import("./turns.ts"), import("./work-items.ts")])
    return {
      repair: repairExecutor,
      keepContexts: (runtime, workflows) => isTestedSdk && keepContexts(workerOf(runtime), workflows),
      ...(isTestedSdk ? { readWorkItem } : {}),
    }
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

/** The module is not there, or what was exported there is not. */
function isMissing(error: unknown): boolean {
  return error instanceof SyntaxError || (error instanceof Error && "code" in error && error.code === "ERR_MODULE_NOT_FOUND")
}
