// Makes the extension for Visual Studio Code: `node tasks/vscode/build.ts` writes dist/vscode/ and dist/agentflow-VERSION.vsix.

import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { rolldown } from "rolldown"
import { slimTsMorph } from "../playground/slim-ts-morph.ts"
import { packed, type PackageManifest, type PackedFile } from "./vsix.ts"

const root = join(import.meta.dirname, "../..")
const source = join(root, "editors/vscode")

/** Folder of the extension as it is installed, and the package. */
export interface BuiltExtension {
  readonly folder: string
  readonly vsix: string
}

export async function buildExtension(out: string = join(root, "dist")): Promise<BuiltExtension> {
  const folder = join(out, "vscode")
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  for (const name of ["language-configuration.json", "syntaxes", "icons", "README.md"]) cpSync(join(source, name), join(folder, name), { recursive: true })
  cpSync(join(root, "LICENSE"), join(folder, "LICENSE"))
  await Promise.all([
    bundle({ entry: "extension.ts", platform: "node", format: "cjs", out: join(folder, "dist") }),
    bundle({ entry: "extension.web.ts", platform: "browser", format: "cjs", out: join(folder, "dist") }),
    // One file: a worker of a page of another origin can't load chunks.
    bundle({ entry: "server.worker.ts", name: "server", platform: "browser", format: "iife", out: join(folder, "dist") }),
  ])
  // As a module the desktop would not load it as it is bundled; `private` would keep it from being published.
  const { type: _, private: __, ...manifest } = JSON.parse(readFileSync(join(source, "package.json"), "utf8")) as Manifest
  writeFileSync(join(folder, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`)
  const vsix = join(out, `agentflow-${manifest.version}.vsix`)
  writeFileSync(vsix, packed(manifest, filesBelow(folder)))
  return { folder, vsix }
}

interface Manifest extends PackageManifest {
  readonly type?: string
  readonly private?: boolean
}

interface Bundle {
  readonly entry: string
  readonly name?: string
  readonly platform: "node" | "browser"
  readonly format: "cjs" | "iife"
  readonly out: string
}

async function bundle({ entry, name = entry.replace(/\.ts$/, ""), platform, format, out }: Bundle): Promise<void> {
  const made = await rolldown({
    input: { [name]: join(source, "src", entry) }, platform, external: ["vscode"],
    // The compiler of TypeScript in the server writes the generated code; it knows what it runs on by Node's modules.
    plugins: platform === "browser" ? [slimTsMorph()] : [],
    ...(platform === "browser" ? { resolve: { conditionNames: ["browser", "import", "default"] } } : {}),
  })
  // A script that a worker loads has nobody to export to.
  await made.write({ dir: out, format, exports: format === "iife" ? "none" : "named", codeSplitting: false, minify: true, sourcemap: false })
  await made.close()
}

function filesBelow(folder: string): readonly PackedFile[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => {
    const path = join(entry.parentPath, entry.name)
    return { path: path.slice(folder.length + 1).replaceAll("\\", "/"), bytes: readFileSync(path) }
  }).sort((a, b) => (a.path < b.path ? -1 : 1))
}

if (process.argv[1] === import.meta.filename) {
  const { vsix } = await buildExtension()
  console.log(`${vsix.slice(root.length + 1)}: install it with \`code --install-extension ${vsix.slice(root.length + 1)}\``)
}
