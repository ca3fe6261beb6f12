// A range of generated programs on the oracle and the emitted code, with counts that say what the runs came across.

import { expect } from "vitest"
import { plan } from "../../compiler/index.ts"
import { bothOf } from "./agree.ts"
import { workflowsOf } from "./emitted.ts"
import { randomProgram } from "./random-program.ts"

export interface Seen {
  readonly programs: number
  readonly calls: number
  readonly failed: number
  readonly undone: number
  readonly children: number
  readonly histories: number
}

export async function agreeOnPrograms(first: number, count: number): Promise<Seen> {
  const seen = { programs: 0, calls: 0, failed: 0, undone: 0, children: 0, histories: 0 }
  for (let seed = first; seed < first + count; seed++) {
    const text = randomProgram(seed)
    const { value, diagnostics } = plan([{ path: "main.agentflow", text, version: 0 }])
    if (value === null) throw new Error(`program ${seed}: ${diagnostics.map(({ code, message }) => `${code} ${message}`).join("\n")}\n${text}`)
    const workflows = await workflowsOf(value)
    for (const workflow of seed % 4 === 0 ? ["Main", "Again", "Sub"] : ["Main"]) {
      const { oracle, emitted, told } = await bothOf({ plan: value, workflows, workflow, seed })
      expect(emitted, `${workflow} of\n${text}`).toBe(oracle)
      seen.calls += told?.calls.length ?? 0
      seen.failed += told?.failure === undefined ? 0 : 1
      seen.undone += (told?.failure?.["undone"] as readonly string[] | undefined)?.length ?? 0
      seen.children += told?.children.length ?? 0
      seen.histories += (told?.histories ?? 1) - 1
    }
    seen.programs += 1
  }
  return seen
}
