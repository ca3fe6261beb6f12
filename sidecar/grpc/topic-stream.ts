// A subscription as a stream: messages go out, what became of each comes back.

import type { ServerDuplexStream } from "@grpc/grpc-js"
import type { Api } from "../api/api.ts"
import type { Outcome, TopicMessage } from "../api/topics.ts"
import { asFault } from "./unary.ts"
import type { WireTopicRequest } from "./wire-dapr.ts"

const outcomes: readonly Outcome[] = ["success", "retry", "drop"]

interface Waiting {
  readonly resolve: (outcome: Outcome) => void
  readonly reject: (reason: Error) => void
}

export function subscribeStream(api: Api, call: ServerDuplexStream<object, object>): void {
  /** A publisher may give two messages the same id; their answers are then told apart by their order. */
  const waiting = new Map<string, Waiting[]>()
  let leave = () => {}
  const deliver = (message: TopicMessage) => new Promise<Outcome>((resolve, reject) => {
    waiting.set(message.id, [...(waiting.get(message.id) ?? []), { resolve, reject }])
    call.write({ event_message: messageToWire(message) })
  })
  call.on("data", (request: WireTopicRequest) => {
    const { initial_request: initial, event_processed: processed } = request
    if (initial) {
      try {
        const { pubsub_name: pubsub = "", topic = "", metadata = {} } = initial
        call.write({ initial_response: {} })
        leave = api.topics.subscribe({ pubsub, topic, group: metadata["consumerID"] || api.appId, deliver })
      } catch (error) {
        call.emit("error", asFault(error))
      }
      return
    }
    const id = processed?.id ?? ""
    const [first, ...rest] = waiting.get(id) ?? []
    first?.resolve(outcomes[processed?.status?.status ?? 0] ?? "retry")
    if (rest.length > 0) waiting.set(id, rest)
    else waiting.delete(id)
  })
  const end = () => {
    leave()
    for (const { reject } of [...waiting.values()].flat()) reject(new Error("the subscriber has left"))
    waiting.clear()
  }
  for (const event of ["end", "cancelled", "close", "error"]) call.on(event, end)
  call.on("end", () => call.end())
}

function messageToWire({ id, source, type, contentType, topic, pubsub, data }: TopicMessage): object {
  return {
    id, source, type, spec_version: "1.0", data_content_type: contentType, data: Buffer.from(data, "base64"),
    topic, pubsub_name: pubsub, path: "",
  }
}
