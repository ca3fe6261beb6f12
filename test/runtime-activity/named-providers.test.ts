// Several providers in one worker: by the names of the config, each with its own address, key and protocol.

import { afterEach, describe, expect, it } from "vitest"
import { readEnvironment } from "../../runtime/environment.ts"
import type { Provider } from "../../runtime/providers/provider.ts"
import { createServices } from "../../runtime/services.ts"
import type { Services } from "../../runtime/services.ts"
import { startModelServer } from "../../runtime/model-server/server.ts"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { agentOf, execute, fast, memoryState, providerRequest, scratchServer } from "./helpers.ts"
import type { Scratch } from "./helpers.ts"
import { providerContract } from "./provider.contract.ts"

const folder = mkdtempSync(join(tmpdir(), "agentflow-providers-"))
const open: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const one of open.splice(0)) await one.close()
})

function servicesOf(variables: Readonly<Record<string, string>>): Services {
  const read = readEnvironment(variables)
  if (!read.ok) throw new Error(read.problems.join("\n"))
  const created = createServices(read.environment)
  if (!created.ok) throw new Error(created.problems.join("\n"))
  return created.services
}

function providerOf(services: Services, name: string): Provider {
  const provider = services.provider(name)
  if (provider === undefined) throw new Error(`no provider ${name}`)
  return provider
}

/** Answers every request with the authorization and the path that it came with. */
async function mirror(): Promise<Scratch> {
  const server = await scratchServer((request, response) => {
    const content = JSON.stringify({ value: `${request.headers.authorization} ${request.url}` })
    const choices = [{ index: 0, finish_reason: "stop", message: { role: "assistant", content } }]
    response.writeHead(200, { "content-type": "application/json" })
      .end(JSON.stringify({ id: "1", choices, usage: { prompt_tokens: 1, completion_tokens: 1 } }))
  })
  open.push(server)
  return server
}

const asked = providerRequest({ responseSchema: { type: "string" } })

providerContract("named in the config", { refuses: true, bounds: true }, async (rules) => {
  const server = await startModelServer({ script: { rules } })
  const services = servicesOf({ AGENTFLOW_PROVIDERS: JSON.stringify({ north: { baseUrl: `${server.url}/v1`, apiKey: "a-key" } }) })
  return { provider: providerOf(services, "north"), close: () => server.close() }
})

