// Publish and subscribe between apps: what is published is stored, for each group of subscribers, until it is done.

import type { Store } from "../store/store.ts"
import { fault } from "../fault.ts"

export interface TopicsOptions {
  readonly store: Store
  readonly clock: () => number
  readonly newId: () => string
  readonly pubsubs: readonly string[]
  readonly appId: string
  /** The store failed while no caller was there to be told. */
  readonly onFault: (error: unknown) => void
}

export interface Publication {
  readonly pubsub: string
  readonly topic: string
  readonly data: Buffer
  readonly contentType: string
  readonly metadata?: Readonly<Record<string, string>>
}

/** A message as a subscriber gets it: the parts of a cloud event. */
export interface TopicMessage {
  readonly id: string
  readonly source: string
  readonly type: string
  readonly contentType: string
  readonly topic: string
  readonly pubsub: string
  /** In base64. */
  readonly data: string
}

export type Outcome = "success" | "retry" | "drop"

export interface Subscriber {
  readonly pubsub: string
  readonly topic: string
  /** Each message goes to one subscriber of a group. */
  readonly group: string
  /** Settles when the subscriber has dealt with the message; a rejection gives it to the next one. */
  readonly deliver: (message: TopicMessage) => Promise<Outcome>
}

export interface Topics {
  publish(publication: Publication): void
  subscribe(subscriber: Subscriber): () => void
  subscriptions(): readonly Pick<Subscriber, "pubsub" | "topic">[]
  close(): void
}

/** Names of stores that no client can reach: a state store has another name. */
const queueStore = "\u0001topics"
const groupStore = "\u0001groups"
/** Keeps what is published before anyone subscribes; the first group to come takes it. */
const nobody = ""
const retryDelayMs = 1_000
const inFlightMax = 16
const keptUnclaimedMax = 10_000

interface State extends TopicsOptions {
  readonly subscribers: Set<Subscriber>
  /** Keys that a subscriber holds, or that wait for their next attempt. */
  readonly held: Set<string>
  readonly timers: Set<NodeJS.Timeout>
  sequence: number
  closed: boolean
}

export function createTopics(options: TopicsOptions): Topics {
  const { store } = options
  const state: State = {
    ...options, subscribers: new Set(), held: new Set(), timers: new Set(), sequence: lastSequence(store),
    closed: false,
  }
  return {
    publish: (publication) => publish(state, publication),
    subscribe(subscriber) {
      known(state, subscriber.pubsub)
      join(state, subscriber)
      state.subscribers.add(subscriber)
      pump(state, subscriber)
      return () => void state.subscribers.delete(subscriber)
    },
    subscriptions: () => [...state.subscribers].map(({ pubsub, topic }) => ({ pubsub, topic })),
    close() {
      state.closed = true
      for (const timer of state.timers) clearTimeout(timer)
    },
  }
}

function lastSequence(store: Store): number {
  const keys = store.listValues({ store: queueStore, prefix: "" }).map(({ key }) => Number(key.split("\u0001").at(-1)))
  return Math.max(0, ...keys)
}

function known({ pubsubs }: State, pubsub: string): void {
  if (!pubsubs.includes(pubsub)) throw fault(404, "ERR_PUBSUB_NOT_FOUND", `pubsub ${pubsub} is not found`)
}

function prefixOf({ pubsub, topic }: Pick<Subscriber, "pubsub" | "topic">, group: string): string {
  return [pubsub, topic, group, ""].join("\u0001")
}

function groupsOf(state: State, at: Pick<Subscriber, "pubsub" | "topic">): readonly string[] {
  const prefix = [at.pubsub, at.topic, ""].join("\u0001")
  return state.store.listValues({ store: groupStore, prefix }).map(({ key }) => key.slice(prefix.length))
}

function publish(state: State, publication: Publication): void {
  const { pubsub, topic, metadata = {} } = publication
  known(state, pubsub)
  if (!topic) throw fault(404, "ERR_TOPIC_EMPTY", `topic is empty in pubsub ${pubsub}`)
  const message = messageOf(state, publication)
  const ttl = Number(metadata["ttlInSeconds"])
  const expiry = ttl > 0 ? { expiresAtMs: state.clock() + ttl * 1000 } : {}
  const number = String(++state.sequence).padStart(16, "0")
  const groups = groupsOf(state, publication)
  if (groups.length === 0) limitUnclaimed(state, publication)
  const changes = (groups.length > 0 ? groups : [nobody]).map((group) => ({
    kind: "save" as const, key: prefixOf(publication, group) + number, value: JSON.stringify(message), ...expiry,
  }))
  state.store.changeValues(queueStore, changes, state.clock())
  for (const subscriber of state.subscribers) {
    if (subscriber.pubsub === pubsub && subscriber.topic === topic) pump(state, subscriber)
  }
}

