// Answers of Dapr's HTTP API beside state and workflows: measured on daprd, and the same on our sidecar.

import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { Started } from "./conformance/suite.ts"

export interface ApiHost {
  readonly name: string
  /** Starts a host with the files of `prepareApiFiles`: secret store `local`, binding `files`, topics `pubsub`. */
  readonly start: () => Promise<Started>
}

export function prepareApiFiles(folder: string): { readonly secrets: string; readonly files: string } {
  const [secrets, files] = [join(folder, "secrets.json"), join(folder, "files")]
  mkdirSync(files, { recursive: true })
  writeFileSync(secrets, JSON.stringify({ a: "1", nested: { b: "2" } }))
  return { secrets, files }
}

type Exchange = readonly [request: string, body: unknown, status: number, answer: string]

const fileBinding = (operation: string, fileName: string, data?: string) => ({ operation, data, metadata: { fileName } })

/** In order: later ones see what earlier ones did. */
const exchanges: Readonly<Record<string, readonly Exchange[]>> = {
  secrets: [
    ["GET v1.0/secrets/local/a", undefined, 200, "{\"a\":\"1\"}"],
    ["GET v1.0/secrets/local/nested:b", undefined, 200, "{\"nested:b\":\"2\"}"],
    ["GET v1.0/secrets/local/bulk", undefined, 200, "{\"a\":{\"a\":\"1\"},\"nested:b\":{\"nested:b\":\"2\"}}"],
    ["GET v1.0/secrets/local/none", undefined, 500, "failed getting secret with key none from secret store local"],
    ["GET v1.0/secrets/none/a", undefined, 401, "ERR_SECRET_STORE_NOT_FOUND"],
  ],
  bindings: [
    ["POST v1.0/bindings/files", fileBinding("create", "x.txt", "hello"), 200, "{\"fileName\":\"x.txt\"}"],
    ["POST v1.0/bindings/files", fileBinding("get", "x.txt"), 200, "hello"],
    ["POST v1.0/bindings/files", fileBinding("get", "../secrets.json"), 500, "file not found"],
    ["POST v1.0/bindings/files", { operation: "list" }, 200, "x.txt\"]"],
    ["POST v1.0/bindings/files", { operation: "odd" }, 500, "binding files does not support operation odd. supported"],
    ["POST v1.0/bindings/files", fileBinding("delete", "x.txt"), 204, ""],
    ["POST v1.0/bindings/files", fileBinding("get", "x.txt"), 500, "ERR_INVOKE_OUTPUT_BINDING"],
    ["POST v1.0/bindings/none", { operation: "create" }, 500, "couldn't find output binding none"],
  ],
  publish: [
    ["POST v1.0/publish/pubsub/t", { a: 1 }, 204, ""],
    ["POST v1.0/publish/none/t", { a: 1 }, 404, "pubsub none is not found"],
  ],
  invocation: [
    ["GET v1.0/invoke/nobody/method/m", undefined, 500, "failed to invoke, id: nobody, err: couldn't find service: nobody"],
  ],
  jobs: [
    ["POST v1.0-alpha1/jobs/j", { schedule: "@every 1h", data: { a: 1 } }, 204, ""],
    ["POST v1.0-alpha1/jobs/j", { schedule: "@every 1h" }, 409, "DAPR_SCHEDULER_SCHEDULE_JOB"],
    ["GET v1.0-alpha1/jobs/j", undefined, 200, "\"schedule\":\"@every 1h\""],
    ["DELETE v1.0-alpha1/jobs/j", undefined, 204, ""],
    ["GET v1.0-alpha1/jobs/j", undefined, 500, "job not found: j"],
    ["DELETE v1.0-alpha1/jobs/j", undefined, 204, ""],
    ["POST v1.0-alpha1/jobs/k", {}, 400, "DAPR_SCHEDULER_SCHEDULE_EMPTY"],
    ["POST v1.0-alpha1/jobs/k", { schedule: "nonsense" }, 500, "expected exactly 6 fields, found 1: [nonsense]"],
    ["POST v1.0-alpha1/jobs/k", { dueTime: "10m", repeats: 2 }, 500, "job must have a schedule to repeat"],
  ],
  "metadata and health": [
    ["GET v1.0/healthz/outbound", undefined, 204, ""],
    ["PUT v1.0/metadata/mine", "v", 204, ""],
    ["GET v1.0/metadata", undefined, 200, "\"mine\":"],
  ],
}

export function apiContract({ name, start }: ApiHost): void {
  describe(`api: ${name}`, () => {
    let starting: Promise<Started>
    beforeAll(async () => {
      starting = start()
      // A failure here would skip the tests; awaited in each of them, it fails them with the reason.
      await starting.catch(() => {})
    }, 20 * 60_000)
    afterAll(async () => void (await starting.then(({ stop }) => stop(), () => {})))

    for (const [area, list] of Object.entries(exchanges)) {
      it(`${area} answer as they should`, async () => {
        const { httpPort } = await starting
        for (const [request, body, status, answer] of list) {
          const [method = "", path = ""] = request.split(" ")
          const text = body === undefined ? {} : { body: JSON.stringify(body) }
          const headers = { "content-type": "application/json" }
          const response = await fetch(`http://127.0.0.1:${httpPort}/${path}`, { method, headers, ...text })
          const got = { request, status: response.status, body: await response.text() }
          expect(got).toEqual({ request, status, body: expect.stringContaining(answer) as string })
        }
      })
    }
  })
}
