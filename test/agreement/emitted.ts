// Emitted code in memory, as the simulator loads it: a thousand projects are too many for a disk.

import type { Plan } from "../../compiler/3-plan/types.ts"
import { simulationOf } from "../../compiler/4-emit/simulation.ts"
import type { Workflow } from "../../runtime/contract.ts"
import { loadProgram } from "../../simulator/index.ts"

/** The program's workflows by the name that runs are started under. */
export async function workflowsOf(plan: Plan): Promise<ReadonlyMap<string, Workflow>> {
  const { workflows } = await loadProgram(simulationOf(plan))
  // The simulator names the package, this test its sources.
  return workflows as unknown as ReadonlyMap<string, Workflow>
}
