// What the lines above a declaration do: run, test, simulate, show the cost.

import { showTab } from "../state/view.ts"
import { active, programs } from "../state/project.ts"
import { requested } from "../run/request.ts"

export type LensCommand = "run" | "simulate" | "test" | "cost"

export function runCommand(command: LensCommand, path: string, name: string): void {
  if (programs.peek().includes(path)) active.value = path
  if (command === "cost") return showTab("graph")
  showTab("run")
  requested.value = { command, path, name }
}
