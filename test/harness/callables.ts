// Declarations for tests of the workflow side; parameters and results of every shape fit, and no schema gets in the way.

import type { Agent, AgentSpec, FunctionTool, Human, HumanSpec, Model, Schema, ToolSpec } from "../../runtime/contract.ts"
import { agent, defineSchema, human, model, tool } from "../../runtime/define.ts"

export const anything: Schema<unknown> = defineSchema(true, () => true)

export function schemaOf<T>(json: object, holds: (value: unknown) => boolean, problem = "does not fit"): Schema<T> {
  const validate = Object.assign((value: unknown): boolean => {
    validate.errors = holds(value) ? null : [{ instancePath: "", keyword: "test", message: problem }]
    return validate.errors === null
  }, { errors: null as null | { instancePath: string; keyword: string; message: string }[] })
  return defineSchema(json as Record<string, unknown>, validate)
}

export const textSchema = schemaOf<string>({ type: "string" }, (value) => typeof value === "string", "is not a text")
export const objectSchema = defineSchema<Record<string, unknown>>({ type: "object" }, (value) => typeof value === "object")

export type Fields = Record<string, unknown>

export function testTool(name: string, spec: Partial<ToolSpec<Fields, unknown>> = {}): FunctionTool<Fields, unknown> {
  return tool({ name, parameters: objectSchema, result: anything, effect: "writes", run: () => null, ...spec })
}

export const cheap: Model = model({
  name: "cheap", provider: "openai", id: "cheap-1", price: { input: 1, output: 2, per: 1_000_000 }, context: 100_000, output: 1_000,
})
export const dear: Model = model({ ...cheap, name: "dear", id: "dear-1", price: { input: 10, output: 20, per: 1_000_000 } })

export function testAgent(name: string, spec: Partial<AgentSpec<Fields, unknown>> = {}): Agent<Fields, unknown> {
  return agent({ name, parameters: objectSchema, result: anything, models: [{ model: cheap }], prompt: () => "Do it.", ...spec })
}

export function testHuman(name: string, spec: Partial<HumanSpec<Fields, unknown>> = {}): Human<Fields, unknown> {
  return human({ name, parameters: objectSchema, result: textSchema as Schema<unknown>, ask: () => "Well?", ...spec })
}
