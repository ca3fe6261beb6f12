// What the run says about the chosen step: each of its paths with the attempts, values and errors so far.

import type { OwnBox, OwnGraph } from "../language/own.ts"
import { faultKinds } from "./fault-kinds.ts"
import { dropFault, stepsOf } from "./faults.ts"
import { trace, worldState } from "./session.ts"
import { timeText } from "./time.ts"

export function StepNotes({ graph, box }: { readonly graph: OwnGraph; readonly box: OwnBox }) {
  const kinds = faultKinds.filter(({ of }) => of.includes(box.kind as "tool"))
  const now = Object.values(worldState.value?.runs ?? {}).flatMap(({ steps }) => Object.values(steps))
  const mine = trace.value === undefined ? [] : stepsOf(graph, box).map((step) => now.find(({ path }) => path === step.path)).filter((step) => step !== undefined)
  return (
    <>
      {kinds.length === 0 || trace.value === undefined ? null : (
        <div class="step-faults" role="group" aria-label="Break this step">{kinds.map(({ id, label, title }) => <button key={id} type="button" class="fault" title={title} onClick={() => dropFault(graph, box, id)}>{label}</button>)}</div>
      )}
      {mine.slice(0, 12).map((step) => (
        <section key={step.path} class="step-note">
          <h3><code>{step.path.split("/").slice(1).join("/")}</code></h3>
          <ol>
            {step.attempts.map(({ attempt, scheduledMs, endedMs, ok, error, value }) => (
              <li key={attempt} class={ok === false ? "is-failed" : ""}>
                <span class="tnum">{timeText(scheduledMs)}{endedMs === undefined ? " …" : ` → ${timeText(endedMs)}`}</span>
                {error === undefined ? null : <span>{error.kind}: {error.message}</span>}
                {value === undefined ? null : <code class="value-line">{JSON.stringify(value).slice(0, 160)}</code>}
              </li>
            ))}
          </ol>
        </section>
      ))}
    </>
  )
}
