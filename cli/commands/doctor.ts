// agentflow doctor: what this machine has and lacks, and how to get it.

import type { ExitCode } from "../failure.ts"
import { examine, type Finding, type State } from "../doctor.ts"
import type { Invocation } from "../table.ts"
import { plainly, type Terminal } from "../terminal.ts"
import { wrap } from "../../base/text/columns.ts"

export async function main({ terminal, flags }: Invocation): Promise<ExitCode> {
  const findings = await examine({ cwd: process.cwd(), env: process.env, config: flags["config"] as string | undefined })
  const isWell = findings.every(({ state }) => state !== "broken")
  if (flags["json"]) {
    terminal.out(JSON.stringify({ ok: isWell, findings }, null, 2))
    return isWell ? 0 : 1
  }
  let area = ""
  for (const finding of findings) {
    if (finding.area !== area) terminal.out(`${area === "" ? "" : "\n"}${terminal.style.bold(finding.area)}`)
    area = finding.area
    tell(finding, terminal)
  }
  const lacking = findings.filter(({ state }) => state === "absent").length
  terminal.out(isWell
    ? `\n${terminal.paint("hint", "Ready.")}${lacking === 0 ? "" : ` ${lacking} optional ${lacking === 1 ? "part is" : "parts are"} not here; nothing above needs ${lacking === 1 ? "it" : "them"} to run programs.`}`
    : `\n${terminal.paint("error", "Not ready:")} mend what is marked.`)
  return isWell ? 0 : 1
}

const marks: { readonly [Each in State]: readonly [unicode: string, plain: string] } = { ok: ["✓", "ok "], absent: ["–", "-  "], broken: ["✗", "!! "] }

function tell({ name, state, found, how }: Finding, terminal: Terminal): void {
  const { style, unicode, columns, out } = terminal
  const mark = marks[state][unicode ? 0 : 1]
  const painted = state === "ok" ? style.green(mark) : state === "absent" ? style.dim(mark) : style.red(mark)
  out(`  ${painted}${unicode ? " " : ""}${name}: ${found}`)
  for (const line of how === undefined ? [] : wrap(plainly(how, terminal), Math.min(100, columns) - 5)) out(`${" ".repeat(unicode ? 4 : 5)}${style.dim(line)}`)
}
