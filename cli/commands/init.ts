// agentflow init: begins a program from a template.

import { existsSync, mkdirSync, statSync, writeFileSync } from "node:fs"
import { dirname, join, relative, resolve } from "node:path"
import { nearest } from "../../base/diagnostics/suggest.ts"
import { Failure, type ExitCode } from "../failure.ts"
import { filesOf, templates, type Template } from "../templates.ts"
import type { Invocation } from "../table.ts"

export async function main({ terminal, positionals, flags }: Invocation): Promise<ExitCode> {
  const template = templateNamed((flags["template"] as string | undefined) ?? "minimal")
  const folder = resolve(positionals[0] ?? ".")
  if (existsSync(folder) && !statSync(folder).isDirectory()) throw new Failure(2, `${positionals[0]} is a file.`, "Name a folder: agentflow init FOLDER")
  const files = filesOf(template)
  const present = files.filter(({ path }) => existsSync(join(folder, path))).map(({ path }) => path)
  // A folder that is a project already keeps what it has.
  const kept: readonly string[] = flags["force"] === true ? [] : present.filter((path): boolean => path === "package.json" || path === ".gitignore")
  const clashes = flags["force"] === true ? [] : present.filter((path) => !kept.includes(path))
  const shown = relative(process.cwd(), folder) || "."
  if (clashes.length > 0) {
    throw new Failure(2, `${shown} has ${clashes.join(", ")} already.`, "Choose another folder: agentflow init FOLDER; or pass --force to overwrite.")
  }
  for (const { path, text } of files) {
    if (kept.includes(path)) continue
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  const written = files.map(({ path }) => path).filter((path) => !kept.includes(path))
  if (flags["json"]) {
    terminal.out(JSON.stringify({ folder, template, files: written }, null, 2))
    return 0
  }
  const { style } = terminal
  terminal.out(`${terminal.done} ${template} in ${shown}/`)
  for (const path of written) terminal.out(`  ${style.dim(path)}`)
  terminal.out(["", "Try:", ...(shown === "." ? [] : [`  cd ${shown}`]), ...nextSteps(template).map((line) => `  ${line}`)].join("\n"))
  return 0
}

function templateNamed(name: string): Template {
  const found = templates.find((each) => each === name)
  if (found !== undefined) return found
  const near = nearest(name, templates)
  throw new Failure(2, `There is no template '${name}'.`, near === undefined ? `Templates are ${templates.join(", ")}.` : `Did you mean '${near}'?`)
}

/** Who came by npx has no `agentflow` on the PATH. */
function nextSteps(template: Template): readonly string[] {
  const agentflow = process.env["npm_command"] === "exec" ? "npx agentflow" : "agentflow"
  const run = `${agentflow} run main.agentflow --input @input.json`
  return [
    run,
    ...(template === "approval" ? [`${agentflow} approve RUN   (in another terminal: the run asks)`] : []),
    `${agentflow} test main.agentflow`,
    `${agentflow} graph main.agentflow`,
    `${agentflow} dev main.agentflow`,
  ]
}
