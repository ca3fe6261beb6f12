// Declarations: the fourteen things a file is made of, except the steps of a test.

import { span } from "../../base/text/span.ts"
import type { Rule } from "./recorder.ts"
import type {
  AgentDeclaration, BindingSource, Clause, Declaration, EnumDeclaration, EnumMember, ErrorDeclaration,
  EventDeclaration, Expression, HttpSource, HumanDeclaration, ImportDeclaration, ImportedName, InvokeSource,
  McpSource, ModelDeclaration, Parameter, PolicyDeclaration, PublishSource, SecretDeclaration, SettingDeclaration,
  Statement, StateSource, ToolDeclaration, ToolSource, TypeDeclaration, TypeNode, TypeScriptSource,
  WorkflowDeclaration, RecordTypeNode,
} from "../syntax/nodes.ts"
import { keywordsOf } from "../tokens.ts"
import { TestRules } from "./tests.ts"

export const declarationWords: readonly string[] = keywordsOf("declaration")

export abstract class DeclarationRules extends TestRules {
  readonly declaration: Rule<Declaration> = this.rule("declaration", () => this.one<Declaration>((this.declarations ??= [
    { ALT: () => this.importDeclaration() },
    { ALT: () => this.typeDeclaration() },
    { ALT: () => this.enumDeclaration() },
    { ALT: () => this.errorDeclaration() },
    { ALT: () => this.eventDeclaration() },
    { ALT: () => this.modelDeclaration() },
    { ALT: () => this.secretDeclaration() },
    { ALT: () => this.settingDeclaration() },
    { ALT: () => this.policyDeclaration() },
    { ALT: () => this.toolDeclaration() },
    { ALT: () => this.agentDeclaration() },
    { ALT: () => this.humanDeclaration() },
    { ALT: () => this.workflowDeclaration() },
    { ALT: () => this.testDeclaration() },
  ])))
  private declarations?: { ALT: () => Declaration }[]

  readonly importDeclaration: Rule<ImportDeclaration> = this.rule("importDeclaration", () => {
    const doc = this.doc()
    const start = this.token.start
    const names: ImportedName[] = []
    this.need("import")
    if (!this.isRecorded && !this.at("{")) this.mismatch("`{` and names, as in `import { name } from \"./file.agentflow\"`")
    this.braced({
      begins: () => this.atName(),
      ends: () => this.at("from") && (this.at("StringStart", 2) || this.at("RawString", 2)),
      expected: "a name or `}`",
      resumes: () => this.atName(),
      item: () => {
        names.push(this.importedName())
        this.accept(",")
      },
    })
    this.need("from", "`from` and a file")
    const from = this.template("a file, in quotes")
    return this.sparse<ImportDeclaration>(start, { kind: "import", doc, names, from })
  })

  readonly importedName: Rule<ImportedName> = this.rule("importedName", () => {
    const start = this.token.start
    const name = this.name()
    const alias = this.maybe("as", () => (this.need("as"), this.name()))
    return this.sparse<ImportedName>(start, { kind: "importedName", name, alias })
  })

  readonly typeDeclaration: Rule<TypeDeclaration> = this.rule("typeDeclaration", () => {
    const doc = this.doc()
    const start = this.token.start
    this.need("type")
    const name = this.name("a name for the type")
    const type = this.either<TypeNode, TypeNode>(
      () => this.at("{") || this.atColonBody(),
      () => this.recordType(),
      () => {
        this.need("=", "`{` and the fields, or `=` and a type")
        return this.type()
      },
    )
    return this.sparse<TypeDeclaration>(start, { kind: "type", doc, name, type })
  })

  readonly enumDeclaration: Rule<EnumDeclaration> = this.rule("enumDeclaration", () => {
    const doc = this.doc()
    const start = this.token.start
    const members: EnumMember[] = []
    this.need("enum")
    const name = this.name("a name for the enum")
    this.braced({
      begins: () => this.atWord() || this.at("StringStart") || this.at("RawString"),
      expected: "a member or `}`",
      resumes: () => this.atWord(),
      item: () => {
        members.push(this.enumMember())
        this.accept(",")
      },
    })
    return this.sparse<EnumDeclaration>(start, { kind: "enum", doc, name, members })
  })

