// The report of a test run as one page of HTML: no script, no file beside it, light and dark.

import { frame, plain } from "../base/diagnostics/render.ts"
import type { TestResult } from "../simulator/index.ts"
import { coverageOf, escaped, percent, reproduction } from "./test-reports.ts"
import type { Tested, TestedProgram } from "./test-reports.ts"
import { timelineOf } from "./test-timeline.ts"

const styles = `
:root { color-scheme: light dark; --bg: #fff; --fg: #1b1f24; --dim: #667; --line: #dde; --good: #177245; --bad: #b3261e; --fault: #9a6700; --card: #f7f8fa }
@media (prefers-color-scheme: dark) { :root { --bg: #14161a; --fg: #e6e8eb; --dim: #9aa3ad; --line: #2b3038; --good: #5cc98f; --bad: #ff8a80; --fault: #e3b341; --card: #1b1e24 } }
body { font: 15px/1.5 system-ui, sans-serif; background: var(--bg); color: var(--fg); max-width: 68rem; margin: 2rem auto; padding: 0 1rem }
h1 { font-size: 1.5rem } h2 { font-size: 1.1rem; margin-top: 2rem }
details, .test { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: .6rem .9rem; margin: .5rem 0 }
summary { cursor: pointer } .good { color: var(--good) } .bad { color: var(--bad) } .fault { color: var(--fault) } .dim { color: var(--dim) }
pre { font: 13px/1.45 ui-monospace, monospace; overflow-x: auto; background: var(--bg); border: 1px solid var(--line); border-radius: 6px; padding: .6rem }
table { border-collapse: collapse; font-size: 13px; width: 100% } td { padding: .15rem .6rem .15rem 0; vertical-align: top } td:first-child { text-align: right; white-space: nowrap; color: var(--dim) }
code { font: 13px ui-monospace, monospace }`

export function htmlReport(tested: Tested): string {
  const results = tested.programs.flatMap((program) => program.results)
  const failed = results.filter(({ result }) => !result.ok).length
  const runs = results.reduce((sum, { result }) => sum + result.runs, 0)
  const title = failed === 0 ? `${results.length} tests passed` : `${failed} of ${results.length} tests failed`
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title><style>${styles}</style></head>
<body><h1 class="${failed === 0 ? "good" : "bad"}">${title}</h1>
<p class="dim">${runs} simulated runs in ${(tested.ms / 1000).toFixed(1)} s, seed ${tested.seed}.</p>
${tested.programs.map(programHtml).join("\n")}
</body></html>`
}

function programHtml(program: TestedProgram): string {
  const coverage = coverageOf(program).map(({ group, reached, of }) => `${group === "branch" ? "branches" : `${group}s`} ${percent(reached, of)}`).join(", ")
  return `<h2>${escaped(program.file)} <span class="dim">${coverage}</span></h2>\n${program.results.map(({ result }) => testHtml(result, program)).join("\n")}`
}

function testHtml(result: TestResult, program: TestedProgram): string {
  const worlds = result.worlds === 0 ? "" : ` <span class="dim">${result.worlds} worlds</span>`
  if (result.ok) return `<div class="test"><span class="good">✓</span> ${escaped(result.name)}${worlds} <span class="dim">${escaped(result.summary)}</span></div>`
  const options = { paint: plain, unicode: true, textOf: (path: string) => program.texts.get(path) }
  const unmet = result.unmet.map(({ origin, expected, actual }) =>
    `<pre>${escaped(frame(origin.path, origin.span, "error", options).join("\n"))}</pre><p>expected <code class="good">${escaped(expected)}</code><br>actual <code class="bad">${escaped(actual)}</code></p>`)
  const rows = result.trace === undefined ? [] : timelineOf(result.trace).map(({ time, step, text, tone }) =>
    `<tr><td>${escaped(time)}</td><td><code>${escaped(step)}</code></td><td class="${tone}">${escaped(text)}</td></tr>`)
  const test = reproduction(result, program.texts)
  return `<details open><summary><span class="bad">✗</span> ${escaped(result.name)}${worlds}</summary>
${result.smallest === undefined ? "" : `<p>${result.failedWorlds.length} of ${result.worlds} worlds fail; the smallest: <span class="fault">${escaped(result.smallest.label)}</span></p>`}
${unmet.join("\n")}
<table>${rows.join("")}</table>
${test === undefined ? "" : `<p>This test shows it:</p><pre>${escaped(test)}</pre>`}
</details>`
}
