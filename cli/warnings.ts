// Keeps Node's notices about its own experimental features off the user's terminal; every other warning is shown.

const quiet = /SQLite is an experimental feature|USE_MAIN_CONTEXT_DEFAULT_LOADER is an experimental feature|Type Stripping is an experimental feature/

export function quietExperimentalWarnings(): void {
  process.removeAllListeners("warning")
  process.on("warning", (warning) => {
    if (!quiet.test(warning.message)) process.stderr.write(`${warning.name}: ${warning.message}\n`)
  })
}
