// The run as a `test` block at the end of the program: what it met and how it ended, to be played again.

import { formatDocument } from "../language/session.ts"
import { files, pointOf, program, reveal, setText } from "../state/project.ts"
import { bottomOpen, bottomTab, phoneView, tell } from "../state/view.ts"
import { runner } from "./runner.ts"
import { currentWorld, faults, given, inputText, summary, workflow } from "./session.ts"

export async function exportTest(): Promise<void> {
  const path = program.peek()
  const made = await (await runner()).ask("write", { workflow: workflow.peek(), input: JSON.parse(inputText.peek()), world: currentWorld(), title: freeTitle(titleOf()) })
  const before = files.peek().get(path) ?? ""
  const text = `${before.trimEnd()}\n\n${made}\n`
  const at = pointOf(text, before.trimEnd().length + 2)
  setText(path, text, "test")
  phoneView.value = "editor"
  bottomTab.value = "tests"
  bottomOpen.value = true
  void formatDocument(path).then(() => reveal({ path, range: { start: at, end: at } }), (problem: unknown) => tell(String(problem), "error"))
  tell(made.includes("// Not in this test") ? "The run stands as a test; its comments say what a test can't." : "The run stands as a test at the end of the program.")
}

function titleOf(): string {
  const [name, status] = [workflow.peek(), summary.peek()?.status ?? "completed"]
  if (faults.peek().length + Object.keys(given.peek()).length === 0) return `${name} ends ${status}`
  return status === "completed" ? `${name} survives what was tried` : `${name} ends after what was tried`
}

function freeTitle(title: string): string {
  const text = files.peek().get(program.peek()) ?? ""
  let free = title
  for (let number = 2; text.includes(`test "${free}"`); number++) free = `${title} ${number}`
  return free
}
