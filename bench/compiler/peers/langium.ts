// Langium: a small language of the same kind, parsed, linked and validated as its builder does for an editor.

import { URI, type AstNode, type ValidationAcceptor } from "langium"
import { createServicesForGrammar } from "langium/grammar"
import { serve } from "./peer.ts"

const grammar = `
grammar Flow
entry File: items+=Item*;
Item: TypeItem | EnumItem | ErrorItem | PolicyItem | Callable;
TypeItem: 'type' name=ID '{' fields+=Field* '}';
Field: name=ID ':' type=TypeRef ('max' max=INT)?;
TypeRef: (plain=('string' | 'number' | 'bool') | named=[Named:ID]) (list?='[' ']')? (optional?='?')?;
Named: TypeItem | EnumItem | ErrorItem;
EnumItem: 'enum' name=ID '{' members+=Member (',' members+=Member)* '}';
Member: name=ID;
ErrorItem: 'error' name=ID '{' fields+=Field* '}';
PolicyItem: 'policy' name=ID '{' clauses+=Clause* '}';
Callable: kind=('tool' | 'agent' | 'workflow') name=ID '(' (parameters+=Parameter (',' parameters+=Parameter)*)? ')'
  ':' result=TypeRef '{' clauses+=Clause* statements+=Statement* '}';
Parameter: name=ID ':' type=TypeRef;
Clause: kind=('retry' | 'timeout' | 'budget') amount=INT | effect=('reads' | 'writes') | 'use' policy=[PolicyItem:ID]
  | 'compensate' undo=[Callable:ID] | 'prompt' text=STRING;
Statement: Let | If | Match | Log | Fail | Return;
Let: 'let' name=ID '=' value=Expression;
If: 'if' condition=Expression '{' then+=Statement* '}' ('else' '{' otherwise+=Statement* '}')?;
Match: 'match' subject=Expression '{' arms+=Arm* '}';
Arm: member=ID '=>' statement=Statement;
Log: 'log' value=Expression;
Fail: 'fail' error=[ErrorItem:ID];
Return: 'return' value=Expression;
Expression: Comparison;
Comparison infers Expression: Sum ({infer Binary.left=current} operator=('>' | '<' | '==') right=Sum)?;
Sum infers Expression: Product ({infer Binary.left=current} operator=('+' | '-') right=Product)*;
Product infers Expression: Primary ({infer Binary.left=current} operator=('*' | '/') right=Primary)*;
Primary infers Expression: '(' Expression ')' | {infer Num} value=INT | {infer Text} value=STRING
  | {infer Call} callee=[Callable:ID] '(' (arguments+=Expression (',' arguments+=Expression)*)? ')'
  | {infer Ref} target=[Value:ID];
Value: Let | Parameter;
hidden terminal WS: /\\s+/;
terminal ID: /[A-Za-z_][A-Za-z0-9_]*/;
terminal INT returns number: /[0-9]+/;
terminal STRING: /"[^"]*"/;
hidden terminal COMMENT: /\\/\\/[^\\n]*/;
`

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
