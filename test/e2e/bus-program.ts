// The two apps of the message bus test, each as a process of its own: one publishes orders, one handles them.

import { appendFileSync } from "node:fs"
import { event, tool } from "../../runtime/define.ts"
import { serve } from "../../runtime/serve.ts"
import { workflow } from "../../runtime/workflow.ts"
import { record, schemaOf } from "../runtime-activity/helpers.ts"

interface Order {
  readonly id: string
}

const order = schemaOf<Order>(record({ id: { type: "string" } }))
const Placed = event<Order>({ name: "Placed", schema: order })
const nothing = schemaOf<null>({ type: "null" })

const note = tool<Order, null>({
  name: "note", parameters: order, result: nothing, effect: "reads", policy: { retry: { times: 5 } },
  run: async ({ id }, { runId }) => {
    await new Promise((resolve) => setTimeout(resolve, 30))
    appendFileSync(process.env["NOTES"] ?? "", `${id} ${runId}\n`)
    return null
  },
})

const Handle = workflow<Order, null>(
  { name: "Handle", parameters: order, result: nothing, triggers: [{ on: "topic", topic: "orders" }] },
  function* (run, given) {
    return yield* run.call(note, given)
  },
)

const Place = workflow<{ ids: readonly string[] }, null>(
  { name: "Place", parameters: schemaOf(record({ ids: { type: "array", items: { type: "string" } } })), result: nothing, steps: { retry: { times: 20, backoff: { first: 200, max: 500 } } } },
  function* (run, { ids }) {
    yield* run.each("orders", ids, {}, function* (each, id) {
      yield* each.publish(Placed, { id }, { topic: "orders" })
      yield* each.sleep(100)
    })
    return null
  },
)

await serve(process.argv[2] === "place"
  ? { app: "place", workflows: [Place], callables: [] }
  : { app: "handle", workflows: [Handle], callables: [note] })