describe("providers by name", () => {
  it("go to their own address with their own key, also one from a secret store, at the same time", async () => {
    const [north, south, usual] = [await mirror(), await mirror(), await mirror()]
    const secrets = join(folder, "secrets.json")
    writeFileSync(secrets, JSON.stringify({ south: "key-of-the-south" }))
    const services = servicesOf({
      OPENAI_BASE_URL: `${usual.url}/v1`, OPENAI_API_KEY: "the-usual-key",
      AGENTFLOW_SECRET_FILES: JSON.stringify({ vault: secrets }),
      AGENTFLOW_PROVIDERS: JSON.stringify({
        north: { baseUrl: `${north.url}/north/v1`, apiKey: "key-of-the-north" },
        south: { baseUrl: `${south.url}/south/v1`, secret: { store: "vault", key: "south" } },
      }),
    })
    const texts = await Promise.all(["north", "south", "openai"].map(async (name) => {
      const response = await providerOf(services, name).complete(asked)
      return response.ok ? response.answer?.value : response.message
    }))
    expect(texts).toEqual([
      "Bearer key-of-the-north /north/v1/chat/completions", "Bearer key-of-the-south /south/v1/chat/completions",
      "Bearer the-usual-key /v1/chat/completions",
    ])
    writeFileSync(secrets, JSON.stringify({ south: "another-key" }))
    expect(await providerOf(services, "south").complete(asked)).toMatchObject({ answer: { value: "Bearer another-key /south/v1/chat/completions" } })
    const masked = services.redactor.text("key-of-the-north key-of-the-south the-usual-key another-key")
    expect(masked).toBe("[secret north key] [secret south key] [secret OPENAI_API_KEY] [secret south key]")
    writeFileSync(secrets, "{}")
    expect(await providerOf(services, "south").complete(asked)).toMatchObject({ ok: false, kind: "denied", message: expect.stringContaining('store "vault" has no key "south"') })
  })

  it("are the offline model where they have neither address nor key, and all of them where that is asked for", async () => {
    const server = await mirror()
    const providers = { empty: { baseUrl: "", apiKey: "" }, real: { baseUrl: server.url } }
    const text = JSON.stringify(providers)
    expect(providerOf(servicesOf({ AGENTFLOW_PROVIDERS: text }), "empty").name).toBe("offline")
    expect(providerOf(servicesOf({ AGENTFLOW_PROVIDERS: text }), "real").name).toBe("real")
    const offline = servicesOf({ AGENTFLOW_PROVIDERS: text, AGENTFLOW_PROVIDER: "offline", OPENAI_API_KEY: "k" })
    for (const name of ["openai", "dapr", "offline", "real"]) expect(providerOf(offline, name).name).toBe("offline")
    expect(offline.provider("unheard")).toBeUndefined()
  })

  it("name a conversation component of Dapr, in the program or in the config", async () => {
    const bodies: [string, unknown][] = []
    const sidecar = await scratchServer((request, response, body) => {
      bodies.push([request.url ?? "", (JSON.parse(body) as { metadata?: unknown }).metadata])
      const outputs = [{ choices: [{ finishReason: "stop", message: { content: '{"value":"hi"}' } }] }]
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ outputs }))
    })
    open.push(sidecar)
    const services = servicesOf({
      DAPR_HTTP_ENDPOINT: sidecar.url, AGENTFLOW_PROVIDERS: JSON.stringify({ house: { type: "dapr", component: "in-house" } }),
    })
    for (const name of ["dapr", "house"]) expect(await providerOf(services, name).complete({ ...asked, model: "chatty" })).toMatchObject({ answer: { value: "hi" } })
    expect(bodies).toEqual([
      ["/v1.0-alpha2/conversation/chatty/converse", undefined],
      ["/v1.0-alpha2/conversation/in-house/converse", { model: "chatty" }],
    ])
  })

  it("are recorded and replayed like any other", async () => {
    const server = await mirror()
    const path = join(folder, "traffic.jsonl")
    const providers = JSON.stringify({ north: { baseUrl: server.url, apiKey: "key-of-the-north" } })
    const live = await providerOf(servicesOf({ AGENTFLOW_PROVIDERS: providers, AGENTFLOW_RECORD: path }), "north").complete(asked)
    expect(live).toMatchObject({ ok: true, text: expect.stringContaining("key-of-the-north") })
    expect(readFileSync(path, "utf8")).not.toContain("key-of-the-north")
    const again = await providerOf(servicesOf({ AGENTFLOW_REPLAY: path }), "north").complete(asked)
    expect(again).toMatchObject({ ok: true, text: expect.stringContaining("[secret north key]") })
    rmSync(folder, { recursive: true })
  })

  it("that nobody knows fail the turn, not the worker", async () => {
    const services = { ...servicesOf({}), state: memoryState() }
    const request = { model: { ...fast, provider: "unheard" }, messages: [], tools: [], responseSchema: true, maxOutputTokens: 5, allowance: {} }
    expect(await execute(agentOf({ type: "string" }), services, { parameters: request })).toMatchObject({ ok: false, kind: "invalid_input", message: 'no provider is called "unheard"' })
  })

  it.each([
    ["not JSON", "must be a JSON record"], ["[]", "must be a JSON record"], ['{"openai":{}}', '"openai" is the name of a built-in'],
    ['{"a":1}', '"a" must be a JSON object'], ['{"a":{"type":"azure"}}', "type openai or dapr"], ['{"a":{"api":"x"}}', "chat or responses"],
    ['{"a":{"baseUrl":"ftp://x"}}', "is no URL"], ['{"a":{"apiKey":1}}', "must have a text"], ['{"a":{"secret":{"store":"s"}}}', "store and key"],
  ])("are refused as %s", (text, problem) => {
    expect(readEnvironment({ AGENTFLOW_PROVIDERS: text })).toEqual({ ok: false, problems: [expect.stringContaining(problem)] })
  })
})
