// Record and replay of model traffic: a file with a line for each answer, found again by what was asked.

import { createHash } from "node:crypto"
import { appendFile, readFile } from "node:fs/promises"
import type { Redactor } from "../redact.ts"
import type { Provider, ProviderRequest, ProviderResponse } from "./provider.ts"

interface Recorded {
  readonly v: 1
  readonly key: string
  /** For whoever reads the file; the key alone decides. */
  readonly asked: { readonly agent: string; readonly step: string; readonly model: string; readonly last: string }
  readonly response: ProviderResponse
}

/** What the answer depends on. Not the step, the attempt or the allowance: they differ from run to run. */
function keyOf({ agent, model, messages, tools, responseSchema }: ProviderRequest): string {
  const asked = JSON.stringify([agent, model, messages, tools, responseSchema])
  return createHash("sha256").update(asked).digest("hex").slice(0, 32)
}

/** Appends every answer, also a failure. */
export function recording(provider: Provider, path: string, redactor: Redactor): Provider {
  return {
    name: provider.name,
    async complete(request) {
      const response = await provider.complete(request)
      const { agent, step, model, messages } = request
      const last = messages.at(-1)?.content?.slice(0, 200) ?? ""
      const line: Recorded = { v: 1, key: keyOf(request), asked: { agent, step, model, last }, response }
      await appendFile(path, `${JSON.stringify(redactor.value(line))}\n`)
      return response
    },
  }
}

/** Equal requests get their answers in the order of the recording, then the last one again. */
export function replaying(path: string): Provider {
  let loading: Promise<ReadonlyMap<string, readonly ProviderResponse[]>> | undefined
  const served = new Map<string, number>()
  return {
    name: "replay",
    async complete(request) {
      loading ??= load(path)
      const key = keyOf(request)
      let answers: readonly ProviderResponse[] | undefined
      try {
        answers = (await loading).get(key)
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error)
        return { ok: false, kind: "invalid_input", message: `the recording can't be read: ${reason}` }
      }
      const turn = served.get(key) ?? 0
      served.set(key, turn + 1)
      const response = answers?.[Math.min(turn, answers.length - 1)]
      if (response === undefined) {
        const message = `the recording holds no answer to this request of ${request.agent} (${request.step}); ` +
          "its prompt, tools or types have changed since, so record it again with AGENTFLOW_RECORD"
        return { ok: false, kind: "invalid_input", message }
      }
      if (response.ok && response.text !== "") request.onText?.(response.text)
      return response
    },
  }
}

async function load(path: string): Promise<ReadonlyMap<string, readonly ProviderResponse[]>> {
  const found = new Map<string, ProviderResponse[]>()
  for (const line of (await readFile(path, "utf8")).split("\n")) {
    if (line.trim() === "") continue
    const { key, response } = JSON.parse(line) as Recorded
    found.set(key, [...(found.get(key) ?? []), response])
  }
  return found
}
