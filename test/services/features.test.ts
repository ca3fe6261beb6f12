// Every editor feature by marker files: test/corpus/editor/<feature>.

import { describe } from "vitest"
import { callItemAt, incomingCalls, outgoingCalls } from "../../services/calls.ts"
import { completionsAt } from "../../services/completion/complete.ts"
import { definitionOf, implementationOf, typeDefinitionOf } from "../../services/definition.ts"
import { diagnosticsOf } from "../../services/diagnostics.ts"
import { foldsOf, selectionAt } from "../../services/folding.ts"
import { formatDocument, formatSelection, formatTyped } from "../../services/formatting.ts"
import { graphsOf, type GraphNode } from "../../services/graph.ts"
import { hoverAt } from "../../services/hover.ts"
import { inlayHints } from "../../services/inlay.ts"
import { lensesOf } from "../../services/lenses.ts"
import { linkedAt } from "../../services/linked.ts"
import { linksOf } from "../../services/links.ts"
import { highlightsOf, referencesOf } from "../../services/references.ts"
import { rename } from "../../services/rename.ts"
import { signatureAt } from "../../services/signature.ts"
import { documentSymbols, workspaceSymbols, type OutlineItem } from "../../services/symbols.ts"
import { semanticTokens } from "../../services/tokens.ts"
import { applyEdits } from "../../base/text/edit.ts"
import { placeText, testMarkers, type Marked } from "../harness/markers.ts"

const whole = ({ text }: Marked): { readonly start: number; readonly end: number } => ({ start: 0, end: text.length })

