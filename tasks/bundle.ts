// Bundles the command-line program that tsc wrote, so that it starts fast.

import { spawnSync } from "node:child_process"
import { cpSync, globSync, rmSync, writeFileSync } from "node:fs"
import { join, relative, resolve, sep } from "node:path"
import { rolldown, type Plugin } from "rolldown"

const root = join(import.meta.dirname, "..")
const out = join(root, "dist/cli")
const examples = join(root, "examples")
const quickEntry = { quick: join(root, "cli/quick.ts") }
/** What main.ts asks that script for. */
const entryNames = ["runCheck", "train"]

/**
 * A command spends half its time on loading 190 modules one by one. What every command shares becomes a few files beside
 * main.js, each loaded when it is needed; folders that only some commands load stay as tsc wrote them. What a check
 * needs becomes one script more, whose compiled code cli/code-cache.ts keeps.
 */
export async function bundleProgram(): Promise<void> {
  for (const old of globSync("bundled-*", { cwd: out })) rmSync(join(out, old))
  for (const folder of ["code-cache", "training"]) rmSync(join(out, folder), { recursive: true, force: true })
  // The examples use every construct, so that a check of them runs all that any check runs.
  for (const file of globSync("**/*.agentflow", { cwd: examples })) cpSync(join(examples, file), join(out, "training", file))
  const whole = await rolldown({ input: { main: join(root, "cli/main.ts") }, platform: "node", plugins: [outside({}), quickScript(await bundleQuick())] })
  await whole.write({ dir: out, format: "esm", chunkFileNames: "bundled-[name].js", sourcemap: false })
  await whole.close()
  // main.js is no longer what tsc wrote: without its notes the next tsc writes it anew, so that it is never an old bundle.
  rmSync(join(out, ".tsbuildinfo"), { force: true })
  spawnSync(process.execPath, [join(out, "main.js"), "check", join(root, "cli/templates/research/main.agentflow")], { cwd: root, stdio: "pipe" })
}

/** The name of the script that a check begins with. */
async function bundleQuick(): Promise<string> {
  const always = await modulesOfQuick()
  const quick = await rolldown({ input: quickEntry, platform: "node", plugins: [outside({ commands: ["check"] })] })
  const { output } = await quick.generate({
    format: "cjs", comments: false, entryFileNames: "bundled-[name]-[hash].cjs", chunkFileNames: "bundled-[name]-[hash].cjs",
    codeSplitting: { groups: [{ name: "always", test: (id) => always.has(id) || id.includes("rolldown/runtime") }] },
  })
  await quick.close()
  const codes = new Map(output.flatMap((each) => (each.type === "chunk" ? [[each.fileName, each.code] as const] : [])))
  for (const [fileName, code] of codes) writeFileSync(join(out, fileName), asFunction(onlyAscii(withHelpers(code, codes))))
  // Not the entry itself, which would only hand on what that script has.
  const script = output.find((each) => each.type === "chunk" && each.moduleIds.includes(quickEntry.quick) && entryNames.every((name) => each.exports.includes(name)))
  return (script ?? output[0]).fileName
}

/** What every check loads; the rest is in scripts of its own. */
async function modulesOfQuick(): Promise<ReadonlySet<string>> {
  const quick = await rolldown({ input: quickEntry, platform: "node", plugins: [onlyStatic, outside({ commands: ["check"] })] })
  const { output } = await quick.generate({ format: "cjs" })
  await quick.close()
  return new Set(output[0].moduleIds)
}

const onlyStatic: Plugin = {
  name: "only-static",
  resolveId: (id, _from, { kind }) => (kind === "dynamic-import" ? { id, external: true } : null),
}

/** Leaves out packages, other folders and, where `commands` are given, every command but these. */
function outside({ commands }: { readonly commands?: readonly string[] }): Plugin {
  const bundled = ["cli", "base", "grammar", "compiler"].map((folder) => join(root, folder) + sep)
  return {
    name: "outside",
    resolveId(id, from) {
      if (from === undefined || id.startsWith("node:")) return null
      if (!id.startsWith(".")) return bundled.some((folder) => from.startsWith(folder)) ? { id, external: true } : null
      const path = resolve(from, "..", id)
      const command = /[\\/]cli[\\/]commands[\\/](.+)\.ts$/.exec(path)?.[1]
      const isLeftOut = command !== undefined && commands !== undefined && !commands.includes(command)
      if (!isLeftOut && (from.includes(`${sep}node_modules${sep}`) || bundled.some((folder) => path.startsWith(folder)))) return null
      return { id: `../${relative(root, path).replaceAll(sep, "/").replace(/\.ts$/, ".js")}`, external: true }
    },
  }
}

/** Tells main.ts what the script of the quick commands is called. */
function quickScript(fileName: string): Plugin {
  return {
    name: "quick-script",
    load: (id) => (id === join(root, "cli/quick-script.ts") ? `export const quickScript = ${JSON.stringify(fileName)}` : null),
  }
}

/** Puts the bundler's helpers in the place where a script requires them: a file less to find and to read. */
function withHelpers(code: string, codes: ReadonlyMap<string, string>): string {
  return code.replace(/^const require_rolldown_runtime = require\("\.\/(.+)"\);$/m, (_, file: string) =>
    `const require_rolldown_runtime = ((exports) => {\n${codes.get(file)}return exports;\n})({});`)
}

/** As cli/code-cache.ts runs it, which would otherwise copy the text to put this around it. */
function asFunction(code: string): string {
  return `(function (exports, require, module, __filename, __dirname) {${code}\n})\n`
}

/** One byte for each character: such a script is read without being decoded. */
function onlyAscii(code: string): string {
  return code.replace(/[^\0-\x7F]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`)
}
