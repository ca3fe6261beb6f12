// The smallest program of a generated project, for tests that need a worker process of its own.

import { serve } from "../../runtime/serve.ts"
import { tool } from "../../runtime/define.ts"
import { workflow } from "../../runtime/workflow.ts"
import { schemaOf } from "./helpers.ts"

const anything = schemaOf<object>({ type: "object" })

let executions = 0

const slow = tool<object, string>({
  name: "slow",
  parameters: anything,
  result: schemaOf({ type: "string" }),
  effect: "reads",
  run: async () => {
    executions += 1
    await new Promise((resolve) => setTimeout(resolve, 1_500))
    return `done by execution ${executions}`
  },
})

const Slow = workflow<object, string>(
  { name: "Slow", parameters: anything, result: schemaOf({ type: "string" }) },
  function* (run) {
    return yield* run.call(slow, {})
  },
)

await serve({ app: "slow", workflows: [Slow], callables: [slow] })
