// The Studio's page: where the runs are, the three places, and what is asked on top of them.

import type { ProgramState } from "../../../cli/studio/api.ts"
import { Icon } from "../shell/icons.tsx"
import { ThemeButton } from "../shell/theme-button.tsx"
import { notice } from "../state/view.ts"
import { hasToken } from "./client.ts"
import { DeadView } from "./dead.tsx"
import { InboxView } from "./inbox.tsx"
import { Confirm } from "./parts.tsx"
import { RunView } from "./run.tsx"
import { RunList } from "./runs.tsx"
import { StartRun, starting } from "./start-run.tsx"
import { chosen, deadCount, hashOf, place, program, questions, session, unreachable, type Place } from "./state.ts"

export function Studio() {
  return (
    <>
      <Header />
      {unreachable.value === undefined ? null : <p class="banner" role="alert"><Icon name="warning" />{unreachable.value}</p>}
      <main class="studio">{hasToken ? <Places /> : <p class="empty">This address has no token. Open the one that `agentflow dev` printed.</p>}</main>
      <StartRun />
      <Confirm />
      <div class="notices" role="status" aria-live="polite">{notice.value === undefined ? null : <p class={`notice notice-${notice.value.kind}`}>{notice.value.text}</p>}</div>
    </>
  )
}

function Places() {
  switch (place.value) {
    case "inbox": return <InboxView />
    case "dead": return <DeadView />
    case "runs": return <div class={`studio-runs${chosen.value === undefined ? "" : " studio-chosen"}`}><RunList /><RunView /></div>
  }
}

const places: readonly { readonly id: Place; readonly label: string }[] = [{ id: "runs", label: "Runs" }, { id: "inbox", label: "Inbox" }, { id: "dead", label: "Dead letters" }]

function Header() {
  const host = session.value?.host
  const badges: Readonly<Record<Place, number>> = { runs: 0, inbox: questions.value?.length ?? 0, dead: deadCount.value }
  return (
    <header class="header">
      <h1 class="title"><a class="brand" href={hashOf("runs")}><img src="icon.svg" width="26" height="26" alt="" /><span class="brand-name">AgentFlow</span> <span class="brand-part">studio</span></a></h1>
      <nav class="places" aria-label="Places">
        {places.map(({ id, label }) => (
          <a key={id} class="tab" href={hashOf(id)} aria-current={place.value === id ? "page" : undefined}>{label}{badges[id] === 0 ? null : <span class={`badge badge-${id === "dead" ? "error" : "warning"}`}>{badges[id]}</span>}</a>
        ))}
      </nav>
      <div class="header-summary studio-host">
        {host === undefined ? "" : <span title={host.address}><span class={`host-dot${unreachable.value === undefined ? "" : " host-gone"}`} aria-hidden="true" />{host.kind === "dapr" ? "Dapr" : "embedded sidecar"} · <span class="mono">{host.address}</span></span>}
        <ProgramPill />
      </div>
      <div class="header-actions">
        <ThemeButton />
        {(program.value?.workflows.length ?? 0) === 0 ? null : <button type="button" class="button button-primary" onClick={() => { starting.value = true }}><Icon name="play" /><span class="button-text">Start a run</span></button>}
      </div>
    </header>
  )
}

const words: Readonly<Record<ProgramState["state"], string>> = { building: "building …", running: "running", broken: "broken" }

function ProgramPill() {
  const state = program.value
  if (state === undefined) return null
  const errors = state.diagnostics.filter(({ severity }) => severity === "error")
  const why = [state.problem, ...errors.slice(0, 5).map(({ file, line, code, message }) => `${file}:${line} ${code} ${message}`)].filter((each) => each !== undefined).join("\n")
  return <span class={`program program-${state.state}`} title={why}><span class="mono">{state.file}</span> {words[state.state]}{state.state === "broken" && why !== "" ? `: ${why.split("\n")[0]}` : ""}</span>
}
