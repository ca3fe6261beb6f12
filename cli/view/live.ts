// Shows a run while it goes: a repainted tree on a terminal, one line per finished attempt elsewhere.

import { clipped, type Terminal } from "../terminal.ts"
import { everyStep, type RunView } from "./fold.ts"
import { drawRun } from "./render.ts"

export interface LiveView {
  /** Shows the newest state; a repaint without a change is cheap. */
  show(view: RunView, nowMs: number): void
  /** A line that stays: what happened around the run, such as a killed worker. */
  note(text: string): void
  /** The text of an answer, as it comes; without this none is streamed. */
  text?(step: string, delta: string): void
  /** Draws the last state for good. */
  end(view: RunView, nowMs: number): void
}

export function liveView(terminal: Terminal): LiveView {
  return terminal.live ? repainted(terminal) : listed(terminal)
}

function repainted(terminal: Terminal): LiveView {
  let painted = 0
  const texts = new Map<string, string>()
  const erase = (): void => {
    if (painted > 0) process.stdout.write(`\u001b[${painted}A\u001b[J`)
    painted = 0
  }
  return {
    show(view, nowMs) {
      const rows = (process.stdout.rows || 40) - 2
      const tree = drawRun(view, { terminal, nowMs, fold: true })
      const lines = [...tree, ...written(view, texts, terminal)].map((line) => clip(line, terminal)).slice(0, rows)
      erase()
      process.stdout.write(`${lines.join("\n")}\n`)
      painted = lines.length
    },
    text(step, delta) {
      texts.set(step, ((texts.get(step) ?? "") + delta).slice(-textCharactersMax))
    },
    note(text) {
      erase()
      terminal.out(text)
    },
    end(view, nowMs) {
      erase()
      terminal.out(drawRun(view, { terminal, nowMs, fold: true }).join("\n"))
    },
  }
}

const textCharactersMax = 400

/** The end of what the agents that are at it have written so far, one line each. */
function written(view: RunView, texts: Map<string, string>, { style, columns }: Terminal): readonly string[] {
  const open = new Set([...everyStep(view.steps)].filter((step) => step.attempts.some((attempt) => attempt.outcome === undefined)).map((step) => step.path))
  for (const step of texts.keys()) if (!open.has(step)) texts.delete(step)
  return [...texts].map(([step, text]) => {
    const name = step.split("/").slice(1).join("/")
    const room = Math.max(20, columns - name.length - 4)
    return style.dim(`${name}: ${text.replace(/\s+/g, " ").slice(-room)}`)
  })
}

/** Without a terminal every finished attempt is said once, and the tree is drawn at the end. */
function listed(terminal: Terminal): LiveView {
  const said = new Set<string>()
  const say = (key: string, line: string): void => {
    if (said.has(key)) return
    said.add(key)
    terminal.out(line)
  }
  const show = (view: RunView): void => {
    const { style, unicode } = terminal
    const steps = [...everyStep(view.steps)]
    const ended = steps.flatMap((step) => step.attempts.map((attempt) => ({ step, attempt })))
    // In the order of their end: of an undo, which step goes first is the point.
    for (const { step, attempt } of ended.toSorted((a, b) => (a.attempt.endedAtMs ?? 0) - (b.attempt.endedAtMs ?? 0))) {
      // To put a question is no news: that it waits is, and what it was answered.
      if (attempt.outcome === undefined || attempt.endedAtMs === undefined || step.answer !== undefined || step.waiting?.for === "answer") continue
      const key = `${step.path}#${attempt.attempt}#${attempt.startedAtMs}`
      const took = `${((attempt.endedAtMs - attempt.startedAtMs) / 1000).toFixed(1)}s`
      const mark = attempt.outcome === "ok" ? style.green(unicode ? "✓" : "+") : style.yellow("!")
      const what = attempt.error === undefined ? "" : `  ${attempt.error.kind}`
      say(key, `${mark} ${step.path}${attempt.attempt > 1 ? ` (attempt ${attempt.attempt})` : ""}${what}  ${style.dim(took)}`)
    }
    for (const step of steps) {
      const { waiting, answer } = step
      if (answer !== undefined) say(`${step.path}=`, `${style.green(unicode ? "✓" : "+")} ${step.path}  ${JSON.stringify(answer.value)}${answer.by === undefined ? "" : style.dim(` by ${answer.by}`)}`)
      if (waiting !== undefined && waiting.for !== "retry") say(`${step.path}?${waiting.for}`, `${unicode ? "◌" : "~"} ${step.path} waits for a person`)
    }
  }
  return {
    show,
    note: (text) => terminal.out(text),
    end(view, nowMs) {
      show(view)
      terminal.out(`\n${drawRun(view, { terminal, nowMs, fold: true }).join("\n")}`)
    },
  }
}

/** Cuts a line at the terminal's width; escape sequences take no room. */
function clip(line: string, { columns, unicode }: Terminal): string {
  let width = 0
  let result = ""
  for (const part of line.split(/(\u001b\[[0-9;]*m)/)) {
    if (part.startsWith("\u001b[")) result += part
    else {
      const room = columns - width
      result += part.length > room ? (room > 0 ? clipped(part, room, { unicode }) : "") : part
      width += part.length
    }
  }
  return result
}
