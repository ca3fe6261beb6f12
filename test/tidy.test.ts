// The house rules that a compiler does not hold: who may import whom, banned words, sizes, first lines, no cycles.

import { readdirSync, readFileSync } from "node:fs"
import { dirname, join, relative } from "node:path"
import { describe, expect, it } from "vitest"
import packageJson from "../package.json" with { type: "json" }
import { version } from "../cli/version.ts"

const root = join(import.meta.dirname, "..")

/** What each folder may import besides itself: folders of this project, then packages. */
const allowed: Readonly<Record<string, { readonly folders: readonly string[]; readonly packages: readonly string[] }>> = {
  base: { folders: [], packages: [] },
  grammar: { folders: ["base"], packages: ["chevrotain"] },
  compiler: { folders: ["base", "grammar"], packages: ["ajv", "ajv-formats", "ts-morph"] },
  runtime: { folders: [], packages: ["@dapr/dapr", "@modelcontextprotocol/sdk", "@opentelemetry", "ajv", "ajv-formats", "cockatiel", "openai", "node:"] },
  engine: { folders: ["base"], packages: [] },
  simulator: { folders: ["base", "engine"], packages: ["@agentflow/runtime"] },
  sidecar: { folders: ["base", "engine"], packages: ["@grpc/grpc-js", "@grpc/proto-loader", "protobufjs", "node:"] },
  services: { folders: ["base", "grammar", "compiler"], packages: [] },
  server: { folders: ["base", "services"], packages: ["vscode-languageserver", "node:"] },
  playground: {
    folders: ["base", "grammar", "compiler", "services", "server", "simulator", "cli"],
    packages: ["@agentflow/runtime", "@codemirror", "@lezer/highlight", "@preact/signals", "fflate", "yaml", "monaco-editor", "preact", "virtual:", "vscode-languageserver"],
  },
  editors: { folders: ["server"], packages: ["vscode", "vscode-languageclient", "node:"] },
  cli: {
    folders: ["base", "grammar", "compiler", "engine", "simulator", "sidecar", "services", "server"],
    packages: ["@agentflow/runtime", "ajv", "ajv-formats", "es-module-lexer", "picocolors", "ts-morph", "yaml", "node:"],
  },
}

/** Only these files know these packages. */
const soleImporters: Readonly<Record<string, RegExp>> = {
  chevrotain: /^grammar\/(analysis|ebnf)\.ts$/,
  "ts-morph": /^(compiler\/4-emit\/typescript\/print|cli\/tool-types)\.ts$/,
  // What the SDK does not publish, by its modules here and by its private names below, is known in this one folder.
  "@dapr/dapr/": /^runtime\/sdk\//,
  "@dapr/dapr": /^runtime\/dapr(-[a-z]+)*\.ts$/,
  cockatiel: /^runtime\/(breaker|limit)\.ts$/,
  "@modelcontextprotocol/sdk": /^runtime\/tools\/mcp/,
  "@opentelemetry": /^runtime\/telemetry\//,
  openai: /^runtime\/providers\/openai(-[a-z]+)*\.ts$/,
  "@grpc/grpc-js": /^sidecar\//,
  "vscode-languageserver/node": /^server\/node\.ts$/,
  "vscode-languageserver/browser": /^server\/worker\.ts$/,
  "vscode-languageserver": /^(server|playground\/src\/(language|editor|shell))\//,
}

const pureFolders = /^(base|grammar|compiler|services|engine|simulator|runtime\/(policy|flow|agent))\//
/** Comments speak English: "any error" is no type. */
function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/(^|\s)\/\/.*$/gm, "$1")
}

const banned: readonly { readonly word: RegExp; readonly instead: string; readonly where: RegExp; readonly code?: boolean }[] = [
  { word: /\bDate\.now\b|new Date\(\)/, instead: "a `now` argument", where: pureFolders },
  { word: /\bMath\.random\b/, instead: "a hash of the step's path", where: pureFolders },
  { word: /:\s*any\b|<any>|as any\b/, instead: "unknown", where: /./, code: true },
  { word: /[.{,]\s*_(?!meta\b)[a-z]\w*/, instead: "runtime/sdk, which alone knows the private names of the SDK", where: /^runtime\/(?!sdk\/)/, code: true },
  { word: /from "node:/, instead: "the platform that serve() is given", where: /^server\/(?!node\.ts)/ },
  { word: /^export default/m, instead: "a named export", where: /./ },
  { word: /^export \* from/m, instead: "named re-exports", where: /./ },
  { word: /\bTODO\b|\bFIXME\b|\bXXX\b/, instead: "an issue", where: /./ },
  { word: /^(<{7}|>{7}) /m, instead: "one of the two sides", where: /./ },
  { word: /\b(it|describe|test)\.(skip|only|todo)\b/, instead: "a test that runs", where: /./ },
]

/** Longer than the rule allows, each with its reason; the list may only shrink. */
const longFiles: Readonly<Record<string, string>> = {
  "grammar/syntax/nodes.ts": "one closed sum: the whole tree is read in one place",
}

interface SourceFile {
  readonly path: string
  readonly text: string
}

function sources(folder: string): readonly SourceFile[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(tsx?|mjs)$/.test(entry.name) && !/\.d\.ts$/.test(entry.name))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).replaceAll("\\", "/"))
    .filter((path) => !/(^|\/)(dist|node_modules|generated|corpus)\//.test(path))
    .map((path) => ({ path, text: readFileSync(join(root, path), "utf8") }))
}

