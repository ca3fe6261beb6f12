// Diagnostics for programs: JSON, SARIF 2.1.0 for code scanning, workflow commands for GitHub's annotations.

import { catalogue } from "../base/diagnostics/catalogue.generated.ts"
import type { Diagnostic, Severity } from "../base/diagnostics/diagnostic.ts"
import { explanations } from "../base/diagnostics/explanations.generated.ts"
import { lineTable, positionAt, type LineTable } from "../base/text/line-table.ts"
import type { Span } from "../base/text/span.ts"
import type { Program } from "./fs.ts"
import { version } from "./version.ts"

export type Format = "pretty" | "json" | "sarif" | "github"

export interface Found {
  readonly program: Program
  readonly diagnostics: readonly Diagnostic[]
}

export function render(format: Exclude<Format, "pretty">, found: readonly Found[]): string {
  switch (format) {
    case "json": return JSON.stringify({ diagnostics: found.flatMap(({ program, diagnostics }) => diagnostics.map((each) => diagnosticJson(each, program))) }, null, 2)
    case "sarif": return JSON.stringify(sarif(found), null, 2)
    case "github": return found.flatMap(({ program, diagnostics }) => diagnostics.map((each) => annotation(each, regionsOf(program)))).join("\n")
  }
}

/** Lines and columns count from 1, columns in UTF-16 units; the end is behind the last character. */
interface Region {
  readonly startLine: number
  readonly startColumn: number
  readonly endLine: number
  readonly endColumn: number
}

type RegionOf = (path: string, span: Span) => Region

function regionsOf({ sources }: Program): RegionOf {
  const tables = new Map<string, LineTable>()
  const tableOf = (path: string): LineTable => {
    const known = tables.get(path) ?? lineTable(sources.find((source) => source.path === path)?.text ?? "")
    tables.set(path, known)
    return known
  }
  return (path, { start, end }) => {
    const [from, to] = [positionAt(tableOf(path), start), positionAt(tableOf(path), Math.max(start, end))]
    return { startLine: from.line + 1, startColumn: from.column + 1, endLine: to.line + 1, endColumn: to.column + 1 }
  }
}

export function diagnosticJson(diagnostic: Diagnostic, program: Program): object {
  const { code, severity, message, path, span, related, fixes } = diagnostic
  const { startLine, startColumn, endLine, endColumn } = regionsOf(program)(path, span)
  return { code, severity, message, path, start: { line: startLine, column: startColumn }, end: { line: endLine, column: endColumn }, related, fixes }
}

// ---------------------------------------------------------------- GitHub

function annotation({ code, severity, message, path, span }: Diagnostic, regionOf: RegionOf): string {
  const { startLine, startColumn, endLine, endColumn } = regionOf(path, span)
  // GitHub takes columns only where the place is on one line.
  const columns = startLine === endLine ? { col: startColumn, endColumn } : {}
  const title = `${code} ${titleOf(code)}`.trim()
  const properties = Object.entries({ file: path, line: startLine, endLine, ...columns, title }).map(([key, value]) => `${key}=${escapeProperty(String(value))}`)
  return `::${severity === "info" ? "notice" : severity} ${properties.join(",")}::${escapeData(message)}`
}

function escapeData(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A")
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(":", "%3A").replaceAll(",", "%2C")
}

// ---------------------------------------------------------------- SARIF

const levels: Readonly<Record<Severity, string>> = { error: "error", warning: "warning", info: "note" }

function sarif(found: readonly Found[]): object {
  const codes = [...new Set(found.flatMap(({ diagnostics }) => diagnostics.map(({ code }) => code)))].sort()
  return {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [{
      tool: { driver: { name: "agentflow", semanticVersion: version, rules: codes.map(ruleOf) } },
      columnKind: "utf16CodeUnits",
      results: found.flatMap(({ program, diagnostics }) => diagnostics.map((each) => resultOf(each, codes, regionsOf(program)))),
    }],
  }
}

function titleOf(code: string): string {
  return (catalogue as Readonly<Record<string, { readonly title: string } | undefined>>)[code]?.title ?? ""
}

function ruleOf(code: string): object {
  const text = explanations[code] ?? ""
  const severity = (catalogue as Readonly<Record<string, { readonly severity: string } | undefined>>)[code]?.severity
  const why = /\n## Why\n\n([\s\S]*?)\n\n## /.exec(text)?.[1]?.replaceAll("\n", " ") ?? titleOf(code)
  return {
    id: code,
    shortDescription: { text: titleOf(code) },
    fullDescription: { text: why },
    help: { text, markdown: text },
    defaultConfiguration: { level: levels[(severity ?? "error") as Severity] },
  }
}

function resultOf({ code, severity, message, path, span, related, fixes }: Diagnostic, codes: readonly string[], regionOf: RegionOf): object {
  const place = (at: { readonly path: string; readonly span: Span }): object =>
    ({ physicalLocation: { artifactLocation: { uri: uriOf(at.path) }, region: regionOf(at.path, at.span) } })
  return {
    ruleId: code,
    ruleIndex: codes.indexOf(code),
    level: levels[severity],
    message: { text: message },
    locations: [place({ path, span })],
    ...(related.length === 0 ? {} : { relatedLocations: related.map((each, id) => ({ id, message: { text: each.message }, ...place(each) })) }),
    ...(fixes.length === 0 ? {} : {
      fixes: fixes.map((fix) => ({
        description: { text: fix.title },
        artifactChanges: [{
          artifactLocation: { uri: uriOf(fix.path) },
          replacements: fix.edits.map((edit) => ({ deletedRegion: regionOf(fix.path, edit.span), insertedContent: { text: edit.text } })),
        }],
      })),
    }),
  }
}

function uriOf(path: string): string {
  return path.split("/").map((part) => (part === ".." ? part : encodeURIComponent(part))).join("/")
}
