// Langium's language server over the small language of the compiler's bench.

import { createServicesForGrammar } from "langium/grammar"
import { startLanguageServer, type LangiumSharedServices } from "langium/lsp"
import { createConnection, ProposedFeatures } from "vscode-languageserver/node"
import { grammar } from "../compiler/peers/langium-grammar.ts"

const connection = createConnection(ProposedFeatures.all)
const { shared } = await createServicesForGrammar({ grammar, sharedModule: { lsp: { Connection: () => connection } } as never })
startLanguageServer(shared as LangiumSharedServices)
