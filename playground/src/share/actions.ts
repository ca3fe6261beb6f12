// Share and download: the project as a link, and as files.

import { build } from "virtual:build"
import { startOf } from "../run/session.ts"
import { errorCount } from "../shell/problems.tsx"
import { active, cursor, example, files, filesAt, openProject, program } from "../state/project.ts"
import { rightTab, tell, type RightTab } from "../state/view.ts"
import { readFragment, writeFragment } from "./fragment.ts"
import { restoreRun, sharedRun } from "../run/shared.ts"

export async function shareProject(): Promise<void> {
  const state = { files: [...files.peek()].map(([path, text]) => ({ path, text })), active: active.peek(), cursor: cursor.peek(), tab: rightTab.peek(), run: sharedRun() }
  const url = new URL(location.href)
  url.hash = await writeFragment(state)
  history.replaceState(null, "", url)
  try {
    await navigator.clipboard.writeText(url.href)
    tell(`Link copied (${Math.ceil(url.href.length / 1024)} KB): everything is in it, nothing is stored elsewhere.`)
  } catch {
    tell("The link is in the address bar: everything is in it.")
  }
}

/** Opens what the address names; false when it names nothing. */
export async function openShared(): Promise<boolean> {
  try {
    const state = await readFragment(location.hash)
    if (state === undefined) return false
    openProject(state.files, { ...(state.active === undefined ? {} : { active: state.active }), ...(state.cursor === undefined ? {} : { cursor: state.cursor }) })
    if (state.tab === "graph" || state.tab === "code" || state.tab === "run") rightTab.value = state.tab satisfies RightTab
    restoreRun(state.run)
    return true
  } catch (problem) {
    tell(problem instanceof Error ? problem.message : String(problem), "error")
    return false
  }
}

export async function downloadProject(): Promise<void> {
  const { needsShared, zipProject } = await import("./zip.ts")
  const name = example.peek() === "" ? "agentflow-project" : example.peek()
  const whole = new Map([...await leftOut(), ...files.peek()])
  const start = errorCount.peek() > 0 ? undefined : await startOf()
  const shared = needsShared(whole) ? new Map((await filesAt("shared")).map(({ path, text }) => [path, text])) : undefined
  const zip = zipProject(name, whole, {
    ...(program.peek() === "" ? {} : { program: program.peek() }), ...(shared === undefined ? {} : { shared }),
    ...(start === undefined ? {} : { input: start.input, ...(start.isOnly ? {} : { workflow: start.workflow }) }),
  })
  const link = document.createElement("a")
  link.href = URL.createObjectURL(new Blob([zip], { type: "application/zip" }))
  link.download = `${name}.zip`
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 1000)
  tell(`${name}.zip: unpack it and follow its README.`)
}

/** The example that the page opens with comes without what only a real run needs. */
async function leftOut(): Promise<readonly (readonly [string, string])[]> {
  if (example.peek() !== build.first.id) return []
  return (await filesAt(build.first.id)).filter(({ path }) => /\.(ts|md)$/.test(path)).map(({ path, text }) => [path, text])
}
