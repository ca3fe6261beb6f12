// Starting a run: which workflow, with which input.

import { signal, useSignal } from "@preact/signals"
import type { Json, Started } from "../../../cli/studio/api.ts"
import { ask, textOf } from "./client.ts"
import { json } from "./format.ts"
import { Dialog } from "./parts.tsx"
import { skeleton } from "./skeleton.ts"
import { goTo, loadRuns, program } from "./state.ts"
import { tell } from "../state/view.ts"

export const starting = signal(false)

export function StartRun() {
  const workflows = program.value?.workflows ?? []
  if (!starting.value || workflows.length === 0) return null
  return <Dialog title="Start a run" onClose={() => { starting.value = false }}><Form names={workflows.map(({ name }) => name)} /></Dialog>
}

const inputFor = (name: string): string => json(skeleton(program.peek()?.workflows.find((each) => each.name === name)?.parameters ?? {}))

function Form({ names }: { readonly names: readonly string[] }) {
  const name = useSignal(names[0]!)
  const input = useSignal(inputFor(name.peek()))
  const id = useSignal("")
  const problem = useSignal("")
  const busy = useSignal(false)
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault()
    busy.value = true
    try {
      const value = JSON.parse(input.peek()) as Json
      const started = await ask<Started>("POST", "runs", { workflow: name.peek(), input: value, ...(id.peek().trim() === "" ? {} : { id: id.peek().trim() }) })
      starting.value = false
      goTo("runs", started.id)
      void loadRuns()
      tell(started.isNew ? `Run ${started.id} has started.` : `Run ${started.id} was there already.`)
    } catch (failed) {
      problem.value = failed instanceof SyntaxError ? `The input is not JSON: ${failed.message}` : textOf(failed)
    }
    busy.value = false
  }
  return (
    <form class="start-form" onSubmit={(event) => void submit(event)}>
      <label>Workflow
        <select value={name.value} onChange={(event) => { name.value = event.currentTarget.value; input.value = inputFor(name.value); problem.value = "" }}>
          {names.map((each) => <option key={each} value={each}>{each}</option>)}
        </select>
      </label>
      <label>Input, as JSON
        <textarea class="input" rows={Math.max(5, Math.min(16, input.value.split("\n").length + 1))} spellcheck={false} value={input.value} aria-invalid={problem.value !== ""} aria-describedby="start-problem" onInput={(event) => { input.value = event.currentTarget.value }} />
      </label>
      <label>Id, if you want one
        <input class="input mono" value={id.value} placeholder="made for you" onInput={(event) => { id.value = event.currentTarget.value }} />
      </label>
      <p id="start-problem" class="failure-text" role="alert">{problem.value}</p>
      <div class="dialog-actions"><button type="submit" class="button button-primary" disabled={busy.value}>Start</button></div>
    </form>
  )
}
