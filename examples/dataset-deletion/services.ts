// Plays the data warehouse.

import { isProgram, serveFromCommandLine } from "../shared/local-services.ts"
import type { World } from "../shared/local-services.ts"

export const world: World = {
  routes: {
    "GET /datasets/*": ({ segments: [name] }) => ({ status: 200, body: { name, rows: 48_211, owner: "grace" } }),
    "DELETE /datasets/*": ({ segments: [dataset] }) => ({ status: 200, body: { dataset, rows: 48_211 } }),
  },
}

if (isProgram(import.meta.filename)) await serveFromCommandLine(world)