  readonly enumMember: Rule<EnumMember> = this.rule("enumMember", () => {
    const doc = this.doc()
    const start = this.token.start
    this.readEnumMember()
    const name = this.word()
    this.readEnumValue()
    return this.sparse<EnumMember>(start, { kind: "enumMember", doc, name })
  })

  private optionalFields(): RecordTypeNode | undefined {
    return this.maybe(() => this.at("{") || this.atColonBody(), () => this.recordType())
  }

  readonly errorDeclaration: Rule<ErrorDeclaration> = this.rule("errorDeclaration", () => {
    const doc = this.doc()
    const start = this.token.start
    this.need("error")
    const name = this.name("a name for the error")
    const fields = this.optionalFields()
    return this.sparse<ErrorDeclaration>(start, { kind: "error", doc, name, fields })
  })

  readonly eventDeclaration: Rule<EventDeclaration> = this.rule("eventDeclaration", () => {
    const doc = this.doc()
    const start = this.token.start
    this.need("event")
    const name = this.name("a name for the event")
    const fields = this.optionalFields()
    return this.sparse<EventDeclaration>(start, { kind: "event", doc, name, fields })
  })

  readonly modelDeclaration: Rule<ModelDeclaration> = this.rule("modelDeclaration", () => {
    const doc = this.doc()
    const start = this.token.start
    const values: Expression[] = []
    this.need("model")
    const name = this.name("a name for the model")
    this.need("=", "`=` and a provider, such as `openai(\"gpt-4o-mini\")`")
    const provider = this.name("a provider, such as `openai(\"gpt-4o-mini\")`")
    const opener = this.token
    if (this.need("(") || this.isRecorded) {
      this.commas(")", () => this.atExpression(), () => values.push(this.expression()))
      this.close(")", opener)
    }
    const clauses = this.optionalClauses()
    return this.sparse<ModelDeclaration>(start, { kind: "model", doc, name, provider, arguments: values, clauses })
  })

  readonly secretDeclaration: Rule<SecretDeclaration> = this.rule("secretDeclaration", () => {
    const doc = this.doc()
    const start = this.token.start
    this.need("secret")
    const name = this.name("a name for the secret")
    this.need("from", "`from` and a store")
    const store = this.template("a store, in quotes")
    const key = this.maybe("key", () => (this.need("key"), this.template("a key, in quotes")))
    return this.sparse<SecretDeclaration>(start, { kind: "secret", doc, name, store, key })
  })

  readonly settingDeclaration: Rule<SettingDeclaration> = this.rule("settingDeclaration", () => {
    const doc = this.doc()
    const start = this.token.start
    this.need("setting")
    const name = this.name("a name for the setting")
    this.need(":", "`:` and a type after the setting's name")
    const type = this.type()
    const value = this.maybe("=", () => (this.need("="), this.expression("a value")))
    return this.sparse<SettingDeclaration>(start, { kind: "setting", doc, name, type, value })
  })

  readonly policyDeclaration: Rule<PolicyDeclaration> = this.rule("policyDeclaration", () => {
    const doc = this.doc()
    const start = this.token.start
    this.need("policy")
    const name = this.name("a name for the policy")
    const clauses = this.clauseBody()
    return this.sparse<PolicyDeclaration>(start, { kind: "policy", doc, name, clauses })
  })

  // ---------------------------------------------------------------- callables

  readonly parameters: Rule<readonly Parameter[]> = this.rule("parameters", () => {
    const found: Parameter[] = []
    const opener = this.token
    const opened = this.need("(", "`(` and the parameters")
    if (!opened && !this.isRecorded && !this.at(":", 2)) return found
    this.commas(")", () => this.atWord() && !this.atDeclaration(), () => found.push(this.parameter()))
    if (opened) this.close(")", opener)
    else this.accept(")")
    return found
  })

