// More runs than the Studio lists: it says so, and finds the others by their whole id.

import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, expect, it } from "vitest"
import type { RunPage } from "../../cli/studio/api.ts"
import { createMask } from "../../cli/studio/mask.ts"
import { route, type Studio } from "../../cli/studio/routes.ts"
import { openSource, type RunSource } from "../../cli/studio/source.ts"
import { startSidecar, type Sidecar } from "../../sidecar/start.ts"

const folder = mkdtempSync(join(tmpdir(), "agentflow-many-"))
let sidecar: Sidecar
const open: RunSource[] = []
beforeAll(async () => {
  sidecar = await startSidecar({ file: join(folder, "state.db") })
})
afterAll(async () => {
  for (const source of open) source.close()
  await sidecar.close()
  rmSync(folder, { recursive: true, force: true })
})

function pages(listedMax: number): { readonly source: RunSource; readonly page: (query: string) => Promise<RunPage> } {
  const source = openSource({ host: "127.0.0.1", grpcPort: sidecar.grpcPort, httpPort: sidecar.httpPort }, Date.now, listedMax)
  open.push(source)
  const studio: Studio = { source, mask: () => createMask({ folder: ".", secrets: {} }, {}), session: () => { throw new Error("not asked for") }, workflows: () => [], graph: () => undefined }
  return { source, page: async (query) => (await route(studio, { method: "GET", path: ["runs"], query: new URLSearchParams(query), body: undefined })) as RunPage }
}

it("lists the newest, says that there are more, and finds each by its whole id", async () => {
  const { source, page } = pages(3)
  for (const id of ["a-1", "a-2", "a-3"]) {
    await source.client.start({ name: "Nap", instanceId: id })
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
  expect(await page("")).not.toHaveProperty("listedMax")
  await source.client.start({ name: "Nap", instanceId: "a-4" })
  source.forget()
  const listed = await page("")
  expect(listed).toMatchObject({ listedMax: 3, counts: { pending: 3 } })
  expect(listed.runs.map(({ id }) => id)).toEqual(["a-4", "a-3", "a-2"])
  const ids = async (query: string): Promise<readonly string[]> => (await page(query)).runs.map(({ id }) => id)
  expect(await ids("search=a-")).toEqual(["a-4", "a-3", "a-2"])
  expect(await ids("search=a-1")).toEqual(["a-1"])
  expect(await ids("search=a-1&status=completed")).toEqual([])
  expect(await ids("search=a-0")).toEqual([])
  expect(await ids("limit=2&before=" + encodeURIComponent((await page("limit=2")).next!))).toEqual(["a-2"])
})
