// TypeSpec as its language server uses it: one host, and the program before, whose libraries it takes over.

import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { compile, NodeHost, type CompilerHost, type CompilerOptions, type Program } from "@typespec/compiler"
import { serve } from "./peer.ts"

const folder = mkdtempSync(join(tmpdir(), "agentflow-bench-typespec-"))
const main = join(folder, "main.tsp")
process.once("exit", () => rmSync(folder, { recursive: true, force: true }))

/** Emitted files stay in memory, as ours do. */
const host: CompilerHost = { ...NodeHost, writeFile: async () => {}, mkdirp: async () => undefined }
let before: Program | undefined

async function run(text: string, options: CompilerOptions): Promise<void> {
  writeFileSync(main, text)
  const program = await compile(host, main, options, before)
  if (program.hasError()) throw new Error(program.diagnostics[0]?.message)
  before = program
}

await serve({
  open: async () => {
    symlinkSync(join(import.meta.dirname, "../node_modules"), join(folder, "node_modules"))
    writeFileSync(join(folder, "package.json"), "{ \"type\": \"module\" }")
  },
  check: (text) => run(text, { noEmit: true }),
  emit: (text) => run(text, { emit: ["@typespec/openapi3"], outputDir: folder }),
})
