// Bundles the playground into dist/playground: a page, two workers, and the chunks that they load later.

import { createHash } from "node:crypto"
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { explanations } from "../../base/diagnostics/explanations.generated.ts"
import { graphCss } from "../../services/graph/tokens.ts"
import { rolldown, type InputOptions, type Plugin } from "rolldown"
import { gatherCss, smallCss, type GatheredCss } from "./css.ts"
import { gallery, sharedFiles } from "./gallery.ts"
import { iconFont } from "./icon-font.ts"
import { cardOf } from "./miniature.ts"
import { slimMonaco } from "./slim-monaco.ts"
import { slimTsMorph } from "./slim-ts-morph.ts"

const root = join(import.meta.dirname, "../..")
const source = join(root, "playground")
export const site = join(root, "dist/playground")

const fonts: Readonly<Record<string, string>> = {
  "inter.woff2": "@fontsource-variable/inter/files/inter-latin-wght-normal.woff2",
  "mono.woff2": "@fontsource-variable/jetbrains-mono/files/jetbrains-mono-latin-wght-normal.woff2",
}

/** A module that is made here, under the name `virtual:NAME`. */
function virtual(modules: Readonly<Record<string, string>>): Plugin {
  return {
    name: "virtual",
    resolveId: (id) => (id.startsWith("virtual:") ? `\0${id}` : null),
    load: (id) => (id.startsWith("\0virtual:") ? (modules[id.slice("\0virtual:".length)] ?? null) : null),
  }
}

