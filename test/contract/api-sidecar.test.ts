// The answers of Dapr's HTTP API on our sidecar: the same cases as on real daprd.

import { join } from "node:path"
import { startSidecar } from "../../sidecar/start.ts"
import { apiContract, prepareApiFiles } from "./api.contract.ts"
import { temporaryFolder } from "./harness.ts"

apiContract({
  name: "sidecar",
  start: async () => {
    const folder = temporaryFolder()
    const { secrets, files } = prepareApiFiles(folder.path)
    const sidecar = await startSidecar({
      file: join(folder.path, "hub.db"), secretStores: { local: secrets },
      bindings: { files: { kind: "file", folder: files } },
    })
    return { ...sidecar, stop: async () => { await sidecar.close(); folder.remove() } }
  },
})
