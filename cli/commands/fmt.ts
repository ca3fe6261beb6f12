// agentflow fmt: one layout for every program; `--check` only says which files would change.

import { readFileSync, statSync } from "node:fs"
import { join } from "node:path"
import { format } from "../../grammar/format/format.ts"
import { Failure, messageOf, type ExitCode } from "../failure.ts"
import type { Invocation } from "../table.ts"
import { writeWhole } from "../whole-file.ts"

const limitBytes = 4 * 1024 * 1024

export async function main({ terminal, positionals, flags }: Invocation): Promise<ExitCode> {
  const checks = flags["check"] === true
  if (flags["stdin"] === true) {
    if (positionals.length > 0) throw new Failure(2, "--stdin formats what it reads; it takes no files.", "Name files without --stdin.")
    return formatStdin(checks)
  }
  if (positionals.length === 0) throw new Failure(2, "There is nothing to format.", "Usage: agentflow fmt FILE, or agentflow fmt --stdin")
  // All are read before the first is written: a wrong name leaves every file as it was.
  const changed = positionals
    .map((file) => ({ file, before: readFile(file) }))
    .map(({ file, before }) => ({ file, before, after: format({ path: file, text: before, version: 0 }).text }))
    .filter(({ before, after }) => after !== before)
  if (!checks) for (const { file, after } of changed) replaceFile(file, after)
  if (flags["json"]) terminal.out(JSON.stringify({ changed: changed.map(({ file }) => file), written: !checks }, null, 2))
  else for (const { file } of changed) terminal.out(file)
  return checks && changed.length > 0 ? 1 : 0
}

async function formatStdin(checks: boolean): Promise<ExitCode> {
  const chunks: Buffer[] = []
  for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk as Uint8Array))
  const before = decode(Buffer.concat(chunks))
  if (before === undefined) throw new Failure(2, "The standard input is not UTF-8 text.")
  const { text } = format({ path: "stdin.agentflow", text: before, version: 0 })
  if (checks) return text === before ? 0 : 1
  await new Promise<void>((resolve, reject) => process.stdout.write(text, (problem) => (problem ? reject(problem) : resolve())))
  return 0
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined
  }
}

function readFile(file: string): string {
  let kind
  try {
    kind = statSync(file)
  } catch {
    throw new Failure(2, `There is no file ${file}.`, "Check the path; programs end in .agentflow.")
  }
  if (kind.isDirectory()) throw new Failure(2, `${file} is a folder.`, `Name the files in it: agentflow fmt ${join(file, "*.agentflow")}`)
  if (kind.size > limitBytes) throw new Failure(2, `${file} has ${kind.size} bytes; a program file may have at most ${limitBytes}.`)
  let bytes
  try {
    bytes = readFileSync(file)
  } catch (problem) {
    throw new Failure(2, `${file} can't be read: ${messageOf(problem)}.`)
  }
  const text = decode(bytes)
  if (text === undefined) throw new Failure(2, `${file} is not UTF-8 text.`, "A program is text; save it as UTF-8.")
  return text
}

function replaceFile(file: string, text: string): void {
  try {
    writeWhole(file, text)
  } catch (problem) {
    throw new Failure(2, `${file} can't be written: ${messageOf(problem)}.`)
  }
}