/** What is a cloud event already keeps its id, source and type, by which a consumer knows it again. */
function messageOf(state: State, { pubsub, topic, contentType, data }: Publication): TopicMessage {
  const base = { id: state.newId(), source: state.appId, type: "com.dapr.event.sent", topic, pubsub }
  const event = /^application\/cloudevents\+json\b/.test(contentType) ? parseEvent(data) : undefined
  if (!event) return { ...base, contentType, data: data.toString("base64") }
  const { datacontenttype, data_base64: binary, data: value } = event
  const isText = typeof value === "string" && !/json/.test(String(datacontenttype))
  const text = isText ? value : JSON.stringify(value ?? null)
  const attributes = Object.entries(event).filter(([name, attribute]) =>
    ["id", "source", "type"].includes(name) && typeof attribute === "string")
  const given = Object.fromEntries(attributes)
  return {
    ...base, ...given, contentType: typeof datacontenttype === "string" ? datacontenttype : "application/json",
    data: typeof binary === "string" ? binary : Buffer.from(text).toString("base64"),
  }
}

function parseEvent(data: Buffer): Readonly<Record<string, unknown>> | undefined {
  try {
    const event: unknown = JSON.parse(data.toString("utf8"))
    return typeof event === "object" && event !== null ? (event as Record<string, unknown>) : undefined
  } catch {
    throw fault(400, "ERR_PUBSUB_CLOUD_EVENTS_SER", "the cloud event is not JSON")
  }
}

function limitUnclaimed(state: State, at: Pick<Subscriber, "pubsub" | "topic">): void {
  const waiting = state.store.listValues({ store: queueStore, prefix: prefixOf(at, nobody) }).length
  if (waiting < keptUnclaimedMax) return
  const text = `topic ${at.topic} holds ${waiting} messages that nobody has subscribed to`
  throw fault(429, "ERR_PUBSUB_PUBLISH_MESSAGE", text)
}

/** Makes the group known, and gives it what was published before any other was. */
function join(state: State, subscriber: Subscriber): void {
  const groups = groupsOf(state, subscriber)
  if (groups.includes(subscriber.group)) return
  const key = [subscriber.pubsub, subscriber.topic, subscriber.group].join("\u0001")
  state.store.changeValues(groupStore, [{ kind: "save", key, value: "{}" }], state.clock())
  const prefix = prefixOf(subscriber, nobody)
  const unclaimed = state.store.listValues({ store: queueStore, prefix })
  state.store.changeValues(queueStore, unclaimed.flatMap(({ key: old, value }) => [
    { kind: "delete" as const, key: old },
    { kind: "save" as const, key: prefixOf(subscriber, subscriber.group) + old.slice(prefix.length), value },
  ]), state.clock())
}

/** Hands the oldest messages to the subscribers of the group, in order, a few at a time. */
function pump(state: State, { pubsub, topic, group }: Subscriber): void {
  if (state.closed) return
  const peers = [...state.subscribers].filter((one) =>
    one.pubsub === pubsub && one.topic === topic && one.group === group)
  if (peers.length === 0) return
  const prefix = prefixOf({ pubsub, topic }, group)
  const room = inFlightMax - [...state.held].filter((key) => key.startsWith(prefix)).length
  if (room <= 0) return
  const waiting = state.store.listValues({ store: queueStore, prefix, limit: inFlightMax * 2 })
    .filter(({ key }) => !state.held.has(key)).slice(0, room)
  for (const [index, { key, value }] of waiting.entries()) {
    const peer = peers[(index + state.sequence) % peers.length]
    if (peer) hand(state, peer, key, value)
  }
}

function hand(state: State, subscriber: Subscriber, key: string, value: string): void {
  state.held.add(key)
  const settle = (outcome: Outcome) => {
    if (state.closed) return
    if (outcome === "retry") return again(state, subscriber, key)
    state.store.changeValues(queueStore, [{ kind: "delete", key }], state.clock())
    state.held.delete(key)
    pump(state, subscriber)
  }
  const retry = (): Outcome => "retry"
  subscriber.deliver(JSON.parse(value) as TopicMessage).catch(retry).then(settle).catch(state.onFault)
}

function again(state: State, subscriber: Subscriber, key: string): void {
  const timer = setTimeout(() => {
    state.timers.delete(timer)
    state.held.delete(key)
    try {
      pump(state, subscriber)
    } catch (error) {
      state.onFault(error)
    }
  }, state.subscribers.has(subscriber) ? retryDelayMs : 0)
  state.timers.add(timer)
}
