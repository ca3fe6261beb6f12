// The answers of the HTTP API of real daprd beside state: what our sidecar has to repeat.

import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { apiContract, prepareApiFiles } from "../contract/api.contract.ts"
import { startDapr } from "../harness/dapr.ts"

function component(name: string, type: string, metadata: Readonly<Record<string, string>> = {}): string {
  const entries = Object.entries(metadata).map(([key, value]) => `{ name: ${key}, value: ${JSON.stringify(value)} }`)
  return `apiVersion: dapr.io/v1alpha1
kind: Component
metadata: { name: ${name} }
spec: { type: ${type}, version: v1, metadata: [${entries.join(", ")}] }
`
}

apiContract({
  name: "daprd",
  start: async () => {
    const folder = await mkdtemp(join(tmpdir(), "agentflow-dapr-"))
    const { secrets, files } = prepareApiFiles(folder)
    const dapr = await startDapr({
      runDir: folder, stateStore: "memory", resources: {
        "local.yaml": component("local", "secretstores.local.file", { secretsFile: secrets }),
        "files.yaml": component("files", "bindings.localstorage", { rootPath: files }),
        "pubsub.yaml": component("pubsub", "pubsub.in-memory"),
      },
    })
    return { ...dapr, stop: async () => { await dapr.stop(); await rm(folder, { recursive: true, force: true }) } }
  },
})
