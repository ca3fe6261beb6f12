// Compiles the pinned Dapr binaries with the Go toolchain, and says by name which part can't be had when that fails.
import { lastLines, runCommand } from "./command.ts"
import type { CommandResult } from "./command.ts"
import { binaryNames, isAtLeast } from "./pinned.ts"
import type { Pinned } from "./pinned.ts"

export interface CompileOptions {
  readonly pinned: Pinned
  readonly targetFolder: string
  readonly report: (line: string) => void
  readonly signal?: AbortSignal
}

const progressEveryMs = 10_000

/** Gives the reason when the binaries can't be built, and nothing when they are in the target folder. */
export async function compileDapr(options: CompileOptions): Promise<string | undefined> {
  const goProblem = await checkGo(options)
  if (goProblem !== undefined) return goProblem
  const modules = await fetchModules(options)
  return typeof modules === "string" ? modules : compile(options, modules.packageCount)
}

async function checkGo(options: CompileOptions): Promise<string | undefined> {
  const needed = options.pinned.goVersion
  const advice = `Dapr ${options.pinned.daprVersion} is built from source with Go ${needed} or newer. ` +
    `Install it, or set DAPR_BIN_DIR to a folder that holds ${binaryNames.join(", ")} ${options.pinned.daprVersion}.`
  const asked = await go(["env", "GOVERSION"], options)
  if (!asked.found) return `Go toolchain: there is no \`go\` command. ${advice}`
  // Asked inside this module, so a Go that may fetch a newer toolchain by itself has done so by now.
  if (asked.exitCode !== 0) return `Go toolchain: ${lastLines(asked.errorOutput, 3)}\n${advice}`
  const version = asked.output.replace(/^go/, "")
  if (!isAtLeast(version, needed)) return `Go toolchain: it is version ${version}. ${advice}`
  options.report(`Go ${version} found`)
  return undefined
}

async function fetchModules(options: CompileOptions): Promise<{ readonly packageCount: number } | string> {
  options.report(`fetching the Go modules of Dapr ${options.pinned.daprVersion} that are not here yet`)
  const flags = options.pinned.buildArguments.slice(0, options.pinned.buildArguments.indexOf("-trimpath"))
  const listed = await go(["list", "-deps", ...flags, ...packages()], options)
  if (listed.exitCode !== 0) {
    return `Go modules: Dapr's source or one of its dependencies can't be had:\n${lastLines(listed.errorOutput, 5)}\n` +
      "Needed: a Go module proxy that can be reached (`go env GOPROXY`), or a module cache that already holds them."
  }
  return { packageCount: listed.output.split("\n").length }
}

async function compile(options: CompileOptions, packageCount: number): Promise<string | undefined> {
  const started = performance.now()
  let compiled = 0
  const progress = (): void => {
    const seconds = Math.round((performance.now() - started) / 1000)
    // Only freshly compiled packages are named by Go, so the count may end anywhere below the total.
    options.report(`compiling, ${seconds} s: ${compiled} of at most ${packageCount} packages`)
  }
  progress()
  const timer = setInterval(progress, progressEveryMs)
  try {
    const { buildArguments } = options.pinned
    const goArguments = ["build", "-v", ...buildArguments, "-o", options.targetFolder, ...packages()]
    const built = await go(goArguments, options, () => void (compiled += 1))
    if (built.exitCode === 0) return undefined
    return `Dapr ${options.pinned.daprVersion} did not compile (exit code ${built.exitCode}):\n` +
      lastLines(built.errorOutput, 10)
  } finally {
    clearInterval(timer)
  }
}

function go(
  goArguments: readonly string[], options: CompileOptions, onErrorLine?: (line: string) => void,
): Promise<CommandResult> {
  return runCommand("go", goArguments, {
    folder: import.meta.dirname,
    // As Dapr's own release does: no C compiler is needed. A Go workspace around this project must not take part.
    environment: { ...process.env, CGO_ENABLED: "0", GOWORK: "off" },
    ...(options.signal ? { signal: options.signal } : {}),
    ...(onErrorLine ? { onErrorLine } : {}),
  })
}

function packages(): readonly string[] {
  return binaryNames.map((name) => `github.com/dapr/dapr/cmd/${name}`)
}
