// Lets a generated project find @agentflow/runtime beside the `agentflow` that runs it, when it has not installed its own.

import { registerHooks } from "node:module"

/** Loaded before a worker by `--import`, and by a run in this process. A project's own copy always goes first. */
registerHooks({
  resolve(specifier, context, next) {
    try {
      return next(specifier, context)
    } catch (error) {
      if (!/^@agentflow\/runtime(\/|$)/.test(specifier)) throw error
      return next(specifier, { ...context, parentURL: import.meta.url })
    }
  },
})
