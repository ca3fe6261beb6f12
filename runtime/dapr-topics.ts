// Streaming subscriptions through the sidecar: no port of the app is needed, and nothing is lost before it is acknowledged.

import { CommunicationProtocolEnum, DaprClient } from "@dapr/dapr"
import type { SidecarAddress } from "./environment.ts"
import { generatedClient } from "./sdk/inside.ts"

export interface TopicEvent {
  readonly id: string
  readonly source: string
  readonly type: string
  readonly topic: string
  /** JSON where it is JSON, else its text. */
  readonly data: unknown
}

/** What the broker is told: done, again later, or away with it (to the dead-letter topic where there is one). */
export type TopicOutcome = "success" | "retry" | "drop"

export interface TopicSubscription {
  readonly pubsub: string
  readonly topic: string
  readonly deadLetterTopic?: string
  /** Undefined leaves the event unanswered: it comes again when this subscription has ended. */
  handle(event: TopicEvent): Promise<TopicOutcome | undefined>
}

export interface TopicsOptions {
  readonly sidecar: SidecarAddress
  readonly subscriptions: readonly TopicSubscription[]
  readonly note: (message: string) => void
}

/** The wire numbers of Dapr's TopicEventResponse. */
const statuses: Readonly<Record<TopicOutcome, number>> = { success: 0, retry: 1, drop: 2 }
const reconnectDelayMsMax = 10_000
const noteAfterFailures = 3

/** The part of the generated client that is used; its messages come and go as plain objects. */
interface StreamingClient {
  subscribeTopicEventsAlpha1(
    requests: AsyncIterable<object>, options: { readonly signal: AbortSignal },
  ): AsyncIterable<{ readonly subscribeTopicEventsResponseType: { readonly case?: string; readonly value?: unknown } }>
}

export interface SubscribedTopics {
  /** All subscriptions have been taken once. A broker that keeps nothing loses what is published before. */
  readonly taken: Promise<unknown>
  stop(): Promise<void>
}

/** Subscribes, and again whenever the stream breaks, until it is stopped. */
export function subscribeTopics({ sidecar, subscriptions, note }: TopicsOptions): SubscribedTopics {
  const ending = new AbortController()
  const [, host = "127.0.0.1", port = "50001"] = /^([^/:]+):(\d+)$/.exec(sidecar.grpc) ?? []
  const client = new DaprClient({
    communicationProtocol: CommunicationProtocolEnum.GRPC, daprHost: host, daprPort: port,
    ...(sidecar.apiToken === undefined ? {} : { daprApiToken: sidecar.apiToken }),
  })
  const streaming = generatedClient<StreamingClient>(client)
  const follower = async (given: TopicSubscription, onTaken: () => void): Promise<void> => {
    const subscription = { ...given, handle: onceAtATime(given.handle) }
    for (let failures = 0; !ending.signal.aborted;) {
      try {
        await follow(await streaming, { subscription, onTaken, signal: ending.signal })
        failures = 0
      } catch (error) {
        failures += 1
        if (failures === noteAfterFailures && !ending.signal.aborted) {
          const reason = error instanceof Error ? error.message : String(error)
          note(`no subscription to ${subscription.pubsub}/${subscription.topic}: ${reason}; trying on`)
        }
      }
      await pause(Math.min(200 * 2 ** failures, reconnectDelayMsMax), ending.signal)
    }
  }
  const running: Promise<void>[] = []
  const taken = Promise.all(subscriptions.map((subscription) =>
    new Promise<void>((resolve) => running.push(follower(subscription, resolve)))))
  return {
    taken,
    async stop() {
      ending.abort()
      await Promise.all(running)
    },
  }
}

/** A broker that gets no answer in its time sends the event again: both get the answer of the first handling. */
function onceAtATime(handle: TopicSubscription["handle"]): TopicSubscription["handle"] {
  const handling = new Map<string, ReturnType<TopicSubscription["handle"]>>()
  return (event) => {
    const key = JSON.stringify([event.source, event.id])
    const known = handling.get(key)
    if (known !== undefined) return known
    const handled = handle(event).finally(() => handling.delete(key))
    handling.set(key, handled)
    return handled
  }
}

interface Following {
  readonly subscription: TopicSubscription
  readonly onTaken: () => void
  readonly signal: AbortSignal
}

async function follow(client: StreamingClient, { subscription, onTaken, signal }: Following): Promise<void> {
  const { pubsub, topic, deadLetterTopic } = subscription
  const requests = queue<object>(signal)
  const initial = { pubsubName: pubsub, topic, metadata: {}, ...(deadLetterTopic === undefined ? {} : { deadLetterTopic }) }
  requests.put({ subscribeTopicEventsRequestType: { case: "initialRequest", value: initial } })
  const handle = async (message: EventMessage): Promise<void> => {
    // An event that broke its handler comes again; the stream and the other events go on.
    const outcome = await subscription.handle(eventOf(message)).catch((): TopicOutcome => "retry")
    if (outcome === undefined) return
    const value = { id: message.id, status: { status: statuses[outcome] } }
    requests.put({ subscribeTopicEventsRequestType: { case: "eventProcessed", value } })
  }
  try {
    for await (const { subscribeTopicEventsResponseType: response } of client.subscribeTopicEventsAlpha1(requests, { signal })) {
      if (response.case === "initialResponse") onTaken()
      if (response.case === "eventMessage") void handle(response.value as EventMessage)
    }
  } finally {
    requests.end()
  }
}

interface EventMessage {
  readonly id: string
  readonly source: string
  readonly type: string
  readonly topic: string
  readonly dataContentType: string
  readonly data: Uint8Array
}

function eventOf({ id, source, type, topic, data }: EventMessage): TopicEvent {
  const text = Buffer.from(data).toString("utf8")
  let value: unknown = text
  try {
    value = JSON.parse(text)
  } catch {
    // A text it is, then.
  }
  return { id, source, type, topic, data: value }
}

interface Queue<T> extends AsyncIterable<T> {
  put(item: T): void
  end(): void
}

function queue<T>(signal: AbortSignal): Queue<T> {
  const items: T[] = []
  let isEnded = false
  let wake = (): void => undefined
  const end = (): void => {
    isEnded = true
    wake()
  }
  signal.addEventListener("abort", end, { once: true })
  return {
    put(item) {
      items.push(item)
      wake()
    },
    end,
    async *[Symbol.asyncIterator]() {
      while (true) {
        const item = items.shift()
        if (item !== undefined) yield item
        else if (isEnded) return
        else await new Promise<void>((resolve) => (wake = resolve))
      }
    },
  }
}

function pause(delayMs: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, delayMs)
    signal.addEventListener("abort", () => {
      clearTimeout(timer)
      resolve()
    }, { once: true })
  })
}
