// What happens after a yes: here the draft is written to a folder.

import { mkdir, writeFile } from "node:fs/promises"
import type { ToolContext } from "@agentflow/runtime"

interface Draft {
  title: string
  text: string
}

export async function release(draft: Draft, { idempotencyKey }: ToolContext): Promise<string> {
  const file = `published/${idempotencyKey.replaceAll(/[^\w-]+/g, "-")}.md`
  await mkdir("published", { recursive: true })
  await writeFile(file, `# ${draft.title}\n\n${draft.text}\n`)
  return file
}
