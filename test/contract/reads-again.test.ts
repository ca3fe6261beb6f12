// A read that daprd refuses because it falls into daprd's own write: made again by both our clients, and given up in the end.

import { Server, ServerCredentials, status as codes } from "@grpc/grpc-js"
import type { sendUnaryData } from "@grpc/grpc-js"
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest"
import { openWorkflowPort } from "../../runtime/dapr.ts"
import type { WorkflowPort } from "../../runtime/dapr.ts"
import { connect } from "../../sidecar/client.ts"
import type { TaskHubClient } from "../../sidecar/client.ts"
import { loadProtocol } from "../../sidecar/grpc/protocol.ts"

const inItsWrite = { code: codes.UNKNOWN, details: "transient store read failure: instance is being written" }
const dropped = { code: codes.UNAVAILABLE, details: "Connection dropped" }
const refused = { code: codes.UNKNOWN, details: "no such thing" }

describe("a host that refuses a read", () => {
  const server = new Server()
  /** What is answered in place of the next reads. */
  let faults: { readonly code: number; readonly details: string }[] = []
  let reads = 0
  let own: TaskHubClient
  let port: WorkflowPort
  const answering = (response: object) => (_call: unknown, reply: sendUnaryData<object>): void => {
    reads++
    const fault = faults.shift()
    if (fault) reply(fault)
    else reply(null, response)
  }
  beforeAll(async () => {
    server.addService(loadProtocol().taskHub, {
      GetInstance: answering({ exists: true, orchestrationState: { instanceId: "a", name: "flow", orchestrationStatus: 1 } }),
      GetInstanceHistory: answering({ events: [{ eventId: -1, orchestratorStarted: {} }] }),
    })
    const grpcPort = await new Promise<number>((resolve, reject) => {
      server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) => (error ? reject(error) : resolve(bound)))
    })
    own = connect({ grpcPort })
    port = openWorkflowPort({ sidecar: { grpc: `127.0.0.1:${grpcPort}`, httpUrl: "" }, callTimeoutMs: 20_000 })
  })
  beforeEach(() => { [faults, reads] = [[], 0] })
  afterAll(async () => {
    own.close()
    await port.close()
    server.forceShutdown()
  })

  const ways: readonly (readonly [string, () => Promise<unknown>, object])[] = [
    ["our client, a state", () => own.get("a"), { id: "a", status: "completed" }],
    ["our client, a history", () => own.history("a"), [{ kind: "orchestratorStarted" }]],
    ["the SDK's client behind our runtime", () => port.read("a"), { id: "a", state: "completed" }],
  ]

  it.each(ways)("in its own write is asked again: %s", async (_name, read, found) => {
    faults = [inItsWrite, inItsWrite, inItsWrite]
    expect(await read()).toMatchObject(found)
    expect(reads).toBe(4)
  })

  it.each(ways)("all the time is left alone after twenty times: %s", async (_name, read) => {
    faults = Array.from({ length: 30 }, () => inItsWrite)
    await expect(read()).rejects.toThrow("transient store read failure")
    expect(reads).toBe(20)
  })

  it.each(ways)("for another reason is not asked again: %s", async (_name, read) => {
    faults = [refused]
    await expect(read()).rejects.toThrow("no such thing")
    expect(reads).toBe(1)
  })

  it("whose connection breaks is asked in a new one, by the runtime", async () => {
    faults = [dropped, dropped]
    expect(await port.read("a")).toMatchObject({ state: "completed" })
    expect(reads).toBe(3)
  })
})
