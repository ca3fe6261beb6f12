// The worker of the Chromium test: the server behind the worker's own port.

import { servePort } from "../../server/worker.ts"

servePort(self as unknown as Parameters<typeof servePort>[0], { version: "0.0.0" })
