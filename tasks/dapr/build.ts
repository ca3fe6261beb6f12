// Builds the Dapr binaries that the tests run against, or says by name what is missing: `node tasks/dapr/build.ts`.
import { daprBinaries } from "./binaries.ts"

const exitCodes = { cannotBeHad: 3, interrupted: 130 } as const

const interruption = new AbortController()
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => interruption.abort())

const report = (line: string): void => void process.stderr.write(`dapr: ${line}\n`)

try {
  const binaries = await daprBinaries({ report, signal: interruption.signal })
  interruption.signal.throwIfAborted()
  if (binaries.ok) {
    report(`version ${binaries.version} is ready`)
    // The only line on the standard output, so that a script can take it as DAPR_BIN_DIR.
    process.stdout.write(`${binaries.folder}\n`)
  } else {
    report(`can't be had. ${binaries.reason}`)
    process.exitCode = exitCodes.cannotBeHad
  }
} catch (error) {
  if (!interruption.signal.aborted) throw error
  report("interrupted")
  process.exitCode = exitCodes.interrupted
}
