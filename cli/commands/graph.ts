// agentflow graph: draws the workflows of a program.

import { writeFileSync } from "node:fs"
import { extname, resolve } from "node:path"
import { hasErrors } from "../../base/diagnostics/diagnostic.ts"
import { nearest } from "../../base/diagnostics/suggest.ts"
import type { WorkflowGraph } from "../../services/graph.ts"
import { dotOf } from "../../services/graph/dot.ts"
import { layoutOf } from "../../services/graph/layout.ts"
import { mermaidOf } from "../../services/graph/mermaid.ts"
import { svgOf } from "../../services/graph/svg.ts"
import { treeOf } from "../../services/graph/tree.ts"
import { Failure, type ExitCode } from "../failure.ts"
import { readEntry } from "../fs.ts"
import { graphsOfFile } from "../graph-of-file.ts"
import type { Invocation } from "../table.ts"
import type { Terminal } from "../terminal.ts"

const formats = ["svg", "mermaid", "dot", "ascii"] as const
type Format = (typeof formats)[number]
const endings: Readonly<Record<string, Format>> = { ".svg": "svg", ".mmd": "mermaid", ".mermaid": "mermaid", ".dot": "dot", ".gv": "dot", ".txt": "ascii" }

export async function main({ terminal, positionals, flags }: Invocation): Promise<ExitCode> {
  const [file = "", name] = positionals
  const out = flags["out"] as string | undefined
  const format = formatOf(flags["format"] as string | undefined, out)
  const all = graphsIn(file, terminal)
  const chosen = name === undefined ? all : [graphNamed(all, name)]
  if (flags["json"]) {
    write(terminal, out, `${JSON.stringify(chosen.map((graph) => ({ ...graph, layout: layoutOf(graph) })), null, 2)}\n`)
    return 0
  }
  if (chosen.length > 1 && format !== "ascii") {
    throw new Failure(2, `The program has several workflows, and ${format} draws one.`, `Name it: agentflow graph ${file} ${chosen[0]!.name} (or ${chosen.slice(1).map((each) => each.name).join(", ")})`)
  }
  write(terminal, out, chosen.map((graph) => drawn(graph, format, terminal, out === undefined)).join("\n"))
  return 0
}

function formatOf(asked: string | undefined, out: string | undefined): Format {
  if (asked === undefined) return endings[extname(out ?? "").toLowerCase()] ?? (out === undefined ? "ascii" : "svg")
  const format = formats.find((each) => each === asked)
  if (format !== undefined) return format
  const near = nearest(asked, formats)
  throw new Failure(2, `There is no format '${asked}'.`, near === undefined ? `Formats are ${formats.join(", ")}.` : `Did you mean '${near}'?`)
}

/** A program with errors has a graph, too: of what could be read. */
function graphsIn(file: string, terminal: Terminal): readonly WorkflowGraph[] {
  readEntry(resolve(file), file)
  const { graphs, diagnostics } = graphsOfFile(file)
  if (hasErrors(diagnostics)) {
    terminal.error(`${terminal.errors.paint("warning", "warning:")} ${file} has errors, so the graph may lack something. \`agentflow check ${file}\` shows them.`)
  }
  if (graphs.length === 0) throw new Failure(1, `${file} has no workflow.`, "A graph is drawn of a `workflow`.")
  return graphs
}

function graphNamed(all: readonly WorkflowGraph[], name: string): WorkflowGraph {
  const found = all.find((graph) => graph.name === name)
  if (found !== undefined) return found
  const near = nearest(name, all.map((graph) => graph.name))
  throw new Failure(2, `The program has no workflow '${name}'.`, near === undefined ? `It has: ${all.map((graph) => graph.name).join(", ")}` : `Did you mean '${near}'?`)
}

function drawn(graph: WorkflowGraph, format: Format, { style, unicode, columns }: Terminal, toTerminal: boolean): string {
  switch (format) {
    case "svg":
      return svgOf(layoutOf(graph))
    case "mermaid":
      return mermaidOf(graph)
    case "dot":
      return dotOf(graph)
    case "ascii": {
      const paint = (text: string, as: "name" | "kind" | "note" | "line"): string => (as === "name" ? style.bold(text) : as === "kind" ? style.cyan(text) : style.dim(text))
      return treeOf(graph, toTerminal ? { unicode, columns, paint } : { unicode: false, columns: 10_000 })
    }
  }
}

function write(terminal: Terminal, out: string | undefined, text: string): void {
  if (out === undefined) {
    terminal.out(text.trimEnd())
    return
  }
  writeFileSync(out, text)
  terminal.out(`${terminal.done} ${out}`)
}
