// Makes every generated file of the project from its one source: `npm run generate`, `--check` only compares.

import { readdirSync, readFileSync, writeFileSync, existsSync } from "node:fs"
import { join } from "node:path"
import { grammarFiles } from "./generate/grammar.ts"

const root = join(import.meta.dirname, "..")

interface CodeDocument {
  readonly code: string
  readonly title: string
  readonly severity: string
  readonly message: string
  readonly text: string
}

/** Reads `# AF1001 title`, `severity: x`, `> message` from one document; throws with the file's name when one is missing. */
function readCode(file: string, text: string): CodeDocument {
  const need = (pattern: RegExp, what: string): string => {
    const found = pattern.exec(text)?.[1]
    if (found === undefined) throw new Error(`${file}: no ${what}`)
    return found.trim()
  }
  const code = need(/^# (AF\d{4}) /m, "heading '# AFnnnn title'")
  if (!file.startsWith(`${code}-`)) throw new Error(`${file}: the heading says ${code}`)
  const message = [...text.matchAll(/^> (.*)$/gm)].map((match) => match[1]!.trim()).join(" ")
  if (message === "") throw new Error(`${file}: no message line '> …'`)
  for (const section of ["## Why", "## Fix", "## Example"]) {
    if (!text.includes(`\n${section}\n`)) throw new Error(`${file}: no section '${section}'`)
  }
  const severity = need(/^severity: (error|warning|info)$/m, "line 'severity: error | warning | info'")
  return { code, title: need(/^# AF\d{4} (.+)$/m, "title"), severity, message, text }
}

function catalogueFiles(): ReadonlyMap<string, string> {
  const folder = join(root, "base/diagnostics/codes")
  const documents = readdirSync(folder)
    .filter((file) => file.endsWith(".md"))
    .sort()
    .map((file) => readCode(file, readFileSync(join(folder, file), "utf8")))
  const seen = new Set<string>()
  for (const { code } of documents) {
    if (seen.has(code)) throw new Error(`${code} has two documents`)
    seen.add(code)
  }
  const entries = documents.map(
    ({ code, title, severity, message }) =>
      `  ${code}: { title: ${JSON.stringify(title)}, severity: ${JSON.stringify(severity)}, message: ${JSON.stringify(message)} },`,
  )
  const explanations = documents.map(({ code, text }) => `  ${code}: ${JSON.stringify(text)},`)
  const head = "// Generated from base/diagnostics/codes/*.md by `npm run generate`; change those files."
  return new Map([
    ["base/diagnostics/catalogue.generated.ts", [head, "", "export const catalogue = {", ...entries, "} as const", ""].join("\n")],
    [
      "base/diagnostics/explanations.generated.ts",
      [head, "", "export const explanations: Readonly<Record<string, string>> = {", ...explanations, "}", ""].join("\n"),
    ],
  ])
}

const files = new Map([...catalogueFiles(), ...grammarFiles()])
const stale = [...files].filter(([path, text]) => !existsSync(join(root, path)) || readFileSync(join(root, path), "utf8") !== text)
if (process.argv.includes("--check")) {
  for (const [path] of stale) console.error(`${path} is not what its source gives: run npm run generate`)
  process.exitCode = stale.length === 0 ? 0 : 1
} else {
  for (const [path, text] of stale) {
    writeFileSync(join(root, path), text)
    console.log(`wrote ${path}`)
  }
}
