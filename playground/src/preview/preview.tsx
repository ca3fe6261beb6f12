// What the program becomes: files of the generated project, the plan, and what the last edit changed in them.

import { batch, computed, effect, signal, useSignal } from "@preact/signals"
import { useEffect, useMemo } from "preact/hooks"
import { answeredFor, compilerFailed, emitting, generated, language, pathOf, stale, state, uriOf, wantsCode, type GeneratedFile } from "../language/session.ts"
import { errorCount } from "../shell/problems.tsx"
import { active, cursor, files, generation, program, reveal, type TextRange } from "../state/project.ts"
import { phoneView } from "../state/view.ts"
import { CodeView, type LineMark } from "./code-view.tsx"
import { compareLines } from "./difference.ts"
import { linkedCode, linkedSource, pointed } from "./link.ts"

const chosen = signal("")
const showsChanges = signal(false)

interface Versions {
  readonly now: readonly GeneratedFile[]
  readonly before: ReadonlyMap<string, string>
}

/** The files with their texts before the last edit that changed any of them. */
const versions = signal<Versions | undefined>(undefined)
let project = -1
effect(() => {
  const now = generated.value
  if (now === undefined) {
    versions.value = undefined
    return
  }
  const last = project === generation.peek() ? versions.peek() : undefined
  project = generation.peek()
  const same = last !== undefined && last.now.length === now.length && last.now.every(({ path, text }, index) => now[index]!.path === path && now[index]!.text === text)
  versions.value = { now, before: last === undefined ? new Map() : same ? last.before : new Map(last.now.map(({ path, text }) => [path, text])) }
})

const shownFile = computed(() => {
  const all = versions.value?.now ?? []
  return all.find(({ path }) => path === chosen.value) ?? all.find(({ path }) => path.startsWith("workflows/") && path.endsWith(".ts")) ?? all[0]
})

const changedPaths = computed(() => {
  const { now = [], before = new Map<string, string>() } = versions.value ?? {}
  return new Set(before.size === 0 ? [] : now.filter(({ path, text }) => !path.endsWith(".map") && before.get(path) !== text).map(({ path }) => path))
})

const groups: readonly { readonly label: string; readonly of: (path: string) => boolean }[] = [
  { label: "Workflows", of: (path) => path.startsWith("workflows/") },
  { label: "Plan", of: (path) => path === "plan.txt" },
  { label: "Schemas", of: (path) => /schemas|validators/.test(path) },
  { label: "Dapr", of: (path) => path.endsWith(".yaml") },
  { label: "TypeScript", of: (path) => /\.m?[jt]s$/.test(path) },
  { label: "Project", of: () => true },
]

function grouped(all: readonly GeneratedFile[]): readonly { readonly label: string; readonly files: readonly GeneratedFile[] }[] {
  const of = (path: string): string => groups.find((group) => group.of(path))!.label
  const shown = all.filter(({ path }) => !path.endsWith(".map"))
  return groups.map(({ label }) => ({ label, files: shown.filter(({ path }) => of(path) === label) })).filter((group) => group.files.length > 0)
}

export function Preview() {
  useEffect(() => {
    wantsCode.value = true
    return followCursor()
  }, [])
  const all = versions.value?.now
  const file = shownFile.value
  if (all === undefined || file === undefined) return <p class="empty" role="status">{waitingText()}</p>
  return (
    <div class="preview">
      <div class="preview-bar">
        <label class="field"><span class="visually-hidden">Generated file</span>
          <select value={file.path} onChange={(event) => { chosen.value = event.currentTarget.value }}>
            {grouped(all).map(({ label, files: listed }) => (
              <optgroup key={label} label={label}>{listed.map(({ path }) => <option key={path} value={path}>{path}{changedPaths.value.has(path) ? "  •" : ""}</option>)}</optgroup>
            ))}
          </select>
        </label>
        <button type="button" class="button button-quiet" aria-pressed={showsChanges.value} onClick={() => { showsChanges.value = !showsChanges.value }}>
          Last change{changedPaths.value.size === 0 ? "" : ` (${changedPaths.value.size})`}
        </button>
        <span class="preview-state" role="status">{stale.value ? "from before the error" : emitting.value ? "printing …" : ""}</span>
      </div>
      <FileView file={file} />
    </div>
  )
}

function waitingText(): string {
  if (state.value === "failed") return compilerFailed
  if (errorCount.value > 0) return "Generated code appears when the program has no errors."
  return "Loading the code printer …"
}

function FileView({ file }: { readonly file: GeneratedFile }) {
  const before = versions.value?.before.get(file.path)
  const changes = useMemo(() => (before === undefined || before === file.text ? undefined : compareLines(before, file.text)), [before, file.text])
  const hovered = useSignal(-1)
  const onLine = (line: number, how: "hover" | "go" | "leave"): void => {
    if (how === "leave") {
      linkedSource.value = undefined
      return
    }
    if (how === "hover" && hovered.peek() === line) return
    hovered.value = line
    void toSource(file.uri, line, how === "go")
  }
  if (showsChanges.value && changes !== undefined) {
    const marks = new Map<number, LineMark>(changes.map(({ kind }, index) => [index, kind === "same" ? undefined : kind]))
    return <CodeView path={file.path} text={changes.map(({ text }) => text).join("\n")} label={`Last change of ${file.path}`} marks={marks} />
  }
  const marks = new Map<number, LineMark>((changes ?? []).filter(({ kind }) => kind === "added").map(({ line }) => [line, "added"]))
  const linked = linkedCode.value?.uri === file.uri ? linkedCode.value.range.start.line : undefined
  return <CodeView path={file.path} text={file.text} label={file.path} marks={marks} linked={linked} onLine={onLine} />
}

// ---------------------------------------------------------------- both sides

interface Location {
  readonly uri: string
  readonly range: TextRange
}

async function toSource(generatedUri: string, line: number, go: boolean): Promise<void> {
  const client = await language()
  const found = await client.request<Location | null>("agentflow/toSource", { uri: uriOf(program.peek()), generated: generatedUri, position: { line, character: 400 } }).catch(() => null)
  if (found === null) {
    linkedSource.value = undefined
    return
  }
  const place = { path: pathOf(found.uri), range: found.range }
  linkedSource.value = place
  if (go) {
    phoneView.value = "editor"
    reveal(place, { focus: false })
  }
}

/** The place in the code that belongs to the pointer or to the cursor, whichever moved last; the file that holds it is shown. */
function followCursor(): () => void {
  let last = ""
  return effect(() => {
    const path = active.value
    const line = pointed.value?.path === path ? pointed.value.line : cursor.value.line
    // Asked after the code, not before: it is the answer for the code that is shown.
    if (generated.value === undefined || stale.value || answeredFor.value !== files.value || !path.endsWith(".agentflow")) return
    const key = `${path}:${line}:${files.peek().get(path)?.length ?? 0}`
    if (key === last) return
    last = key
    void (async () => {
      const client = await language()
      const found = await client.request<Location | null>("agentflow/toGenerated", { uri: uriOf(program.peek()), position: { line, character: 400 } }).catch(() => null)
      if (found === null) return
      batch(() => {
        linkedCode.value = found
        const file = generated.peek()?.find(({ uri }) => uri === found.uri)
        // A file that is not a workflow was chosen on purpose.
        if (file !== undefined && (chosen.peek() === "" || chosen.peek().startsWith("workflows/"))) chosen.value = file.path
      })
    })()
  })
}
