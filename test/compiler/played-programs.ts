// Programs of the corpus as projects in a folder of their own, to be imported and played.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import type { ActivityInput, Envelope, Workflow } from "../../runtime/contract.ts"
import { emitOf, planOf, sourcesOf } from "./emit-programs.ts"

const repository = join(import.meta.dirname, "../..")

export interface PlayedPrograms {
  /** Writes a program's project, and imports one file of it. */
  load(name: string, file: string): Promise<Record<string, unknown>>
  workflowOf(name: string, workflow: string, file: string): Promise<Workflow>
  remove(): void
}

/** Below the repository, so that the runtime is found as an installed package would be. */
export function openPrograms(): PlayedPrograms {
  mkdirSync(join(repository, "dist"), { recursive: true })
  const folder = mkdtempSync(join(repository, "dist/played-"))
  const load: PlayedPrograms["load"] = async (name, file) => {
    const sources = sourcesOf(name)
    const { files } = await emitOf(planOf(sources), sources)
    for (const { path, text } of files) {
      const target = join(folder, name, "generated", path)
      mkdirSync(dirname(target), { recursive: true })
      writeFileSync(target, text)
    }
    writeFileSync(join(folder, name, "tools.ts"), "export {}\n")
    return (await import(/* @vite-ignore */ join(folder, name, "generated", file))) as Record<string, unknown>
  }
  return {
    load,
    workflowOf: async (name, workflow, file) => (await load(name, `workflows/${file}.ts`))[workflow] as Workflow,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

export type Answers = Readonly<Record<string, (parameters: never, input: ActivityInput) => unknown>>

/** Answers activities by name; an Error's message is the kind of failure. What the runtime does itself succeeds. */
export function script(answers: Answers) {
  return (name: string, input: ActivityInput): Envelope => {
    const answer = answers[name] ?? (name.startsWith("agentflow.") ? () => null : undefined)
    if (answer === undefined) throw new Error(`no answer for ${name}`)
    const value = answer(input.parameters as never, input)
    return value instanceof Error ? { ok: false, kind: value.message, message: `${name} fails`, data: value.cause } : { ok: true, value }
  }
}