  readonly parameter: Rule<Parameter> = this.rule("parameter", () => {
    const doc = this.doc()
    const start = this.token.start
    const name = this.name("a parameter's name")
    const sign = this.token.start
    const isOptional = this.readOptionalName()
    const typed = this.need(":", "`:` and a type after the parameter's name")
    // Without the colon a brace is the body's, not a record type's.
    const written = !typed && this.at("{") ? this.missingType("a type") : this.type()
    const type = isOptional ? this.optionalType(sign, written) : written
    const value = this.maybe("=", () => (this.need("="), this.expression("a value")))
    return this.sparse<Parameter>(start, { kind: "parameter", doc, name, type, value })
  })

  private result(): TypeNode | undefined {
    const expected = "the type of the result"
    this.readArrow()
    return this.maybe(() => this.at(":") && !this.atColonBody(), () => {
      this.need(":")
      return this.at("{") && !this.opensRecordType() ? this.missingType(expected) : this.type(expected)
    })
  }

  /** `-> string` and `=> string` before a result. */
  private readArrow(): void {
    if (this.isRecorded) return
    const arrow = this.token
    if (arrow.kind !== "=>") return this.readThinArrow(":")
    const hint = "the type of a result stands behind a `:`."
    this.borrowed({
      where: span(arrow.start, arrow.end), text: "=>", hint, title: "Write `:`", edits: [{ span: span(this.lastEnd, arrow.end), text: ":" }],
    })
    this.readAs(":")
  }

  /** `a = "x"` and `"a"` in an enum. */
  private readEnumMember(): void {
    if (this.isRecorded || !(this.at("StringStart") && this.at("Text", 2) && this.at("StringEnd", 3) || this.at("RawString"))) return
    const [first, last] = [this.token, this.peek(this.at("RawString") ? 1 : 3)]
    const name = this.tokens.source.text.slice(first.start + 1, last.end - 1)
    if (!/^[A-Za-z_]\w*$/.test(name)) return
    const where = span(first.start, last.end)
    this.borrowed({ where, text: `"${name}"`, hint: `a member is a name: write \`${name}\`.`, title: `Write \`${name}\``, edits: [{ span: where, text: name }] })
    if (last !== first) (this.drop(3), this.drop(1))
    this.readAs("Identifier")
  }

  private readEnumValue(): void {
    if (this.isRecorded || !this.at("=")) return
    const from = this.lastEnd
    this.consume()
    const value = this.expression("a value")
    this.borrowed({
      where: span(from, value.span.end), text: "=", hint: "a member of an enum is its own name and has no value.", title: "Remove the value",
      edits: [{ span: span(from, value.span.end), text: "" }],
    })
  }

  /** Where a body could stand as well. */
  private opensRecordType(): boolean {
    if (this.at("}", 2)) return this.at("{", 3) || this.at("=", 3) || this.at("from", 3)
    return this.at("StringStart", 2) || this.at("RawString", 2) || (this.atWord(2) && this.at(":", 3))
  }

  private optionalClauses(): readonly Clause[] {
    return this.maybe(() => this.at("{") || this.hasFailed || this.atColonBody(), () => this.clauseBody()) ?? []
  }

  readonly toolDeclaration: Rule<ToolDeclaration> = this.rule("toolDeclaration", () => {
    const doc = this.doc()
    const start = this.token.start
    this.need("tool")
    const name = this.name("a name for the tool")
    const parameters = this.parameters()
    const result = this.result()
    const source = this.maybe(() => this.at("from") || this.at("="), () => this.toolSource())
    const clauses = this.optionalClauses()
    return this.sparse<ToolDeclaration>(start, { kind: "tool", doc, name, parameters, result, source, clauses })
  })

  readonly toolSource: Rule<ToolSource | undefined> = this.rule("toolSource", () =>
    this.either<ToolSource | undefined, ToolSource | undefined>(
      () => this.at("from"),
      () => this.typescriptSource(),
      () => {
        this.need("=")
        const expected = "what the tool calls, such as `GET \"https://…\"`"
        if (!this.isRecorded && !this.atName()) return void this.mismatch(expected)
        return this.firstOf<ToolSource>([
          { ALT: () => this.invokeSource() },
          { ALT: () => this.bindingSource() },
          { ALT: () => this.stateSource() },
          { ALT: () => this.publishSource() },
          { ALT: () => this.mcpSource() },
          { ALT: () => this.httpSource() },
        ])
      },
    ),
  )

