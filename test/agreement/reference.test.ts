// Emitted code does what the plan says: result, calls in their order, ledger, undo order, waits and failures, on two machines.

import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import type { Plan } from "../../compiler/3-plan/types.ts"
import { plan } from "../../compiler/index.ts"
import { planOf, programNames, sourcesOf } from "../compiler/emit-programs.ts"
import { bothOf } from "./agree.ts"
import { workflowsOf } from "./emitted.ts"

const examples = join(import.meta.dirname, "../../examples")
const seedsEach = 2
const seedsMax = 100

function examplePlans(): readonly (readonly [string, Plan])[] {
  const files = readdirSync(examples, { recursive: true }).map(String).filter((file) => file.endsWith(".agentflow")).sort()
  const texts = new Map(files.map((file) => [file.replaceAll("\\", "/"), readFileSync(join(examples, file), "utf8")]))
  return [...texts].flatMap(([path, text]) => {
    const others = [...texts].filter(([other]) => other !== path && other.startsWith(path.replace(/[^/]*$/, "")))
    const { value } = plan([{ path, text, version: 0 }, ...others.map(([other, each]) => ({ path: other, text: each, version: 0 }))])
    return value === null || value.workflows.length === 0 ? [] : [[path, value] as const]
  })
}

async function expectAgreement(planned: Plan, seeds: number): Promise<number> {
  const workflows = await workflowsOf(planned)
  let ended = 0
  for (const { name } of planned.workflows) {
    // Where a workflow waits for an event that must fit, only some seeds come to an end.
    for (let seed = 1; seed <= seeds || (ended === 0 && seed <= seedsMax); seed++) {
      const { oracle, emitted, told } = await bothOf({ plan: planned, workflows, workflow: name, seed })
      expect(emitted, `${name} with seed ${seed}`).toBe(oracle)
      ended += told === undefined ? 0 : 1
    }
  }
  return ended
}

describe("the oracle and the emitted code agree", () => {
  it.each(programNames)("on the corpus program %s", async (name) => {
    // A run that waits for a person without a limit may not end; most do.
    expect(await expectAgreement(planOf(sourcesOf(name)), seedsEach)).toBeGreaterThan(0)
  })
  it.each(examplePlans())("on the example %s", async (_path, planned) => {
    expect(await expectAgreement(planned, 4 * seedsEach)).toBeGreaterThan(seedsEach)
  })
})
