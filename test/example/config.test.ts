// The config of the daily brief and the schema that editors and the CLI share.

import { readFileSync } from "node:fs"
import { join } from "node:path"
import { Ajv2020 } from "ajv/dist/2020.js"
import { describe, expect, it } from "vitest"
import { parse } from "yaml"
import { readArticles } from "../../examples/daily-brief/pages.ts"

const root = join(import.meta.dirname, "../..")
const schema = JSON.parse(readFileSync(join(root, "cli/config.schema.json"), "utf8")) as object
const validate = new Ajv2020({ strict: true, allErrors: true }).compile(schema)
const text = readFileSync(join(root, "examples/daily-brief/agentflow.config.yaml"), "utf8")
const substituted = text.replace(/\$\{\w+:-([^}]*)\}/g, "$1")

describe("the schema", () => {
  it("accepts the example's config before and after substitution", () => {
    expect([validate(parse(text)), validate(parse(substituted))]).toEqual([true, true])
  })

  it("accepts an empty one", () => expect(validate({})).toBe(true))

  it.each([
    ["an unknown setting", { endpoint: {} }, "additionalProperties"],
    ["a path in an origin", { endpoints: { "https://slack.com/api": "http://127.0.0.1:1" } }, "pattern"],
    ["a path in a target", { endpoints: { "https://slack.com": "http://127.0.0.1:1/slack" } }, "pattern"],
    ["a target that is no address", { endpoints: { "https://slack.com": "localhost" } }, "pattern"],
    ["an empty target", { endpoints: { "https://slack.com": "" } }, "pattern"],
    ["a secret value in place of a file", { secrets: { vault: "xoxb-1" } }, "type"],
    ["a secret store without a file", { secrets: { vault: {} } }, "required"],
    ["an unknown provider", { models: { provider: "other" } }, "enum"],
    ["an unknown level", { rules: { AF4001: "loud" } }, "enum"],
    ["what is no code", { rules: { retries: "off" } }, "pattern"],
  ])("refuses %s", (_what, config, keyword) => {
    expect(validate(config)).toBe(false)
    expect(validate.errors!.map((error) => error.keyword)).toContain(keyword)
  })
})

describe("the example's config", () => {
  it("answers every address that the program names on this machine", () => {
    const { endpoints } = parse(substituted) as { endpoints: Record<string, string> }
    const program = readFileSync(join(root, "examples/daily-brief/daily-brief.agentflow"), "utf8")
    const tools = readFileSync(join(root, "examples/daily-brief/tools.ts"), "utf8")
    const written = [...`${program}${tools}`.matchAll(/"(https:\/\/[^"]+)"/g)].map((found) => found[1]!)
    const named = [...written.filter((url) => !url.endsWith(".test")), ...readArticles().map(({ url }) => url)]
    const origins = new Set(named.map((url) => new URL(url).origin))
    expect(new Set(Object.keys(endpoints))).toEqual(origins)
    expect(new Set(Object.values(endpoints))).toEqual(new Set(["http://127.0.0.1:8787"]))
  })
})
