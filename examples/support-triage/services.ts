// Plays the customer database and the ticket desk.

import { isProgram, serveFromCommandLine } from "../shared/local-services.ts"
import type { World } from "../shared/local-services.ts"

export const world: World = {
  routes: {
    "GET /customers/*": ({ segments: [name] }) => ({ status: 200, body: { name, plan: "team", since: "2021-04" } }),
    "POST /tickets/*/replies": ({ count }) => ({ status: 201, body: { id: `reply-${count}` } }),
  },
}

if (isProgram(import.meta.filename)) await serveFromCommandLine(world)
