// The language worker: the language server over the worker's own messages, with what a build writes besides code.

import { servePort } from "../../../server/worker.ts"

servePort(self as never, {
  version: "playground",
  docsUrl: (code) => new URL(`../#explain/${code}`, self.location.href).href,
  filesBeside: async (plan) => (await import("./beside.ts")).filesBeside(plan),
})
