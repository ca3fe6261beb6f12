// The tests that programs declare: what a test explorer lists.

import type { Span } from "../base/text/span.ts"
import type { Declaration } from "../grammar/syntax/nodes.ts"
import type { Document, Workspace } from "./workspace.ts"

export interface DeclaredTest {
  /** As written between the quotes. */
  readonly name: string
  readonly span: Span
  readonly nameSpan: Span
}

export function testName({ text }: Pick<Document, "text">, { name }: Extract<Declaration, { readonly kind: "test" }>): string {
  return text.slice(name.span.start, name.span.end).replace(/^"|"$/g, "")
}

export function testsOf(workspace: Workspace, path: string): readonly DeclaredTest[] {
  const document = workspace.document(path)
  // Most files have none: they are not parsed to learn that.
  if (document === undefined || !document.text.includes("test")) return []
  return document.file.items.flatMap((item) => (item.kind === "test" ? [{ name: testName(document, item), span: item.span, nameSpan: item.name.span }] : []))
}
