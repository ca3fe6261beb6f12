// Langium: a small language of the same kind, parsed, linked and validated as its builder does for an editor.

import { URI, type AstNode, type ValidationAcceptor } from "langium"
import { createServicesForGrammar } from "langium/grammar"
import { grammar } from "./langium-grammar.ts"
import { serve } from "./peer.ts"

interface Named extends AstNode {
  readonly name: string
}

/** As much as any language checks first: no name twice. */
function distinct(nodes: readonly Named[], accept: ValidationAcceptor): void {
  const seen = new Set<string>()
  for (const node of nodes) {
    if (seen.has(node.name)) accept("error", `${node.name} is declared twice`, { node })
    seen.add(node.name)
  }
}

const services = await createServicesForGrammar({ grammar })
const { shared } = services
let count = 0

await serve({
  open: async () => {
    services.validation.ValidationRegistry.register({
      File: (node: AstNode & { items: Named[] }, accept: ValidationAcceptor) => distinct(node.items, accept),
      TypeItem: (node: AstNode & { fields: Named[] }, accept: ValidationAcceptor) => distinct(node.fields, accept),
      EnumItem: (node: AstNode & { members: Named[] }, accept: ValidationAcceptor) => distinct(node.members, accept),
      Callable: (node: AstNode & { parameters: Named[] }, accept: ValidationAcceptor) => distinct(node.parameters, accept),
      Call: (node: AstNode & { arguments: AstNode[]; callee: { ref?: { parameters: Named[] } } }, accept: ValidationAcceptor) => {
        const wanted = node.callee.ref?.parameters.length
        if (wanted !== undefined && wanted !== node.arguments.length) accept("error", `takes ${wanted} arguments`, { node })
      },
    } as never)
  },
  check: async (text) => {
    const uri = URI.parse(`memory:/program${count++}.txt`)
    const document = shared.workspace.LangiumDocumentFactory.fromString(text, uri)
    shared.workspace.LangiumDocuments.addDocument(document)
    await shared.workspace.DocumentBuilder.build([document], { validation: true })
    const wrong = document.diagnostics?.[0] ?? document.parseResult.parserErrors[0]
    shared.workspace.LangiumDocuments.deleteDocument(uri)
    if (wrong !== undefined) throw new Error(wrong.message)
  },
})