describe("features", () => {
  testMarkers("completion", ({ workspace, path, offset, text, files }) => {
    const items = completionsAt(workspace, path, offset)
    return items.map(({ label, kind, insert, isSnippet, detail, replace, additionalEdits }) => {
      const shown = insert === label ? "" : ` → ${JSON.stringify(insert)}${isSnippet ? "*" : ""}`
      const added = additionalEdits.map((edit) => ` + ${placeText(files, path, edit.span)} ${JSON.stringify(edit.text)}`).join("")
      const over = replace.end === replace.start ? "" : ` over ${JSON.stringify(text.slice(replace.start, replace.end))}`
      return `${kind} ${label}${shown}${detail === undefined ? "" : ` (${detail})`}${over}${added}`
    }).join("\n")
  })

  testMarkers("hover", ({ workspace, path, offset, files }) => {
    const hover = hoverAt(workspace, path, offset)
    return hover === undefined ? "nothing" : `${placeText(files, path, hover.span)}\n${hover.markdown}`
  })

  for (const [name, feature] of [["definition", definitionOf], ["type-definition", typeDefinitionOf], ["implementation", implementationOf]] as const) {
    testMarkers(name, ({ workspace, path, offset, files }) => feature(workspace, path, offset).map((each) => placeText(files, each.path, each.span)).join("\n") || "nothing")
  }

  testMarkers("references", ({ workspace, path, offset, files }) =>
    referencesOf(workspace, path, offset).map((each) => `${placeText(files, each.path, each.span)}${each.isDeclaration ? " declaration" : each.isWrite ? " write" : ""}`).join("\n") || "nothing")

  testMarkers("highlights", ({ workspace, path, offset, files }) =>
    highlightsOf(workspace, path, offset).map(({ span, kind }) => `${placeText(files, path, span)} ${kind}`).join("\n") || "nothing")

  testMarkers("rename", ({ workspace, path, offset, files }) => {
    const renamed = rename(workspace, path, offset, "renamed")
    if ("refused" in renamed) return `refused: ${renamed.refused}`
    return [...renamed.edits].map(([file, edits]) => `// ${file.replace("/w/", "")}\n${applyEdits(files.get(file)!, edits).trimEnd()}`).join("\n")
  })

  testMarkers("symbols", ({ workspace, path }) => {
    const lines = (item: OutlineItem, depth: number): readonly string[] => [`${"  ".repeat(depth)}${item.kind} ${item.name}${item.detail === "" ? "" : ` ${item.detail}`}`, ...item.children.flatMap((child) => lines(child, depth + 1))]
    return documentSymbols(workspace, path).flatMap((item) => lines(item, 0)).join("\n")
  })

  testMarkers("workspace-symbols", ({ workspace, files }, name) =>
    workspaceSymbols(workspace, name.replace(".agentflow", "")).map((each) => `${each.kind} ${placeText(files, each.path, each.span)}`).join("\n") || "nothing")

  testMarkers("tokens", ({ workspace, path, text }) =>
    semanticTokens(workspace, path).map(({ start, length, type, modifiers }) => `${JSON.stringify(text.slice(start, start + length))} ${[type, ...modifiers].join(" ")}`).join("\n"))

  testMarkers("folding", ({ workspace, path, text }) =>
    foldsOf(workspace, path).map(({ span, kind }) => `${text.slice(0, span.start).split("\n").length}-${text.slice(0, span.end).split("\n").length} ${kind}`).join("\n"))

  testMarkers("selection", ({ workspace, path, offset, text }) => selectionAt(workspace, path, offset).map(({ start, end }) => JSON.stringify(text.slice(start, end))).join("\n"))

  testMarkers("links", ({ workspace, path, files }) => linksOf(workspace, path).map((link) => `${placeText(files, path, link.span)} -> ${link.path}`).join("\n"))

  testMarkers("formatting", ({ workspace, path, text, offset, range }, name) => {
    const edits = name.startsWith("type") ? formatTyped(workspace, path, offset, text[offset - 1]!) : range.end > range.start ? formatSelection(workspace, path, range) : formatDocument(workspace, path)
    return applyEdits(text, edits)
  })

  testMarkers("inlay", (marked) => inlayHints(marked.workspace, marked.path, whole(marked)).map(({ offset, text, kind }) => `${placeText(marked.files, marked.path, { start: offset, end: offset })} ${kind} ${text}`).join("\n") || "nothing")

  testMarkers("lenses", ({ workspace, path, files }) => lensesOf(workspace, path).map(({ span, title, command }) => `${placeText(files, path, span)} ${command}: ${title}`).join("\n") || "nothing")

  testMarkers("signature", ({ workspace, path, offset }) => {
    const help = signatureAt(workspace, path, offset)
    return help === undefined ? "nothing" : [help.label, ...(help.doc === undefined ? [] : [help.doc]), ...help.parameters.map(({ label, doc }, index) => `${index === help.active ? ">" : " "} ${label}${doc === undefined ? "" : ` — ${doc}`}`)].join("\n")
  })

  testMarkers("calls", ({ workspace, path, offset, files }) => {
    const item = callItemAt(workspace, path, offset)
    if (item === undefined) return "nothing"
    const show = (arrow: string, edges: ReturnType<typeof incomingCalls>): readonly string[] => edges.map((edge) => `${arrow} ${edge.item.kind} ${edge.item.name} at ${edge.spans.map((span) => placeText(files, arrow === "<-" ? edge.item.path : item.path, span)).join(", ")}`)
    return [`${item.kind} ${item.name}`, ...show("<-", incomingCalls(workspace, item)), ...show("->", outgoingCalls(workspace, item))].join("\n")
  })

  testMarkers("linked", ({ workspace, path, offset, files }) => linkedAt(workspace, path, offset).map((span) => placeText(files, path, span)).join("\n") || "nothing")

  testMarkers("diagnostics", ({ workspace, path, files }) =>
    diagnosticsOf(workspace, path).map(({ code, severity, message, span, unnecessary, related, fixes }) => [
      `${placeText(files, path, span)} ${severity} ${code}${unnecessary ? " (unnecessary)" : ""} ${message}`,
      ...related.map((each) => `  see ${placeText(files, each.path, each.span)} ${each.message}`), ...fixes.map(({ title }) => `  fix ${title}`),
    ].join("\n")).join("\n") || "nothing")

  testMarkers("graph", ({ workspace, path }) => {
    const lines = (node: GraphNode, depth: number): readonly string[] => [
      `${"  ".repeat(depth)}${node.kind} ${node.label} #${node.id}${node.clauses.length === 0 ? "" : ` [${node.clauses.join("; ")}]`}${node.undo === undefined ? "" : ` undo ${node.undo}`}`,
      ...node.children.flatMap((child) => lines(child, depth + 1)),
    ]
    return graphsOf(workspace, path).flatMap((graph) => [graph.name, ...graph.nodes.flatMap((node) => lines(node, 1))]).join("\n")
  })
})
