// Change to diagnostics, completion and hover on a file of about 1,000 lines, with a real client over stdio: printed, not asserted.

import { readFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { startProcess } from "../../test/server/client.ts"

const brief = readFileSync(join(import.meta.dirname, "../../examples/daily-brief/daily-brief.agentflow"), "utf8")
const names = [...brief.matchAll(/^(?:model|secret|type|enum|policy|tool|agent|human|workflow|error) (\w+)/gm)].map((match) => match[1]!)
const copies = Array.from({ length: 7 }, (_, copy) => names.reduce((text, name) => text.replaceAll(new RegExp(`\\b${name}\\b`, "g"), `${name}X${copy}`), brief))
const text = copies.join("\n")
const uri = "file:///w/main.agentflow"
const rounds = 200

function report(name: string, samples: readonly number[]): void {
  const sorted = [...samples].sort((a, b) => a - b)
  const at = (share: number): string => `${sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!.toFixed(1)} ms`
  console.log(`${name.padEnd(28)} p50 ${at(0.5).padStart(9)}   p95 ${at(0.95).padStart(9)}   max ${at(1).padStart(9)}`)
}

const client = await startProcess(tmpdir())
client.open(uri, text)
await client.diagnostics(uri, 1)
const lines = text.split("\n")
const line = lines.findIndex((each) => each.includes("brief.headline)"))
const character = lines[line]!.indexOf("brief.headline)") + "brief.".length
const samples: Record<"diagnostics" | "completion" | "hover", number[]> = { diagnostics: [], completion: [], hover: [] }
for (let round = 0; round < rounds + 20; round++) {
  // As typing does: one character in the middle of the file, without pause.
  const version = 2 * round + 2
  const typed = round % 2 === 0 ? "x" : ""
  const start = performance.now()
  client.change(uri, `${text.slice(0, text.length / 2)}${text.slice(text.length / 2).replace("\n\n", `\n// ${typed}${round}\n`)}`, version)
  await client.diagnostics(uri, version)
  const afterDiagnostics = performance.now()
  client.change(uri, `${text}// ${round}\n`, version + 1)
  const beforeCompletion = performance.now()
  await client.connection.sendRequest("textDocument/completion", client.at(uri, line, character))
  const afterCompletion = performance.now()
  await client.diagnostics(uri, version + 1)
  const beforeHover = performance.now()
  await client.connection.sendRequest("textDocument/hover", client.at(uri, line, character))
  if (round < 20) continue
  samples.diagnostics.push(afterDiagnostics - start)
  samples.completion.push(afterCompletion - beforeCompletion)
  samples.hover.push(performance.now() - beforeHover)
}
console.log(`${lines.length} lines, ${rounds} rounds`)
report("change to diagnostics", samples.diagnostics)
report("completion after a change", samples.completion)
report("hover", samples.hover)
await client.close()
