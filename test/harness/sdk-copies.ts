// Releases of the SDK that no registry serves, made of the installed one: what the next may have mended, moved or renamed.

import { cpSync, globSync, mkdirSync, readFileSync, readdirSync, renameSync, symlinkSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"

const modules = join(import.meta.dirname, "../../node_modules")
const internal = "workflow/internal/durabletask"
const importsInternal = /(internal|"\.)\/durabletask/

export interface Copy {
  /** An edit for each file: what must stand there, and what stands there instead. */
  readonly edits?: Readonly<Record<string, readonly (readonly [RegExp, string])[]>>
  /** In every file. */
  readonly renames?: Readonly<Record<string, string>>
  readonly movesInternal?: boolean
}

export const copies: Readonly<Record<"as installed" | "mended" | "renamed" | "moved", Copy>> = {
  "as installed": {},
  // As 3.19 is announced: no dropped items, falsy inputs arrive, retries as a third argument.
  mended: {
    edits: {
      [`${internal}/worker/task-hub-grpc-worker.js`]: [[/\s+_maxQueueSize;/, ""], [/this\._maxQueueSize = 100;/, ""], [/if \(this\._workItemQueue\.length < this\._maxQueueSize\)/, "if (true)"], [/\(\$\{this\._maxQueueSize\}\)/, ""]],
      [`${internal}/worker/runtime-orchestration-context.js`]: [[/callActivity\(activity, input\) \{/, "callActivity(activity, input, options) {"], [/const encodedInput = input \? /g, "const encodedInput = input !== undefined ? "]],
      "workflow/runtime/WorkflowContext.js": [[/callActivity\(activity, input\) \{/, "callActivity(activity, input, options) {"]],
      [`${internal}/worker/activity-executor.js`]: [[/encodedInput \? JSON/, 'encodedInput !== undefined && encodedInput !== "" ? JSON']],
    },
  },
  renamed: {
    renames: {
      _maxConcurrentWorkItems: "_parallelism", _maxQueueSize: "_queueLimit", _innerContext: "_context", _sequenceNumber: "_lastId",
      _pendingEvents: "_waits", _executeOrchestrator: "_runTurn", _responseStream: "_stream", _isSuspended: "_paused",
    },
  },
  moved: { movesInternal: true },
}

/** A folder whose `node_modules` holds that copy, beside links to all other packages. Throws where an edit finds nothing to edit. */
export function makeCopy(folder: string, copy: Copy, version: string): void {
  const into = join(folder, "node_modules")
  mkdirSync(join(into, "@dapr"), { recursive: true })
  for (const name of readdirSync(modules)) if (name !== "@dapr" && !name.startsWith(".")) symlinkSync(join(modules, name), join(into, name))
  const sdk = join(into, "@dapr/dapr")
  cpSync(join(modules, "@dapr/dapr"), sdk, { recursive: true })
  const described = JSON.parse(readFileSync(join(sdk, "package.json"), "utf8")) as object
  writeFileSync(join(sdk, "package.json"), JSON.stringify({ ...described, version }))
  for (const [file, edits] of Object.entries(copy.edits ?? {})) edit(join(sdk, file), edits)
  const sources = globSync("workflow/**/*.js", { cwd: sdk }).map((file) => join(sdk, file))
  for (const [name, other] of Object.entries(copy.renames ?? {})) {
    const holding = sources.filter((file) => readFileSync(file, "utf8").includes(name))
    if (holding.length === 0) throw new Error(`nothing in the SDK is called ${name}`)
    for (const file of holding) edit(file, [[new RegExp(`${name}\\b`, "g"), other]])
  }
  if (!copy.movesInternal) return
  const elsewhere = "workflow/internal/engine"
  for (const file of [...sources, join(sdk, "index.js")]) {
    if (importsInternal.test(readFileSync(file, "utf8"))) edit(file, [[new RegExp(importsInternal, "g"), "$1/engine"]])
  }
  mkdirSync(dirname(join(sdk, elsewhere)), { recursive: true })
  renameSync(join(sdk, internal), join(sdk, elsewhere))
}

function edit(file: string, edits: readonly (readonly [RegExp, string])[]): void {
  let text = readFileSync(file, "utf8")
  for (const [pattern, instead] of edits) {
    const edited = text.replace(pattern, instead)
    if (edited === text) throw new Error(`${file} has no ${pattern}`)
    text = edited
  }
  writeFileSync(file, text)
}
