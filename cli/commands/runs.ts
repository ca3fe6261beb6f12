// agentflow runs: lists runs or shows one, from the running sidecar or from its database.

import type { HistoryEvent } from "../../engine/types.ts"
import { Failure, type ExitCode } from "../failure.ts"
import { openRuns, type RunReader } from "../run-reader.ts"
import type { Invocation } from "../table.ts"
import { clipped, type Terminal } from "../terminal.ts"
import { alignedTable, type Column, type Row } from "../view/table.ts"
import { foldRun, hasEnded, spentBy } from "../view/fold.ts"
import { drawFailure } from "../view/failure.ts"
import { count, dollars, drawRun } from "../view/render.ts"

export async function main({ terminal, positionals, flags }: Invocation): Promise<ExitCode> {
  const source = await openRuns(flags)
  try {
    const id = positionals[0]
    return id === undefined ? await list(source, terminal, flags["json"] === true) : await show(source, id, terminal, flags)
  } finally {
    source.close()
  }
}

const columns: readonly Column[] = [
  { title: "run", align: "left" }, { title: "workflow", align: "left" }, { title: "status", align: "left" }, { title: "started (UTC)", align: "left" },
  { title: "dollars", align: "right" }, { title: "tokens", align: "right" },
]

async function list(source: RunReader, terminal: Terminal, json: boolean): Promise<ExitCode> {
  const runs = [...(await source.list())].sort((a, b) => b.createdAtMs - a.createdAtMs)
  if (json) {
    terminal.out(JSON.stringify(runs.map(({ id, name, status, createdAtMs, updatedAtMs }) => ({ id, workflow: name, status, createdAtMs, endedAtMs: hasEnded({ status }) ? updatedAtMs : null })), null, 2))
    return 0
  }
  if (runs.length === 0) {
    terminal.out("No runs yet.")
    return 0
  }
  const rows = runs.map((run): Row => {
    const spent = foldRun(run, []).status?.spent
    const used = spent === undefined || spent.tokens + spent.nanoDollars === 0 ? ["", ""] : [dollars(spent.nanoDollars), count(spent.tokens)]
    return { cells: [run.id, run.name, run.status, new Date(run.createdAtMs).toISOString().slice(0, 19).replace("T", " "), ...used] }
  })
  terminal.out(alignedTable(columns, rows, { rule: "-", dim: terminal.style.dim, columns: terminal.columns, first: terminal.style.cyan }).join("\n"))
  return 0
}

async function show(source: RunReader, id: string, terminal: Terminal, flags: Invocation["flags"]): Promise<ExitCode> {
  const summary = await source.get(id)
  if (summary === undefined) throw new Failure(2, `There is no run '${id}'.`, "`agentflow runs` lists them.")
  const history = await source.history(id)
  const view = foldRun(summary, history)
  if (flags["json"]) {
    terminal.out(JSON.stringify({ ...view, spentByHistory: spentBy(view), ...(flags["history"] ? { history } : {}) }, null, 2))
    return 0
  }
  terminal.out(drawRun(view, { terminal, nowMs: Date.now(), fold: false }).join("\n"))
  if (summary.status === "failed") terminal.out(`\n${drawFailure(view, terminal).join("\n")}`)
  if (flags["history"]) {
    terminal.out("")
    for (const [index, event] of history.entries()) terminal.out(eventLine(index, event, terminal))
  }
  return 0
}

function eventLine(index: number, event: HistoryEvent, terminal: Terminal): string {
  const { style } = terminal
  const { kind, timestampMs, eventId, ...rest } = event
  const clock = new Date(timestampMs).toISOString().slice(11, 23)
  const facts = Object.entries(rest).map(([key, value]) => `${key}=${clipped(typeof value === "string" ? value : JSON.stringify(value), 160, terminal)}`)
  return `${style.dim(String(index).padStart(4))} ${style.dim(clock)} ${style.bold(kind)}${eventId >= 0 ? style.dim(` #${eventId}`) : ""} ${facts.join(" ")}`.trimEnd()
}
