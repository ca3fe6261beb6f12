// The report of a pilot, as one page of HTML without scripts and as Markdown: the same facts in the same order.

import { dollars } from "../view/render.ts"
import { faults } from "./faults.ts"
import type { Fault } from "./faults.ts"
import { compare } from "./observe.ts"
import type { Comparison, Observation } from "./observe.ts"
import { escaped, picture, seconds } from "./picture.ts"

/** One under test: the program, or the command it is compared with. */
export interface Subject {
  readonly name: string
  readonly runs: readonly Observation[]
}

export interface Pilot {
  readonly file: string
  readonly host: string
  /** What the numbers were measured on. */
  readonly surroundings: string
  readonly subjects: readonly Subject[]
}

interface Row {
  readonly fault: Fault
  readonly run: Observation
  readonly comparison: Comparison
}

export function rowsOf({ runs }: Subject): readonly Row[] {
  const [undisturbed] = runs
  return runs.map((run) => ({ fault: faults.find(({ name }) => name === run.fault)!, run, comparison: compare(run, undisturbed!) }))
}

const columns = ["Fault", "Recovered", "Took", "More than undisturbed", "Run again", "Requests", "Done twice", "Not done", "Cost", "More cost"]

function cellsOf({ fault, run, comparison }: Row): readonly string[] {
  const { struck, recovered, extraMs, again, requests, doubled, missing, extraNanoDollars, extraTokens } = comparison
  const isBase = fault.name === "undisturbed"
  const steps = again.reduce((sum, { times }) => sum + times, 0)
  return [
    fault.title, isBase ? run.status : !struck ? "did not strike" : recovered ? "yes" : `no: ${reasonOf(run, comparison)}`, seconds(run.durationMs), isBase ? "–" : signed(extraMs, seconds),
    isBase ? "–" : String(steps), String(requests), isBase ? "–" : String(doubled), isBase ? "–" : String(missing),
    run.spent === undefined ? "–" : `${dollars(run.spent.nanoDollars)}, ${run.spent.tokens} tokens`,
    isBase || extraNanoDollars === undefined ? "–" : `${signed(extraNanoDollars, dollars)}, ${signed(extraTokens ?? 0, String)} tokens`,
  ]
}

/** In which way it did not recover. */
export function reasonOf(run: Observation, { sameResult, doubled, missing }: Comparison): string {
  const reasons = [
    ...(run.status === "completed" ? [] : [run.why ?? run.status]), ...(run.status === "completed" && !sameResult ? ["another result"] : []),
    ...(doubled > 0 ? [`${doubled} done twice`] : []), ...(missing > 0 ? [`${missing} not done`] : []),
  ]
  return reasons.join(", ") || "it ended otherwise"
}

function signed(value: number, text: (value: number) => string): string {
  return value < 0 ? `−${text(-value)}` : `+${text(value)}`
}

/** "recovered from 4 of 4 faults"; those that did not come about say nothing. */
export function verdictOf(subject: Subject): string {
  const disturbed = rowsOf(subject).filter(({ fault, comparison }) => fault.name !== "undisturbed" && comparison.struck)
  return `recovered from ${disturbed.filter(({ comparison }) => comparison.recovered).length} of ${disturbed.length} faults`
}

/** The undisturbed run completed, a fault struck at least once, and every one that did was recovered from. */
export function isGood(subject: Subject): boolean {
  const rows = rowsOf(subject)
  const struck = rows.filter(({ comparison }) => comparison.struck)
  return rows[0]!.run.status === "completed" && struck.length > 0 && struck.every(({ comparison }) => comparison.recovered)
}

const notes = [
  "“Run again” counts attempts and requests beyond those of the undisturbed run.",
  "“Done twice” counts what a service did more often than undisturbed: requests of one Idempotency-Key count once, requests without a key each time.",
  "Times are of one run each on one machine: they say how long a recovery takes, not how fast the program is.",
]

// ---------------------------------------------------------------- Markdown

export function markdownReport(pilot: Pilot): string {
  const parts = pilot.subjects.flatMap((subject) => [
    `## ${subject.name}: ${verdictOf(subject)}`, "", line(columns), line(columns.map(() => "---")), ...rowsOf(subject).map((row) => line(cellsOf(row))), "",
    ...rowsOf(subject).flatMap(detailsOf), "",
  ])
  return [`# Pilot of ${pilot.file}`, "", `On ${pilot.host}; ${pilot.surroundings}.`, "", ...parts, ...notes.map((note) => `- ${note}`), ""].join("\n")
}

function line(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|").replaceAll("\n", " ")).join(" | ")} |`
}

function detailsOf({ fault, run, comparison }: Row): readonly string[] {
  const started = Math.min(...run.bars.map(({ fromMs }) => fromMs), ...run.marks.map(({ atMs }) => atMs))
  const happened = run.marks.map(({ atMs, text }) => `${text} at ${seconds(atMs - started)}`)
  const again = comparison.again.map(({ what, times }) => `\`${what}\` ${times === 1 ? "once more" : `${times} times more`}`)
  if (fault.name === "undisturbed") return []
  return [`- **${fault.title}.** ${fault.what} ${[...happened, ...(again.length === 0 ? ["nothing was run again"] : again)].join("; ")}.`]
}

