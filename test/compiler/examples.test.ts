// The examples: nothing to say about any of them, projects that compile, and every construct of the language in use.

import { readdirSync, readFileSync } from "node:fs"
import { basename, join } from "node:path"
import { describe, expect, it } from "vitest"
import { catalogue } from "../../base/diagnostics/catalogue.generated.ts"
import { nodesIn } from "../../compiler/2-check/flow/walk.ts"
import { plan } from "../../compiler/index.ts"
import { parse } from "../../grammar/parse.ts"
import type { Node } from "../../grammar/syntax/nodes.ts"
import { exampleSources } from "../harness/example-sources.ts"
import { emitOf, typeErrors } from "./emit-programs.ts"

const examples = join(import.meta.dirname, "../../examples")
const folders = [
  "daily-brief", "features", "support-triage", "dataset-deletion", "parallel-research", "trip-planner", "content-approval", "order-saga",
]
const files = folders.flatMap((folder) =>
  readdirSync(join(examples, folder)).filter((file) => file.endsWith(".agentflow")).sort().map((file) => join(folder, file)))

describe.each(files)("%s", (file) => {
  it("gives no error and no warning", () => {
    const { diagnostics } = plan(exampleSources(file))
    expect(diagnostics.map(({ code, message }) => `${code} ${message}`)).toEqual([])
  })

  it("is of a size to read, and says what it is for", () => {
    const text = readFileSync(join(examples, file), "utf8")
    // Its tests stand behind it, for another reader.
    expect(text.split(/^test "/m)[0]!.split("\n").length).toBeLessThanOrEqual(160)
    expect(text).toMatch(/^\/\/\/ \S/)
  })
})

it("compile as projects under strict TypeScript", async () => {
  const projects = await Promise.all(files.map(async (file) => {
    const sources = exampleSources(file)
    const { value } = plan(sources)
    expect(value, file).not.toBeNull()
    return [basename(file, ".agentflow"), { plan: value!, emitted: await emitOf(value!, sources) }] as const
  }))
  expect(await typeErrors(new Map(projects))).toEqual([])
})

/** Kinds of nodes, with what of them must be there; the families that the language is made of. */
const families: Readonly<Record<string, readonly string[]>> = {
  import: ["import"], type: ["type"], enum: ["enum"], union: ["unionType"], error: ["error", "fail"], event: ["event"],
  model: ["model"], "secret and setting": ["secret", "setting"], policy: ["policy", "use", "stepsUse"],
  tool: ["typescriptSource", "httpSource", "invokeSource", "bindingSource", "stateSource", "publishSource", "mcpSource"],
  agent: ["agent", "tools", "require"], "handoffs and memory": ["handoffs", "memory", "history"],
  human: ["human", "approve", "announce"], "triggers and concurrency": ["onSchedule", "onTopic", "onHttp", "concurrency"],
  "retry and deadline": ["retry", "deadline"], timeout: ["timeout"], "circuit and fallback": ["circuit", "fallback"],
  "limit and cache": ["limit", "cache"], budget: ["budget", "budgetElse", "within"], "compensate and saga": ["compensate", "saga"],
  manual: ["manual"], match: ["match"], for: ["for"], "repeat and while": ["repeat", "while", "assign"],
  "parallel and race": ["parallel", "race"], wait: ["wait"], "sleep and publish": ["sleep", "publish"],
  "sub-workflow and continue": ["continueAsNew"], test: ["test"],
}

describe("every family of constructs is used", () => {
  const used = new Set<Node["kind"]>(files.flatMap((file) => {
    const text = readFileSync(join(examples, file), "utf8")
    return [...nodesIn(parse({ path: file, text, version: 1 }).value.file)].map(({ kind }) => kind)
  }))
  it.each(Object.entries(families))("%s", (_, kinds) => {
    expect(kinds.filter((kind) => !(used as ReadonlySet<string>).has(kind))).toEqual([])
  })
})

it("nothing of the language is refused as not yet there", () => {
  expect(Object.keys(catalogue)).not.toContain("AF9001")
})
