// The catalogue of diagnostics and its pages, made from base/diagnostics/codes/*.md.

import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"

const root = join(import.meta.dirname, "../..")

interface CodeDocument {
  readonly code: string
  readonly title: string
  readonly severity: string
  readonly message: string
  readonly text: string
}

const families: Readonly<Record<string, string>> = {
  AF1: "Syntax", AF2: "Names", AF3: "Types", AF4: "Policies", AF5: "Budget", AF6: "Compensation", AF7: "Versions", AF8: "Security", AF9: "Project",
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
  if (families[code.slice(0, 3)] === undefined) throw new Error(`${file}: ${code} is in no family`)
  const message = [...text.matchAll(/^> (.*)$/gm)].map((match) => match[1]!.trim()).join(" ")
  if (message === "") throw new Error(`${file}: no message line '> …'`)
  for (const section of ["## Why", "## Fix", "## Example"]) {
    if (!text.includes(`\n${section}\n`)) throw new Error(`${file}: no section '${section}'`)
  }
  const severity = need(/^severity: (error|warning|info)$/m, "line 'severity: error | warning | info'")
  return { code, title: need(/^# AF\d{4} (.+)$/m, "title"), severity, message, text }
}

function readCodes(): readonly CodeDocument[] {
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
  return documents
}

export function diagnosticFiles(): ReadonlyMap<string, string> {
  const documents = readCodes()
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
    ["docs/errors/README.md", indexPage(documents)],
    ...documents.map((document) => [`docs/errors/${document.code}.md`, errorPage(document)] as const),
  ])
}

const pageHead = "<!-- Generated from base/diagnostics/codes by `npm run generate`; change that file. -->"

function errorPage({ text }: CodeDocument): string {
  return `${pageHead}\n\n${text.trimEnd()}\n\n[All diagnostics](README.md)\n`
}

function indexPage(documents: readonly CodeDocument[]): string {
  const sections = Object.entries(families).flatMap(([prefix, name]) => {
    const own = documents.filter(({ code }) => code.startsWith(prefix))
    if (own.length === 0) return []
    const rows = own.map(({ code, title, severity, message }) => `| [${code}](${code}.md) | ${severity} | ${title} | ${message.replaceAll("|", "\\|")} |`)
    return [`## ${name}`, "", "| code | level | what | message |", "| --- | --- | --- | --- |", ...rows, ""]
  })
  return [
    pageHead, "", "# Diagnostics", "",
    "Every message of `agentflow check` has a code. `agentflow explain CODE` shows its page in the terminal; the level of a rule of the",
    "checklist is set under `rules:` in `agentflow.config.yaml`, and `accept CODE \"why\"` excuses one place.", "",
    ...sections,
  ].join("\n").trimEnd() + "\n"
}
