// What is wrong in all files; a click or Enter goes there.

import { computed } from "@preact/signals"
import type { Diagnostic } from "vscode-languageserver"
import { compilerFailed, diagnostics, state } from "../language/session.ts"
import { textOf } from "../language/text.ts"
import { files, reveal } from "../state/project.ts"
import { phoneView } from "../state/view.ts"
import { explained } from "./explain.tsx"
import { Icon } from "./icons.tsx"
import { Inline } from "./inline.tsx"

interface Problem {
  readonly path: string
  readonly diagnostic: Diagnostic
}

export const problems = computed<readonly Problem[]>(() =>
  [...diagnostics.value].filter(([path]) => files.value.has(path)).flatMap(([path, found]) => found.map((diagnostic) => ({ path, diagnostic })))
    .sort((a, b) => (a.diagnostic.severity ?? 1) - (b.diagnostic.severity ?? 1) || (a.path < b.path ? -1 : a.path > b.path ? 1 : a.diagnostic.range.start.line - b.diagnostic.range.start.line)))
export const errorCount = computed(() => problems.value.filter(({ diagnostic }) => diagnostic.severity === 1).length)
export const warningCount = computed(() => problems.value.filter(({ diagnostic }) => diagnostic.severity === 2).length)

const icons = { 1: "error", 2: "warning", 3: "info", 4: "info" } as const
const words = { 1: "Error", 2: "Warning", 3: "Note", 4: "Hint" } as const

export function Problems() {
  if (state.value === "failed") return <p class="empty" role="alert">{compilerFailed}</p>
  if (state.value === "starting") return <p class="empty" role="status">Starting the compiler …</p>
  if (problems.value.length === 0) return <p class="empty"><Icon name="check" /> No problems. Names, types, policies, budgets and bounds are checked as you type.</p>
  return (
    <ul class="problems">
      {problems.value.map(({ path, diagnostic }) => <Row key={`${path}:${diagnostic.range.start.line}:${diagnostic.range.start.character}:${diagnostic.code}:${textOf(diagnostic.message)}`} path={path} diagnostic={diagnostic} />)}
    </ul>
  )
}

function Row({ path, diagnostic: { range, message, severity = 1, code } }: Problem) {
  const go = (): void => {
    phoneView.value = "editor"
    reveal({ path, range })
  }
  return (
    <li class={`problem problem-${words[severity].toLowerCase()}`}>
      <button type="button" class="problem-go" onClick={go}>
        <span class="problem-icon" role="img" aria-label={words[severity]}><Icon name={icons[severity]} /></span>
        <span class="problem-text"><Inline text={textOf(message)} /></span>
        <span class="problem-place">{path}:{range.start.line + 1}:{range.start.character + 1}</span>
      </button>
      {code === undefined ? null : <button type="button" class="problem-code" onClick={() => { explained.value = String(code) }} aria-label={`Explain ${code}`}>{code}</button>}
    </li>
  )
}