/** Protobuf's generated code asks for the global object in a way that the runner's policy forbids. */
export const withoutEval: Plugin = {
  name: "without-eval",
  transform: (code) => (/Function\(['"]return this['"]\)/.test(code) ? { code: code.replace(/Function\(['"]return this['"]\)\(\)/g, "globalThis") } : null),
}

async function bundle(input: Record<string, string>, plugins: readonly Plugin[], options: InputOptions = {}): Promise<ReadonlyMap<string, string>> {
  const made = await rolldown({
    ...options, input, tsconfig: false, platform: "browser", plugins: [...plugins],
    transform: { jsx: { runtime: "automatic", importSource: "preact" }, target: "es2022" },
    onLog: (level, log) => {
      if (level === "warn") console.error(log.message)
    },
  })
  const { output } = await made.write({
    dir: join(site, "assets"), format: "esm", minify: true, sourcemap: false, entryFileNames: "[name]-[hash].js", chunkFileNames: "[name]-[hash].js",
  })
  await made.close()
  return new Map(output.flatMap((chunk) => (chunk.type === "chunk" && chunk.isEntry ? [[chunk.name, chunk.fileName]] : [])))
}

function hashed(name: string, text: string): string {
  const [stem, extension] = [name.replace(/\.[^.]+$/, ""), name.split(".").at(-1)]
  const file = `${stem}-${createHash("sha256").update(text).digest("base64url").slice(0, 8)}.${extension}`
  writeFileSync(join(site, "assets", file), text)
  return file
}

/** One style sheet, the tokens first. */
function styles(): string {
  const folder = join(source, "src/styles")
  const names = readdirSync(folder).filter((name) => name.endsWith(".css")).sort((a, b) => Number(b === "tokens.css") - Number(a === "tokens.css") || (a < b ? -1 : 1))
  return [graphCss, ...names.map((name) => readFileSync(join(folder, name), "utf8"))].join("\n")
}

/** The style sheet of Monaco and the files that it names; its icons are the ones that its code names. */
function monacoStyles({ texts, files }: GatheredCss, icons: ReadonlySet<number>): string {
  for (const [name, path] of files) {
    if (name === "codicon.ttf") writeFileSync(join(site, "assets/codicon.woff2"), iconFont(readFileSync(path), icons))
    else copyFileSync(path, join(site, "assets", name))
  }
  return smallCss(texts.join("\n")).replace('url(./codicon.ttf) format("truetype")', 'url(./codicon.woff2) format("woff2")')
}

export async function buildPlayground(): Promise<void> {
  rmSync(site, { recursive: true, force: true })
  mkdirSync(join(site, "assets"), { recursive: true })
  for (const [name, path] of Object.entries(fonts)) copyFileSync(join(root, "node_modules", path), join(site, "assets", name))
  const examples = gallery(root)
  mkdirSync(join(site, "examples"))
  for (const { id, files } of examples) writeFileSync(join(site, "examples", `${id}.json`), JSON.stringify(files))
  writeFileSync(join(site, "gallery.json"), JSON.stringify(examples.map(({ id, files }) => cardOf(root, id, files[0]!.path))))
  writeFileSync(join(site, "examples/shared.json"), JSON.stringify(sharedFiles(root)))
  const shared = [virtual({ codes: "" }), slimTsMorph()]
  const workers = new Map([
    ...await bundle({ language: join(source, "src/workers/language.ts") }, shared),
    ...await bundle({ editor: "monaco-editor/editor/editor.worker.js" }, []),
    ...(existsSync(join(source, "src/workers/simulation.ts")) ? await bundle({ runner: join(source, "src/workers/simulation.ts") }, [...shared, withoutEval]) : []),
  ])
  const css: GatheredCss = { texts: [], files: new Map() }
  const monaco = slimMonaco()
  const index = examples.map(({ id, title, summary }) => ({ id, title, summary }))
  const first = examples[0]!
  const build = {
    languageWorker: workers.get("language"), simulationWorker: workers.get("runner") ?? "", editorWorker: workers.get("editor"),
    examples: index, first: { id: first.id, files: first.files.filter(({ path }) => /\.(agentflow|json|yaml)$/.test(path)) },
  }
  const pages = await bundle({ main: join(source, "src/main.tsx"), studio: join(source, "src/studio/main.tsx") }, [
    monaco, gatherCss(css), virtual({ build: `export const build = ${JSON.stringify(build)}` }),
  ])
  const monacoCss = hashed("monaco.css", monacoStyles(css, monaco.icons()))
  const mainCss = hashed("main.css", smallCss(styles()))
  const page = readFileSync(join(source, "index.html"), "utf8").replaceAll("%main.js%", `assets/${pages.get("main")!}`)
    .replaceAll("%main.css%", `assets/${mainCss}`).replaceAll("%monaco.css%", `assets/${monacoCss}`).replaceAll("%language.js%", `assets/${workers.get("language")!}`)
  writeFileSync(join(site, "index.html"), page)
  writeFileSync(join(site, "studio.html"), readFileSync(join(source, "studio.html"), "utf8").replaceAll("%studio.js%", `assets/${pages.get("studio")!}`).replaceAll("%main.css%", `assets/${mainCss}`))
  for (const name of ["icon.svg", "theme.js", "manifest.webmanifest"]) copyFileSync(join(source, name), join(site, name))
  writeFileSync(join(site, "runner.html"), runnerPage())
  writeFileSync(join(site, "explain.json"), JSON.stringify(Object.fromEntries(Object.entries(explanations).map(([code, text]) => [code, explanation(text)]))))
  writeServiceWorker()
}

/** Its one script is in it, named by its hash: no other script of this origin, whatever its address, may be asked for from there. */
function runnerPage(): string {
  const script = readFileSync(join(source, "runner.js"), "utf8")
  const hash = `sha256-${createHash("sha256").update(script).digest("base64")}`
  return readFileSync(join(source, "runner.html"), "utf8").replace("%runner.hash%", () => hash).replace("%runner.js%", () => script)
}

/** The page of a code in parts: its title, and what stands under each heading. */
function explanation(text: string): { readonly title: string; readonly sections: readonly { readonly title: string; readonly text: string }[] } {
  const [head = "", ...parts] = text.split(/^## /m)
  const sections = parts.map((part) => ({ title: part.slice(0, part.indexOf("\n")), text: part.slice(part.indexOf("\n")).trim() }))
  return { title: /^# AF\d+ (.+)$/m.exec(head)?.[1] ?? "", sections: [{ title: "Message", text: /^> (.+)$/m.exec(head)?.[1] ?? "" }, ...sections] }
}

/** The list of all files, named by their content, is the version of the offline copy. */
function writeServiceWorker(): void {
  const files = readdirSync(site, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(site.length + 1).replaceAll("\\", "/")).filter((path) => path !== "offline.js").sort()
  const version = createHash("sha256").update(files.map((path) => path + createHash("sha256").update(readFileSync(join(site, path))).digest("hex")).join("\n")).digest("hex").slice(0, 12)
  const text = readFileSync(join(source, "offline.js"), "utf8").replace('"%version%"', JSON.stringify(version)).replace('"%files%"', JSON.stringify(files))
  writeFileSync(join(site, "offline.js"), text)
}

if (import.meta.main) await buildPlayground()