// ---------------------------------------------------------------- HTML

/** Every pair of colours has a contrast of at least 4.5 : 1 on its background, in both schemes. */
const styles = `
:root { color-scheme: light dark; --bg: #ffffff; --fg: #1b1f24; --dim: #57606a; --line: #d5dae1; --card: #f6f8fa; --good: #116b36; --bad: #b3261e; --fault: #8a4b00; --ok: #2f6fb0; --failed: #b3261e; --cut: #8a4b00; --open: #57606a }
@media (prefers-color-scheme: dark) { :root { --bg: #14161a; --fg: #e6e8eb; --dim: #a6b0bb; --line: #2f353e; --card: #1b1e24; --good: #6bd49a; --bad: #ff9a90; --fault: #f0b95a; --ok: #6db3f2; --failed: #ff9a90; --cut: #f0b95a; --open: #a6b0bb } }
body { font: 15px/1.5 system-ui, sans-serif; background: var(--bg); color: var(--fg); max-width: 72rem; margin: 2rem auto; padding: 0 1rem }
h1 { font-size: 1.5rem; margin-bottom: .2rem } h2 { font-size: 1.2rem; margin-top: 2.2rem } h3 { font-size: 1rem; margin: 0 0 .3rem }
.dim { color: var(--dim) } .good { color: var(--good) } .bad { color: var(--bad) }
.table { overflow-x: auto } table { border-collapse: collapse; width: 100%; font-size: 14px } th { text-align: left; color: var(--dim); font-weight: 600 }
th, td { padding: .35rem .7rem .35rem 0; border-bottom: 1px solid var(--line); vertical-align: top } td:first-child { font-weight: 600; white-space: nowrap }
section { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: .8rem 1rem; margin: 1rem 0 } section p { margin: .2rem 0 .6rem }
svg { width: 100%; height: auto; display: block } svg text { font: 12px system-ui, sans-serif; fill: var(--fg) } svg .label { font: 11px ui-monospace, monospace } svg .tick { fill: var(--dim); font-size: 11px }
svg .grid { stroke: var(--line) } svg .mark { stroke: var(--fault); stroke-width: 1.5; stroke-dasharray: 4 3 } svg .marked { fill: var(--fault); font-weight: 600 }
svg .ok { fill: var(--ok) } svg .failed { fill: var(--failed) } svg .interrupted { fill: var(--cut) } svg .open { fill: var(--open) }
.key { font-size: 13px } .key span { display: inline-block; width: .8em; height: .8em; border-radius: 2px; margin: 0 .35em 0 1em; vertical-align: -1px }
code { font: 13px ui-monospace, monospace }`

export function htmlReport(pilot: Pilot): string {
  const title = `Pilot of ${pilot.file}`
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escaped(title)}</title><style>${styles}</style></head>
<body><h1>${escaped(title)}</h1>
<p class="dim">On ${escaped(pilot.host)}; ${escaped(pilot.surroundings)}.</p>
${pilot.subjects.map(subjectHtml).join("\n")}
<h2>How to read it</h2>
<p class="key"><span style="background: var(--ok)"></span>done<span style="background: var(--failed)"></span>failed<span style="background: var(--cut)"></span>cut off, tried again<span style="background: var(--open)"></span>never ended</p>
<ul>${notes.map((note) => `<li>${escaped(note)}</li>`).join("")}</ul>
</body></html>
`
}

function subjectHtml(subject: Subject): string {
  const rows = rowsOf(subject)
  const allGood = isGood(subject)
  const table = rows.map((row) => `<tr>${cellsOf(row).map((cell, index) => `<td${index === 1 ? ` class="${row.fault.name === "undisturbed" || !row.comparison.struck ? "" : row.comparison.recovered ? "good" : "bad"}"` : ""}>${escaped(cell)}</td>`).join("")}</tr>`)
  return `<h2>${escaped(subject.name)}: <span class="${allGood ? "good" : "bad"}">${verdictOf(subject)}</span></h2>
<div class="table"><table><thead><tr>${columns.map((column) => `<th>${column}</th>`).join("")}</tr></thead><tbody>${table.join("")}</tbody></table></div>
${rows.map(runHtml).join("\n")}`
}

function runHtml({ fault, run, comparison }: Row): string {
  const again = comparison.again.map(({ what, times }) => `<code>${escaped(what)}</code>${times === 1 ? "" : ` ${times} times`}`)
  const told = fault.name === "undisturbed" ? "" : ` Run again: ${again.length === 0 ? "nothing" : again.join(", ")}.`
  return `<section><h3>${escaped(fault.title)}</h3><p class="dim">${escaped(fault.what)}${told}</p>\n${run.bars.length === 0 ? "<p>Nothing was run.</p>" : picture(run)}</section>`
}
