// The server that the browser's extension starts in a worker.

import { servePort } from "../../../server/worker.ts"

servePort(self as unknown as DedicatedWorkerGlobalScope, { version: "0.1.0" })
