// The language worker: the language server over the worker's own messages, with what a build writes besides code.

import type { Config } from "../../../cli/config-text.ts"
import { servePort } from "../../../server/worker.ts"

let config: Partial<Config> = {}

servePort(self as never, {
  version: "playground",
  docsUrl: (code) => new URL(`../#explain/${code}`, self.location.href).href,
  filesBeside: async (plan) => (await import("./beside.ts")).filesBeside(plan, config),
  readConfig: async (text) => {
    const { value, problem } = (await import("./beside.ts")).readConfig(text)
    config = value
    return { rules: value.rules ?? {}, ...(problem === undefined ? {} : { problem: { ...problem, message: problem.advice === undefined ? problem.message : `${problem.message} ${problem.advice}` } }) }
  },
})
