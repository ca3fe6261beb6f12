// The faults of the SDK and of daprd, on a sidecar of this process.

import { join } from "node:path"
import { sdkFaultsOn } from "../harness/sdk-faults.ts"
import { startSidecar } from "../../sidecar/start.ts"
import { temporaryFolder } from "./harness.ts"

sdkFaultsOn("our sidecar", 60_000, async () => {
  const folder = temporaryFolder()
  const sidecar = await startSidecar({ file: join(folder.path, "hub.db") })
  const close = async (): Promise<void> => {
    await sidecar.close()
    folder.remove()
  }
  return { ...sidecar, kind: "sidecar", close }
})
