// The JSON report of `agentflow test --report json`, as far as the explorer shows it.

export interface TestReport {
  readonly file: string
  readonly name: string
  readonly ok: boolean
  readonly ms: number
  readonly runs: number
  readonly worlds: number
  readonly failedWorlds: readonly string[]
  readonly unmet: readonly { readonly origin: { readonly path: string; readonly span: { readonly start: number; readonly end: number } }; readonly expected: string; readonly actual: string }[]
  readonly smallest?: { readonly label: string; readonly test?: string }
}

/** Undefined when the output is no report: the command says on standard error why. */
export function readReport(stdout: string): readonly TestReport[] | undefined {
  try {
    const { tests } = JSON.parse(stdout) as { readonly tests?: unknown }
    return Array.isArray(tests) ? (tests as readonly TestReport[]) : undefined
  } catch {
    return undefined
  }
}

export interface Problem {
  readonly text: string
  readonly expected?: string
  readonly actual?: string
  readonly place?: { readonly path: string; readonly start: number; readonly end: number }
}

/** One for each expectation that was not met; of a world with a fault, which one, and the test that shows it. */
export function problemsIn({ unmet, smallest, failedWorlds, worlds }: TestReport): readonly Problem[] {
  const where = smallest === undefined ? "" : `\n${failedWorlds.length} of ${worlds} worlds fail; the smallest: ${smallest.label}`
  const shown = smallest?.test === undefined ? "" : `\n\n${smallest.test}`
  if (unmet.length === 0) return [{ text: `The test failed.${where}${shown}` }]
  return unmet.map(({ origin, expected, actual }) => ({
    text: `expected ${expected}, but ${actual}${where}${shown}`, expected, actual, place: { path: origin.path, ...origin.span },
  }))
}
