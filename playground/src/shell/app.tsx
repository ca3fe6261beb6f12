// The page: header, editor, what is seen of the program, and the lower panel; one view at a time on a phone.

import type { ComponentChildren } from "preact"
import { EditorPane } from "../editor/pane.tsx"
import { GraphPane } from "../graph/pane.tsx"
import { Preview } from "../preview/preview.tsx"
import { RunPane } from "../run/pane.tsx"
import { TestsPane } from "../run/tests-pane.tsx"
import { testsPassed, testStates } from "../run/tests.ts"
import { TimelinePane } from "../timeline/pane.tsx"
import { HistoryPane } from "../timeline/history.tsx"
import { bottomOpen, bottomTab, columns, embedded, narrow, notice, phoneView, rightTab, rows, type BottomTab, type PhoneView, type RightTab } from "../state/view.ts"
import { counted } from "./count.ts"
import { ExplainDialog } from "./explain.tsx"
import { FileTabs } from "./file-tabs.tsx"
import { GalleryDialog } from "./gallery.tsx"
import { Header } from "./header.tsx"
import { Icon } from "./icons.tsx"
import { errorCount, Problems, problems, warningCount } from "./problems.tsx"
import { Splitter } from "./splitter.tsx"
import { TabPanel, Tabs, type Tab } from "./tabs.tsx"

const rightTabs: readonly Tab<RightTab>[] = [{ id: "graph", label: "Graph" }, { id: "code", label: "Code" }, { id: "run", label: "Run" }]

export function App() {
  return (
    <>
      <Header />
      {narrow.value ? <PhoneLayout /> : <WideLayout />}
      <ExplainDialog />
      <GalleryDialog />
      <Notice />
    </>
  )
}

function WideLayout() {
  const style = { "--columns": columns.value, "--rows": bottomOpen.value ? rows.value : 0 }
  return (
    <main class={`layout${bottomOpen.value ? "" : " layout-closed"}${embedded.value ? " layout-embedded" : ""}`} style={style}>
      <div class="upper">
        <section class="pane" aria-label="Editor"><FileTabs /><EditorPane /></section>
        <Splitter share={columns} direction="columns" label="Width of the editor" />
        <section class="pane" aria-label="Program"><RightPane /></section>
      </div>
      {bottomOpen.value ? <Splitter share={rows} direction="rows" label="Height of the lower panel" fromEnd /> : null}
      <section class="pane lower" aria-label="Lower panel"><BottomPane /></section>
    </main>
  )
}

function RightPane() {
  return (
    <>
      <div class="pane-head"><Tabs name="right" label="Views of the program" tabs={rightTabs} chosen={rightTab.value} onChoose={(tab) => { rightTab.value = tab }} /></div>
      <TabPanel name="right" chosen={rightTab.value}>{viewOf(rightTab.value)}</TabPanel>
    </>
  )
}

function viewOf(tab: RightTab): ComponentChildren {
  switch (tab) {
    case "graph": return <GraphPane />
    case "code": return <Preview />
    case "run": return <RunPane />
    case "studio": return null
  }
}

function BottomPane() {
  const tabs: readonly Tab<BottomTab>[] = [
    { id: "problems", label: "Problems", badge: <Counts /> }, { id: "timeline", label: "Timeline" }, { id: "history", label: "History" }, { id: "tests", label: "Tests", badge: <TestCounts /> },
  ]
  const choose = (tab: BottomTab): void => {
    bottomTab.value = tab
    bottomOpen.value = true
  }
  return (
    <>
      <div class="pane-head">
        <Tabs name="bottom" label="Lower panel" tabs={tabs} chosen={bottomTab.value} onChoose={choose} />
        <button type="button" class="button button-quiet button-small push" aria-expanded={bottomOpen.value} aria-label={bottomOpen.value ? "Close the lower panel" : "Open the lower panel"} onClick={() => { bottomOpen.value = !bottomOpen.value }}>
          <Icon name={bottomOpen.value ? "down" : "up"} />
        </button>
      </div>
      {bottomOpen.value ? <TabPanel name="bottom" chosen={bottomTab.value}>{lowerOf(bottomTab.value)}</TabPanel> : null}
    </>
  )
}

function lowerOf(tab: BottomTab): ComponentChildren {
  switch (tab) {
    case "problems": return <Problems />
    case "timeline": return <TimelinePane />
    case "history": return <HistoryPane />
    case "tests": return <TestsPane />
  }
}

function TestCounts() {
  const done = [...testStates.value.values()].filter(({ kind }) => kind === "done").length
  if (done === 0) return null
  const failed = done - testsPassed.value
  return failed > 0 ? <span class="badge badge-error" aria-label={`${failed} failed`}>{failed}</span> : <span class="badge" aria-label={`${done} passed`}>{done}</span>
}

function Counts() {
  const [errors, warnings] = [errorCount.value, warningCount.value]
  if (problems.value.length === 0) return null
  return (
    <>
      {errors === 0 ? null : <span class="badge badge-error" aria-label={counted(errors, "error")}>{errors}</span>}
      {warnings === 0 ? null : <span class="badge badge-warning" aria-label={counted(warnings, "warning")}>{warnings}</span>}
    </>
  )
}

const phoneTabs: readonly { readonly id: PhoneView; readonly label: string }[] = [
  { id: "editor", label: "Editor" }, { id: "graph", label: "Graph" }, { id: "code", label: "Code" }, { id: "run", label: "Run" }, { id: "problems", label: "Problems" },
]

function PhoneLayout() {
  const view = phoneView.value
  return (
    <>
      <main class="phone">
        <section class="pane" aria-label="Editor" hidden={view !== "editor"}><FileTabs /><EditorPane /></section>
        {view === "editor" ? null : <section class="pane" aria-label={view}>{view === "problems" ? <div class="tab-panel"><Problems /></div> : <div class="tab-panel">{viewOf(view)}</div>}</section>}
      </main>
      <nav class="phone-tabs" aria-label="Views">
        {phoneTabs.map(({ id, label }) => (
          <button key={id} type="button" class="phone-tab" aria-current={view === id ? "page" : undefined} onClick={() => { phoneView.value = id }}>
            {label}{id === "problems" && errorCount.value > 0 ? <span class="badge badge-error">{errorCount.value}</span> : null}
          </button>
        ))}
      </nav>
    </>
  )
}

function Notice() {
  const shown = notice.value
  return <div class="notices" role="status" aria-live="polite">{shown === undefined ? null : <p class={`notice notice-${shown.kind}`}>{shown.text}</p>}</div>
}
