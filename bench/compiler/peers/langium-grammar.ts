// A small language of the same kind as ours, for Langium.

export const grammar = `
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
