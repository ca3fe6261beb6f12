// The state API of our sidecar, with each of its stores: the same cases as on real daprd.

import { join } from "node:path"
import { startSidecar } from "../../sidecar/start.ts"
import { openMemoryStore } from "../../sidecar/store/memory.ts"
import { temporaryFolder } from "./harness.ts"
import { stateContract } from "./state.contract.ts"

stateContract({
  name: "sidecar, memory",
  start: async () => {
    const sidecar = await startSidecar({ store: openMemoryStore() })
    return { ...sidecar, stop: sidecar.close }
  },
})

stateContract({
  name: "sidecar, SQLite",
  start: async () => {
    const folder = temporaryFolder()
    const sidecar = await startSidecar({ file: join(folder.path, "hub.db") })
    return { ...sidecar, stop: async () => { await sidecar.close(); folder.remove() } }
  },
})
