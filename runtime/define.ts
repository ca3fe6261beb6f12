// Constructors of the declarations: plain data, so that a host can list them and nothing happens on import.

import type {
  Agent, AgentSpec, BindingTool, BindingToolSpec, EventType, FunctionTool, HttpTool, HttpToolSpec, Human,
  HumanSpec, InvokeTool, InvokeToolSpec, JsonSchema, McpTool, McpToolSpec, Model, ModelSpec, PublishTool,
  PublishToolSpec, Schema, Secret, SecretSpec, Setting, SettingSpec, StateTool, StateToolSpec, ToolSpec, Validator,
} from "./contract.ts"

/** A tool whose work is TypeScript code. */
export function tool<P extends object, R>(spec: ToolSpec<P, R>): FunctionTool<P, R> {
  return { kind: "tool", via: "function", name: spec.name, spec }
}

/** Calls a tool's function with more than it may take: one that does without the context, or the last parameters, fits too. */
export function callFunction<Given extends readonly unknown[], Called extends (...given: Given) => unknown>(
  called: Called, ...given: Given
): ReturnType<Called> {
  return called(...given) as ReturnType<Called>
}

/** A tool whose work is one HTTP request. */
export function httpTool<P extends object, R>(spec: HttpToolSpec<P, R>): HttpTool<P, R> {
  return { kind: "tool", via: "http", name: spec.name, spec }
}

/** A tool whose work is a method of another app, called through the sidecar. */
export function invokeTool<P extends object, R>(spec: InvokeToolSpec<P, R>): InvokeTool<P, R> {
  return { kind: "tool", via: "invoke", name: spec.name, spec }
}

/** A tool whose work is an operation of an output binding. */
export function bindingTool<P extends object, R>(spec: BindingToolSpec<P, R>): BindingTool<P, R> {
  return { kind: "tool", via: "binding", name: spec.name, spec }
}

/** A tool that reads, writes or deletes one key of a state store. */
export function stateTool<P extends object, R>(spec: StateToolSpec<P, R>): StateTool<P, R> {
  return { kind: "tool", via: "state", name: spec.name, spec }
}

/** A tool that tells a topic something. */
export function publishTool<P extends object, R>(spec: PublishToolSpec<P, R>): PublishTool<P, R> {
  return { kind: "tool", via: "publish", name: spec.name, spec }
}

/** A tool of an MCP server. */
export function mcpTool<P extends object, R>(spec: McpToolSpec<P, R>): McpTool<P, R> {
  return { kind: "tool", via: "mcp", name: spec.name, spec }
}

/** A model in a loop with tools until it gives a value of the result type. */
export function agent<P extends object, R>(spec: AgentSpec<P, R>): Agent<P, R> {
  return { kind: "agent", name: spec.name, spec }
}

/** A question to a person. */
export function human<P extends object, R>(spec: HumanSpec<P, R>): Human<P, R> {
  return { kind: "human", name: spec.name, spec }
}

export function model(spec: ModelSpec): Model {
  return { kind: "model", ...spec }
}

/** The name of a secret; its value is read on the activity side only. */
export function secret(spec: SecretSpec): Secret {
  return { kind: "secret", ...spec }
}

/** A JSON Schema with the code that checks it (written by Ajv's standalone mode at build time). */
export function defineSchema<T>(json: JsonSchema, validate: Validator): Schema<T> {
  return { json, validate }
}

/** The type of an event that a run can wait for, or publish. */
export function event<T>(spec: { readonly name: string; readonly schema: Schema<T> }): EventType<T> {
  return { kind: "event", ...spec }
}

/** A value per environment. */
export function setting<T>(spec: SettingSpec<T>): Setting<T> {
  return { kind: "setting", ...spec }
}
