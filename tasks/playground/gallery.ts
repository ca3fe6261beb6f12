// The examples as the playground shows them: each folder of examples/ with its programs, inputs and services.

import { existsSync, readdirSync, readFileSync, statSync } from "node:fs"
import { join, relative } from "node:path"

export interface Example {
  readonly id: string
  readonly title: string
  readonly summary: string
  /** The program first. */
  readonly files: readonly { readonly path: string; readonly text: string }[]
}

const order = ["daily-brief", "order-saga", "support-triage", "content-approval", "parallel-research", "trip-planner", "dataset-deletion", "features"]

export function gallery(root: string): readonly Example[] {
  const folder = join(root, "examples")
  const names = readdirSync(folder).filter((name) => statSync(join(folder, name)).isDirectory() && readdirSync(join(folder, name)).some((file) => file.endsWith(".agentflow")))
  return names.sort((a, b) => rank(a) - rank(b)).map((name) => example(folder, name))
}

/** What several examples import: a project that is downloaded takes it along. */
export function sharedFiles(root: string): Example["files"] {
  const folder = join(root, "examples/shared")
  return readdirSync(folder).sort().map((path) => ({ path, text: readFileSync(join(folder, path), "utf8") }))
}

function rank(name: string): number {
  const at = order.indexOf(name)
  return at === -1 ? order.length : at
}

function example(folder: string, name: string): Example {
  const files = readdirSync(join(folder, name), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/(^|\/)(generated|node_modules)(\/|$)/.test(entry.parentPath) && /\.(agentflow|json|yaml|ts|md)$/.test(entry.name))
    .map((entry) => ({ path: relative(join(folder, name), join(entry.parentPath, entry.name)).replaceAll("\\", "/"), text: readFileSync(join(entry.parentPath, entry.name), "utf8") }))
    .sort((a, b) => Number(b.path.endsWith(".agentflow")) - Number(a.path.endsWith(".agentflow")) || (a.path < b.path ? -1 : 1))
  const readme = existsSync(join(folder, name, "README.md")) ? readFileSync(join(folder, name, "README.md"), "utf8") : ""
  const words = name.split("-").join(" ")
  return {
    id: name, title: /^# (.+)$/m.exec(readme)?.[1] ?? words[0]!.toUpperCase() + words.slice(1),
    summary: summaryOf(files[0]!.text), files,
  }
}

/** The first sentence of the doc comment that opens the program. */
function summaryOf(text: string): string {
  const lines = text.split("\n")
  const comment = lines.slice(0, lines.findIndex((line) => !line.startsWith("///"))).map((line) => line.replace(/^\/\/\/ ?/, "")).join(" ")
  return /^(.*?\.)(\s|$)/.exec(comment)?.[1] ?? comment
}
