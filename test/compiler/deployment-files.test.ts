// What a build writes beside code: YAML that Dapr reads, schemas that stand alone, names from the config, never a secret.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Ajv2020 } from "ajv/dist/2020.js"
import formats from "ajv-formats"
import { afterAll, describe, expect, it } from "vitest"
import { parseAllDocuments } from "yaml"
import { readConfig, type Config } from "../../cli/config.ts"
import { deploymentFiles } from "../../cli/deployment-files.ts"
import { plan } from "../../compiler/index.ts"

const text = `
secret token from "vault"
type Page { url: string @format("uri")  parts: Part[]  kind: Kind }
type Part { text: string  inside: Part[] }
enum Kind { news, blog }
tool stock(sku: string): int = invoke "shop" GET "/stock" { reads  retry 5 times  circuit opens after 5 failures in 1m, retries after 30s }
tool order(sku: string): int = invoke "shop" POST "/orders" { writes  idempotent  irreversible "sold"  retry never  circuit opens after 3 failures in 2m, retries after 90s }
tool mail(text: string) = binding "smtp" "create" { irreversible "sent"  idempotent  retry never }
tool ask(q: string): string = GET "https://a.test/{q}" { reads  retry never  header "Authorization": "Bearer {token}" }
workflow Main(page: Page, sku: string): Page {
  dead letter "failed"
  on topic "orders"
  if stock(sku) > 0 { order(sku) }
  mail("sold {sku}")
  ask(sku)
  return page
}
`
const folder = mkdtempSync(join(tmpdir(), "agentflow-deploy-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function filesWith(config: Partial<Config> = {}): ReadonlyMap<string, string> {
  const found = plan([{ path: "shop.agentflow", text, version: 1 }], { rules: { AF4003: "off" } })
  expect(found.diagnostics.filter(({ severity }) => severity === "error").map(({ code, message }) => `${code} ${message}`)).toEqual([])
  const whole: Config = { folder, endpoints: {}, secrets: {}, models: {}, dapr: {}, mcp: {}, rules: {}, cli: {}, ...config }
  return new Map(deploymentFiles(found.value!, whole, join(folder, "generated")).map((file) => [file.path, file.text]))
}

function yaml(files: ReadonlyMap<string, string>, path: string): Readonly<Record<string, never>> {
  const documents = parseAllDocuments(files.get(path) ?? "")
  expect(documents.flatMap(({ errors }) => errors)).toEqual([])
  return documents[0]!.toJS() as Readonly<Record<string, never>>
}

describe("files for Dapr", () => {
  it("are a state store, pub/sub, limits, resiliency and a run file", () => {
    const files = filesWith()
    expect([...files.keys()]).toEqual([
      "dapr/components/statestore.yaml", "dapr/components/pubsub.yaml", "dapr/config.yaml", "dapr/resiliency.yaml", "dapr/dapr.yaml",
      "schemas/Main.input.json", "schemas/Main.output.json",
    ])
    expect(yaml(files, "dapr/components/statestore.yaml")).toMatchObject({ kind: "Component", metadata: { name: "statestore" }, spec: { type: "state.sqlite" } })
    expect(yaml(files, "dapr/config.yaml")["spec"]).toEqual({ workflow: { maxConcurrentWorkflowInvocations: 40, maxConcurrentActivityInvocations: 60 } })
    expect(yaml(files, "dapr/dapr.yaml")).toEqual({
      version: 1,
      apps: [{ appID: "shop", appDirPath: "..", resourcesPaths: ["./components"], configFilePath: "./config.yaml", command: ["node", "--enable-source-maps", "worker.ts"] }],
    })
  })

  it("carry the circuits of calls through Dapr, the first to open for each place, and no retries", () => {
    expect(yaml(filesWith(), "dapr/resiliency.yaml")["spec"]).toEqual({
      policies: {
        retries: {
          never: { policy: "constant", duration: "1s", maxRetries: 0 }, redeliver: { policy: "constant", duration: "1s", maxRetries: 3 },
        },
        circuitBreakers: { shop: { maxRequests: 1, interval: "120s", timeout: "90s", trip: "consecutiveFailures >= 3" } },
      },
      targets: {
        apps: { shop: { retry: "never", circuitBreaker: "shop" } },
        components: { smtp: { outbound: { retry: "never" } }, pubsub: { inbound: { retry: "redeliver" } } },
      },
    })
    const named = yaml(filesWith({ dapr: { pubsub: "bus" } }), "dapr/resiliency.yaml")["spec"]
    expect(named!["targets"]["components"]).toHaveProperty("bus", { inbound: { retry: "redeliver" } })
  })

  it("take names and limits from the config, and tell the worker", () => {
    const files = filesWith({ dapr: { app: "briefs", stateStore: "kept", maxWorkflows: 5, maxActivities: 7 } })
    expect(yaml(files, "dapr/components/statestore.yaml")["metadata"]).toEqual({ name: "kept" })
    expect(yaml(files, "dapr/config.yaml")["spec"]).toEqual({ workflow: { maxConcurrentWorkflowInvocations: 5, maxConcurrentActivityInvocations: 7 } })
    expect(yaml(files, "dapr/dapr.yaml")["apps"]![0]).toMatchObject({ appID: "briefs", env: { AGENTFLOW_STATE_STORE: "kept" } })
  })

  it("name the file of a secret store and never what is in it", () => {
    writeFileSync(join(folder, ".secrets.json"), JSON.stringify({ token: "xoxb-very-secret" }))
    const files = filesWith({ secrets: { vault: { file: ".secrets.json" }, unused: { file: "other.json" } } })
    expect(yaml(files, "dapr/components/vault.yaml")["spec"]!["metadata"]).toEqual([{ name: "secretsFile", value: "../.secrets.json" }])
    expect(files.has("dapr/components/unused.yaml")).toBe(false)
    expect([...files.values()].join("\n")).not.toContain("xoxb")
  })
})

describe("schemas of workflows", () => {
  it("stand alone and hold", () => {
    const schema = JSON.parse(filesWith().get("schemas/Main.input.json")!)
    expect(Object.keys(schema.$defs)).toEqual(["Kind", "Page", "Part"])
    const ajv = new Ajv2020({ strict: false })
    formats.default(ajv)
    const validate = ajv.compile(schema)
    expect(validate({ sku: "a", page: { url: "https://a.test", parts: [{ text: "x", inside: [] }], kind: "news" } })).toBe(true)
    expect(validate({ sku: "a", page: { url: "https://a.test", parts: [], kind: "other" } })).toBe(false)
    expect(JSON.parse(filesWith().get("schemas/Main.output.json")!)).toMatchObject({ title: "Output of Main", $ref: "#/$defs/Page" })
  })
})

describe("rules in the config", () => {
  const read = (rules: string): Config => {
    writeFileSync(join(folder, "agentflow.config.yaml"), `models: {}\nrules:\n  ${rules}\n`)
    return readConfig(folder, undefined, {})
  }
  it("take the codes of the checklist", () => expect(read("AF4008: error").rules).toEqual({ AF4008: "error" }))
  it("refuse a code that is none, with its place and the nearest", () => {
    expect(() => read("AF4009: error")).toThrow(/agentflow\.config\.yaml:3:3: there is no rule AF4009\./)
  })
  it("refuse a code whose level is fixed", () => expect(() => read("AF3001: off")).toThrow(/the level of AF3001 can't be set/))
})
