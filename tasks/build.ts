// npm run build: type-checks and compiles every folder, bundles the playground, and the command-line program so that it starts fast.

import { spawnSync } from "node:child_process"
import { chmodSync, existsSync, globSync, rmSync } from "node:fs"
import { join, relative, resolve, sep } from "node:path"
import { rolldown } from "rolldown"

const root = join(import.meta.dirname, "..")
const compiler = join(root, "node_modules/typescript/bin/tsc")
const { status } = spawnSync(process.execPath, [compiler, "-b", root], { cwd: root, stdio: "inherit" })
if (status !== 0) process.exit(status ?? 1)
const { buildPlayground } = await import("./playground/build.ts")
await buildPlayground()
const program = join(root, "dist/cli/main.js")
if (existsSync(program)) {
  await bundle()
  chmodSync(program, 0o755)
}

/**
 * A check spends half its time on loading 190 modules one by one. What every command shares becomes a few files beside
 * main.js, each loaded when it is needed; folders that only some commands load stay as tsc wrote them.
 */
async function bundle(): Promise<void> {
  const out = join(root, "dist/cli")
  const bundled = ["cli", "base", "grammar", "compiler"].map((folder) => join(root, folder) + sep)
  for (const old of globSync("bundled-*.js", { cwd: out })) rmSync(join(out, old))
  const made = await rolldown({
    input: { main: join(root, "cli/main.ts") },
    platform: "node",
    plugins: [{
      name: "outside",
      resolveId(id, from) {
        if (from === undefined || id.startsWith("node:")) return null
        if (!id.startsWith(".")) return bundled.some((folder) => from.startsWith(folder)) ? { id, external: true } : null
        const path = resolve(from, "..", id)
        if (from.includes(`${sep}node_modules${sep}`) || bundled.some((folder) => path.startsWith(folder))) return null
        return { id: `../${relative(root, path).replaceAll(sep, "/").replace(/\.ts$/, ".js")}`, external: true }
      },
    }],
  })
  await made.write({ dir: out, format: "esm", chunkFileNames: "bundled-[name].js", sourcemap: false })
  await made.close()
  // main.js is no longer what tsc wrote: without its notes the next tsc writes it anew, so that it is never an old bundle.
  rmSync(join(out, ".tsbuildinfo"), { force: true })
}