  readonly typescriptSource: Rule<TypeScriptSource> = this.rule("typescriptSource", () => {
    const start = this.token.start
    this.need("from")
    const module = this.template("a TypeScript file, in quotes")
    const exportName = this.maybe("export", () => (this.need("export"), this.name()))
    return this.sparse<TypeScriptSource>(start, { kind: "typescriptSource", module, exportName })
  })

  readonly httpSource: Rule<HttpSource> = this.rule("httpSource", () => {
    const start = this.token.start
    const method = this.method()
    const url = this.template("a URL, in quotes")
    return this.node<HttpSource>(start, { kind: "httpSource", method, url })
  })

  readonly invokeSource: Rule<InvokeSource> = this.rule("invokeSource", () => {
    const start = this.token.start
    this.need("invoke")
    const app = this.template("an app's name, in quotes")
    const method = this.method()
    const path = this.template("a path, in quotes")
    return this.node<InvokeSource>(start, { kind: "invokeSource", app, method, path })
  })

  readonly bindingSource: Rule<BindingSource> = this.rule("bindingSource", () => {
    const start = this.token.start
    this.need("binding")
    const name = this.template("a binding's name, in quotes")
    const operation = this.template("an operation, in quotes")
    return this.node<BindingSource>(start, { kind: "bindingSource", name, operation })
  })

  readonly stateSource: Rule<StateSource> = this.rule("stateSource", () => {
    const start = this.token.start
    this.need("state")
    const store = this.template("a store, in quotes")
    const operation = this.name("`get`, `set` or `delete`")
    const key = this.template("a key, in quotes")
    return this.node<StateSource>(start, { kind: "stateSource", store, operation, key })
  })

  readonly publishSource: Rule<PublishSource> = this.rule("publishSource", () => {
    const start = this.token.start
    this.need("publish")
    const pubsub = this.template("a pub/sub component, in quotes")
    const topic = this.template("a topic, in quotes")
    return this.node<PublishSource>(start, { kind: "publishSource", pubsub, topic })
  })

  readonly mcpSource: Rule<McpSource> = this.rule("mcpSource", () => {
    const start = this.token.start
    this.need("mcp")
    const server = this.name("a server's name")
    this.need(".")
    const tool = this.member("a tool's name")
    return this.node<McpSource>(start, { kind: "mcpSource", server, tool })
  })

  readonly agentDeclaration: Rule<AgentDeclaration> = this.rule("agentDeclaration", () => {
    const doc = this.doc()
    const start = this.token.start
    this.need("agent")
    const name = this.name("a name for the agent")
    const parameters = this.parameters()
    const result = this.result()
    const clauses = this.clauseBody()
    return this.sparse<AgentDeclaration>(start, { kind: "agent", doc, name, parameters, result, clauses })
  })

  readonly humanDeclaration: Rule<HumanDeclaration> = this.rule("humanDeclaration", () => {
    const doc = this.doc()
    const start = this.token.start
    this.need("human")
    const name = this.name("a name for the human step")
    const parameters = this.parameters()
    const result = this.result()
    const clauses = this.clauseBody()
    return this.sparse<HumanDeclaration>(start, { kind: "human", doc, name, parameters, result, clauses })
  })

  readonly workflowDeclaration: Rule<WorkflowDeclaration> = this.rule("workflowDeclaration", () => {
    const doc = this.doc()
    const start = this.token.start
    const clauses: Clause[] = []
    const body: Statement[] = []
    this.need("workflow")
    const name = this.name("a name for the workflow")
    const parameters = this.parameters()
    const result = this.result()
    this.statementsInBraces(body, clauses)
    return this.sparse<WorkflowDeclaration>(start, { kind: "workflow", doc, name, parameters, result, clauses, body })
  })
}