const product = Object.keys(allowed).flatMap(sources)
const everything = [...product, ...["test", "tasks", "examples"].flatMap(sources)]

function importsOf({ text }: SourceFile): readonly string[] {
  return [...text.matchAll(/(?:^|\n)\s*(?:import|export)\b[^"'`;]*?from\s+"([^"]+)"|\bimport\(\s*"([^"]+)"\s*\)|(?:^|\n)import\s+"([^"]+)"/g)].map(
    (match) => (match[1] ?? match[2] ?? match[3])!,
  )
}

function targetOf(file: SourceFile, specifier: string): string {
  return relative(root, join(root, dirname(file.path), specifier)).replaceAll("\\", "/")
}

describe("tidy", () => {
  it("imports only what the folder may import", () => {
    const wrong: string[] = []
    for (const file of product) {
      const folder = file.path.split("/")[0]!
      const rule = allowed[folder]!
      for (const specifier of importsOf(file)) {
        const fine = specifier.startsWith(".")
          ? [folder, ...rule.folders].includes(targetOf(file, specifier).split("/")[0]!)
          : rule.packages.some((name) => (name.endsWith(":") ? specifier.startsWith(name) : specifier === name || specifier.startsWith(`${name}/`)))
        if (!fine) wrong.push(`${file.path} imports ${specifier}`)
        const sole = Object.entries(soleImporters).find(([name]) => specifier === name || specifier.startsWith(name.endsWith("/") ? name : `${name}/`))?.[1]
        if (sole !== undefined && !sole.test(file.path)) wrong.push(`${file.path} imports ${specifier}, which only ${sole} may`)
      }
    }
    expect(wrong).toEqual([])
  })

  it("has no cycle between files", () => {
    const graph = new Map(
      product.map((file) => [
        file.path,
        // Types alone make no cycle at run time.
        [...file.text.matchAll(/(?:^|\n)(?:import|export) (?!type\b)[^"]*?from "(\.[^"]+)"/g)].map((match) => targetOf(file, match[1]!)),
      ]),
    )
    const cycles: string[] = []
    const done = new Set<string>()
    const visit = (path: string, trail: readonly string[]): void => {
      if (trail.includes(path)) {
        cycles.push([...trail.slice(trail.indexOf(path)), path].join(" -> "))
        return
      }
      if (done.has(path)) return
      for (const next of graph.get(path) ?? []) visit(next, [...trail, path])
      done.add(path)
    }
    for (const path of graph.keys()) visit(path, [])
    expect(cycles).toEqual([])
  })

  it("uses no banned word", () => {
    const found = everything
      .filter((file) => file.path !== "test/tidy.test.ts")
      .flatMap((file) => banned.filter(({ word, where, code }) => where.test(file.path) && word.test(code ? withoutComments(file.text) : file.text)).map(({ word, instead }) => `${file.path}: ${word} (use ${instead})`))
    expect(found).toEqual([])
  })

  it("opens each file with a line that says its purpose", () => {
    const silent = everything.filter(({ text }) => !/^(#!.*\n)?\/\/ \S.{15,}/.test(text)).map(({ path }) => path)
    expect(silent).toEqual([])
  })

  it("keeps files within 400 lines", () => {
    const long = product.filter(({ path, text }) => !/generated\.ts$/.test(path) && text.split("\n").length > 401).map(({ path }) => path)
    expect(long.filter((path) => longFiles[path] === undefined)).toEqual([])
    expect(Object.keys(longFiles).filter((path) => !long.includes(path))).toEqual([])
  })

  it("says one version everywhere", () => {
    expect(version).toBe(packageJson.version)
  })

  it("names no machine, no registry host", () => {
    // Put together here, so that this file names no host either.
    const host = new RegExp(["registry", "npmjs"].join("\\."))
    const named = everything.filter(({ text }) => /\/home\/[a-z]+\//.test(text) || host.test(text)).map(({ path }) => path)
    const hosts = ["package-lock.json", "bench/compiler/package-lock.json", "bench/durable/package-lock.json"].flatMap((path) => {
      const { packages } = JSON.parse(readFileSync(join(root, path), "utf8")) as { packages: Record<string, { resolved?: string }> }
      return Object.values(packages).flatMap(({ resolved }) => (resolved?.includes("://") ? [`${path}: ${resolved}`] : []))
    })
    expect([...named, ...hosts]).toEqual([])
  })
})
