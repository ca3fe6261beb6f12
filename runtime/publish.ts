// Publishing through the sidecar: one CloudEvent, whose id lets its consumer know it again.
import type { SidecarAddress } from "./environment.ts"
import { ToolError } from "./errors.ts"

export interface PublishedEvent {
  readonly topic: string
  /** Default: the worker's own. */
  readonly pubsub?: string | undefined
  readonly id: string
  readonly type: string
  readonly source: string
  readonly data: unknown
}

export type Publish = (event: PublishedEvent) => Promise<void>

const requestTimeoutMs = 10_000

export function createPublisher(
  sidecar: Pick<SidecarAddress, "httpUrl" | "apiToken">, usualPubsub: string,
): Publish {
  return async ({ topic, pubsub = usualPubsub, id, type, source, data }) => {
    const url = `${sidecar.httpUrl}/v1.0/publish/${encodeURIComponent(pubsub)}/${encodeURIComponent(topic)}`
    const event = { specversion: "1.0", id, type, source, datacontenttype: "application/json", data }
    const headers = {
      "content-type": "application/cloudevents+json",
      ...(sidecar.apiToken === undefined ? {} : { "dapr-api-token": sidecar.apiToken }),
    }
    const response = await send(url, { method: "POST", headers, body: JSON.stringify(event) }, pubsub)
    const problem = await response.text()
    if (response.ok) return
    const kind = response.status >= 500 ? "unavailable" : response.status === 403 ? "denied" : "invalid_input"
    throw new ToolError(kind, `pub/sub "${pubsub}" answered ${response.status}: ${problem.slice(0, 300)}`)
  }
}

/** As often as a step without clauses of its own is tried again for a sidecar that does not answer. */
const attemptsMax = 5

/**
 * For news of something that is stored already: the step waits for a sidecar that comes back, but does not fail for a
 * pub/sub that isn't there. Gives what went wrong, for the envelope's note.
 */
export async function tell(publish: Publish, event: PublishedEvent, attempt: number): Promise<string | undefined> {
  try {
    await publish(event)
    return undefined
  } catch (thrown) {
    if (thrown instanceof ToolError && thrown.kind === "unavailable" && attempt <= attemptsMax) throw thrown
    return `not published to ${event.topic}: ${thrown instanceof Error ? thrown.message : String(thrown)}`
  }
}

async function send(url: string, init: RequestInit, pubsub: string): Promise<Response> {
  try {
    return await fetch(url, { ...init, signal: AbortSignal.timeout(requestTimeoutMs) })
  } catch (error) {
    throw new ToolError("unavailable", `pub/sub "${pubsub}": the sidecar did not answer`, { cause: error })
  }
}
