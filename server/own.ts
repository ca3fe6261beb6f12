// The server's own requests: plan, graph, cost, generated code, and places between source and generated code.

import { generate, simulationProgram, toGenerated, toSource, type Generated } from "../services/generated.ts"
import { graphsOf, type GraphNode } from "../services/graph.ts"
import { graphEdit, type GraphChange } from "../services/graph/edit.ts"
import { layoutOf, type GraphLayout, type LayoutBox } from "../services/graph/layout.ts"
import { svgOf } from "../services/graph/svg.ts"
import { graphCss } from "../services/graph/tokens.ts"
import { testsOf } from "../services/tests.ts"
import type { Program } from "../services/workspace.ts"
import type { Span } from "../base/text/span.ts"
import type { Location, Position, Range, TextEdit } from "vscode-languageserver"
import { lineTable } from "../base/text/line-table.ts"
import { toOffset, toRange } from "./convert.ts"
import { toolsOf } from "../services/definition.ts"
import { locationIn, offsetIn, pathIn, rangeIn, textEditsIn, uriIn, type Session } from "./session.ts"

export interface OfUri {
  readonly uri: string
}

/** The tools that a function of a TypeScript module implements: the way back from an implementation. */
export function tools(session: Session, { uri, name }: OfUri & { readonly name: string }): readonly Location[] {
  return toolsOf(session.workspace, pathIn(session, uri), name).map((each) => locationIn(session, each))
}

export interface ProtocolNode extends Omit<GraphNode, "span" | "children"> {
  readonly range: Range
  readonly children: readonly ProtocolNode[]
}

export function plan(session: Session, { uri }: OfUri): unknown {
  return session.workspace.program(pathIn(session, uri))?.plan() ?? null
}

export function cost(session: Session, { uri }: OfUri): unknown {
  return session.workspace.program(pathIn(session, uri))?.cost() ?? null
}

export function graph(session: Session, { uri }: OfUri): readonly { readonly name: string; readonly range: Range; readonly nodes: readonly ProtocolNode[] }[] {
  const path = pathIn(session, uri)
  const node = ({ span, children, ...rest }: GraphNode): ProtocolNode => ({ ...rest, range: rangeIn(session, path, span), children: children.map(node) })
  return graphsOf(session.workspace, path).map(({ name, span, nodes }) => ({ name, range: rangeIn(session, path, span), nodes: nodes.map(node) }))
}

export interface ProtocolBox extends LayoutBox {
  readonly range?: Range
}

export interface ProtocolLayout {
  readonly name: string
  readonly signature: string
  readonly range: Range
  readonly nodes: readonly ProtocolNode[]
  readonly layout: Omit<GraphLayout, "boxes"> & { readonly boxes: readonly ProtocolBox[] }
}

/** Each workflow of a file as a picture: where its boxes and lines are. */
export function layout(session: Session, { uri }: OfUri): readonly ProtocolLayout[] {
  const path = pathIn(session, uri)
  const node = ({ span, children, ...rest }: GraphNode): ProtocolNode => ({ ...rest, range: rangeIn(session, path, span), children: children.map(node) })
  return graphsOf(session.workspace, path).map((each) => {
    const made = layoutOf(each)
    const boxes = made.boxes.map((box): ProtocolBox => (box.span === undefined ? box : { ...box, range: rangeIn(session, path, box.span) }))
    return { name: each.name, signature: each.signature, range: rangeIn(session, path, each.span), nodes: each.nodes.map(node), layout: { ...made, boxes } }
  })
}

export interface ProtocolPicture {
  readonly name: string
  readonly range: Range
  /** Each box has its id as `data-id`. */
  readonly svg: string
  readonly boxes: readonly { readonly id: string; readonly range: Range }[]
}

