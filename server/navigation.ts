// Requests about a place: what is it, where is it declared, who uses it.

import type { CallItem } from "../services/calls.ts"
import { callItemAt, incomingCalls, outgoingCalls } from "../services/calls.ts"
import { definitionOf, implementationOf, typeDefinitionOf, type Definition } from "../services/definition.ts"
import { hoverAt } from "../services/hover.ts"
import { highlightsOf, referencesOf } from "../services/references.ts"
import { signatureAt } from "../services/signature.ts"
import { documentSymbols, workspaceSymbols, type OutlineItem } from "../services/symbols.ts"
import type { Workspace } from "../services/workspace.ts"
import {
  DocumentHighlightKind, SymbolKind, type CallHierarchyIncomingCall, type CallHierarchyItem, type CallHierarchyOutgoingCall, type DocumentHighlight,
  type DocumentSymbol, type Hover, type Location, type LocationLink, type ReferenceParams, type SignatureHelp, type SymbolInformation,
  type TextDocumentPositionParams, type WorkspaceSymbol,
} from "vscode-languageserver"
import { symbolKinds } from "./convert.ts"
import { locationIn, offsetIn, pathIn, rangeIn, shortened, spanIn, uriIn, type Session } from "./session.ts"

export function placeOf(session: Session, { textDocument, position }: TextDocumentPositionParams): { readonly path: string; readonly offset: number } {
  const path = pathIn(session, textDocument.uri)
  return { path, offset: offsetIn(session, path, position) }
}

export function hover(session: Session, params: TextDocumentPositionParams): Hover | null {
  const { path, offset } = placeOf(session, params)
  const found = hoverAt(session.workspace, path, offset)
  return found === undefined ? null : { contents: { kind: "markdown", value: shortened(session, found.markdown) }, range: rangeIn(session, path, found.span) }
}

type Feature = (workspace: Workspace, path: string, offset: number) => readonly Definition[]

function locations(feature: Feature, capability: "definition" | "typeDefinition" | "implementation") {
  return (session: Session, params: TextDocumentPositionParams): Location[] | LocationLink[] => {
    const { path, offset } = placeOf(session, params)
    const found = feature(session.workspace, path, offset)
    if (session.capabilities.textDocument?.[capability]?.linkSupport !== true) return found.map((each) => locationIn(session, each))
    return found.map((each) => ({
      targetUri: uriIn(session, each.path), targetRange: rangeIn(session, each.path, each.whole), targetSelectionRange: rangeIn(session, each.path, each.span),
    }))
  }
}

export const definition = locations(definitionOf, "definition")
export const typeDefinition = locations(typeDefinitionOf, "typeDefinition")
export const implementation = locations(implementationOf, "implementation")

export function references(session: Session, params: ReferenceParams): Location[] {
  const { path, offset } = placeOf(session, params)
  return referencesOf(session.workspace, path, offset).filter(({ isDeclaration }) => params.context.includeDeclaration || !isDeclaration).map((each) => locationIn(session, each))
}

const highlightKinds = { read: DocumentHighlightKind.Read, write: DocumentHighlightKind.Write, text: DocumentHighlightKind.Text } as const

export function highlights(session: Session, params: TextDocumentPositionParams): DocumentHighlight[] {
  const { path, offset } = placeOf(session, params)
  return highlightsOf(session.workspace, path, offset).map(({ span, kind }) => ({ range: rangeIn(session, path, span), kind: highlightKinds[kind] }))
}

export function signatureHelp(session: Session, params: TextDocumentPositionParams): SignatureHelp | null {
  const { path, offset } = placeOf(session, params)
  const help = signatureAt(session.workspace, path, offset)
  if (help === undefined) return null
  const documentation = help.doc === undefined ? {} : { documentation: { kind: "markdown" as const, value: help.doc } }
  const parameters = help.parameters.map(({ label, doc }) => ({ label, ...(doc === undefined ? {} : { documentation: { kind: "markdown" as const, value: doc } }) }))
  return { signatures: [{ label: help.label, ...documentation, parameters }], activeSignature: 0, activeParameter: help.active }
}

export function outline(session: Session, { textDocument }: { readonly textDocument: { readonly uri: string } }): DocumentSymbol[] | SymbolInformation[] {
  const path = pathIn(session, textDocument.uri)
  const items = documentSymbols(session.workspace, path)
  if (session.capabilities.textDocument?.documentSymbol?.hierarchicalDocumentSymbolSupport === true) return items.map((item) => documentSymbol(session, path, item))
  return items.map(({ name, kind, nameSpan }) => ({ name, kind: symbolKinds[kind], location: locationIn(session, { path, span: nameSpan }) }))
}

function documentSymbol(session: Session, path: string, item: OutlineItem): DocumentSymbol {
  return {
    name: item.name, detail: item.detail, kind: symbolKinds[item.kind], range: rangeIn(session, path, item.span), selectionRange: rangeIn(session, path, item.nameSpan),
    children: item.children.map((child) => documentSymbol(session, path, child)),
  }
}

export function symbolSearch(session: Session, { query }: { readonly query: string }): WorkspaceSymbol[] {
  return workspaceSymbols(session.workspace, query).map((each) => ({
    name: each.name, kind: symbolKinds[each.kind], location: locationIn(session, each), containerName: shortened(session, each.container),
  }))
}

// ---------------------------------------------------------------- call hierarchy

function protocolItem(session: Session, { name, kind, path, span, nameSpan }: CallItem): CallHierarchyItem {
  return {
    name, detail: kind, kind: kind === "workflow" ? SymbolKind.Class : kind === "test" ? SymbolKind.Method : SymbolKind.Function, uri: uriIn(session, path),
    range: rangeIn(session, path, span), selectionRange: rangeIn(session, path, nameSpan), data: kind,
  }
}

function plainItem(session: Session, { name, uri, range, selectionRange, data }: CallHierarchyItem): CallItem {
  const path = pathIn(session, uri)
  return { name, kind: data as CallItem["kind"], path, span: spanIn(session, path, range), nameSpan: spanIn(session, path, selectionRange) }
}

export function prepareCalls(session: Session, params: TextDocumentPositionParams): CallHierarchyItem[] | null {
  const { path, offset } = placeOf(session, params)
  const item = callItemAt(session.workspace, path, offset)
  return item === undefined ? null : [protocolItem(session, item)]
}

export function incoming(session: Session, { item }: { readonly item: CallHierarchyItem }): CallHierarchyIncomingCall[] {
  return incomingCalls(session.workspace, plainItem(session, item)).map((edge) => ({
    from: protocolItem(session, edge.item), fromRanges: edge.spans.map((span) => rangeIn(session, edge.item.path, span)),
  }))
}

export function outgoing(session: Session, { item }: { readonly item: CallHierarchyItem }): CallHierarchyOutgoingCall[] {
  const plain = plainItem(session, item)
  return outgoingCalls(session.workspace, plain).map((edge) => ({
    to: protocolItem(session, edge.item), fromRanges: edge.spans.map((span) => rangeIn(session, plain.path, span)),
  }))
}