/** Each workflow of a file as SVG, for a page that has the style sheet and shows the pictures inside itself. */
export function svg(session: Session, { uri }: OfUri): { readonly css: string; readonly graphs: readonly ProtocolPicture[] } {
  const path = pathIn(session, uri)
  const graphs = graphsOf(session.workspace, path).map((each): ProtocolPicture => {
    const made = layoutOf(each)
    const boxes = made.boxes.flatMap(({ id, span }) => (span === undefined ? [] : [{ id, range: rangeIn(session, path, span) }]))
    return { name: each.name, range: rangeIn(session, path, each.span), svg: svgOf(made, { withStyle: false }), boxes }
  })
  return { css: graphCss, graphs }
}

export interface ProtocolTest {
  readonly name: string
  readonly range: Range
  readonly selectionRange: Range
}

/** The tests of a file, or of every file that has some. */
export function tests(session: Session, { uri }: Partial<OfUri>): readonly { readonly uri: string; readonly tests: readonly ProtocolTest[] }[] {
  const paths = uri === undefined ? session.workspace.paths() : [pathIn(session, uri)]
  return paths.flatMap((path) => {
    const found = testsOf(session.workspace, path).map(({ name, span, nameSpan }) => ({ name, range: rangeIn(session, path, span), selectionRange: rangeIn(session, path, nameSpan) }))
    return found.length === 0 ? [] : [{ uri: uriIn(session, path), tests: found }]
  })
}

/** `span` is that of a box of the layout. The edits replace the text of the version that the box was drawn from. */
export function edit(session: Session, { uri, span, change }: OfUri & { readonly span: Span; readonly change: GraphChange }): { readonly edits: readonly TextEdit[]; readonly refused?: string } {
  const path = pathIn(session, uri)
  const { edits, refused } = graphEdit(session.workspace, path, span, change)
  return { edits: textEditsIn(session, path, edits), ...(refused === undefined ? {} : { refused }) }
}

/** What the simulator loads; null for a program with errors. */
export async function simulation(session: Session, { uri }: OfUri): Promise<unknown> {
  return (await simulationProgram(session.workspace, pathIn(session, uri))) ?? null
}

/** Made once for a program: printing is the slowest thing that the server does. */
async function generatedOf(session: Session, path: string): Promise<Generated | undefined> {
  const program: Program | undefined = session.workspace.program(path)
  if (program === undefined) return undefined
  const known = session.generated.get(program) ?? generate(session.workspace, path)
  session.generated.set(program, known)
  return known
}

export async function emit(session: Session, { uri }: OfUri): Promise<{ readonly files: readonly { readonly path: string; readonly uri: string; readonly text: string }[] } | null> {
  const generated = await generatedOf(session, pathIn(session, uri))
  if (generated === undefined) return null
  const plan = session.workspace.program(pathIn(session, uri))?.plan()
  const beside = plan === undefined ? [] : ((await session.platform.filesBeside?.(plan, pathIn(session, uri))) ?? [])
  return { files: [...generated.files, ...beside].map(({ path, text }) => ({ path, text, uri: uriIn(session, `${generated.folder}/${path}`) })) }
}

export async function generatedPosition(session: Session, { uri, position }: OfUri & { readonly position: Position }): Promise<Location | null> {
  const path = pathIn(session, uri)
  const generated = await generatedOf(session, path)
  const found = generated === undefined ? undefined : toGenerated(generated, session.workspace, path, offsetIn(session, path, position))
  if (generated === undefined || found === undefined) return null
  const text = generated.files.find((file) => `${generated.folder}/${file.path}` === found.path)!.text
  return { uri: uriIn(session, found.path), range: toRange({ text, lines: lineTable(text) }, found.span, session.encoding) }
}

/** `uri` names the program, `generated` the file of its generated project. */
export async function sourcePosition(session: Session, { uri, generated: file, position }: OfUri & { readonly generated: string; readonly position: Position }): Promise<Location | null> {
  const path = pathIn(session, uri)
  const generated = await generatedOf(session, path)
  const target = pathIn(session, file)
  const text = generated?.files.find((each) => `${generated.folder}/${each.path}` === target)?.text
  if (generated === undefined || text === undefined) return null
  const found = toSource(generated, session.workspace, target, toOffset({ text, lines: lineTable(text) }, position, session.encoding))
  return found === undefined ? null : { uri: uriIn(session, found.path), range: rangeIn(session, found.path, found.span) }
}
