// A client of the language server over a worker's messages: JSON-RPC as plain objects.

export interface LanguageClient {
  /** Rejects when the server refuses, or with a `CancelledError` when `signal` is aborted. */
  readonly request: <Result>(method: string, params: unknown, signal?: AbortSignal) => Promise<Result>
  readonly notify: (method: string, params: unknown) => void
  readonly onNotification: (method: string, listener: (params: never) => void) => void
  readonly onRequest: (method: string, answer: (params: never) => unknown) => void
  readonly dispose: () => void
}

export const cancelled = "cancelled"

interface Message {
  readonly id?: number | string | null
  readonly method?: string
  readonly params?: unknown
  readonly result?: unknown
  readonly error?: { readonly code: number; readonly message: string }
}

interface Waiting {
  readonly resolve: (value: never) => void
  readonly reject: (problem: Error) => void
}

export function connect(port: Pick<Worker, "postMessage" | "addEventListener" | "terminate">): LanguageClient {
  const waiting = new Map<number | string, Waiting>()
  const listeners = new Map<string, ((params: never) => void)[]>()
  const answers = new Map<string, (params: never) => unknown>()
  let next = 1
  const send = (message: Message): void => port.postMessage({ jsonrpc: "2.0", ...message })

  const answer = async ({ id, method, params }: Message): Promise<void> => {
    try {
      const result = await answers.get(method!)?.(params as never)
      send({ id: id!, result: result ?? null })
    } catch (problem) {
      send({ id: id!, error: { code: -32603, message: String(problem) } })
    }
  }

  port.addEventListener("message", ({ data }: MessageEvent<Message>) => {
    if (data.method !== undefined && data.id != null) return void answer(data)
    if (data.method !== undefined) return listeners.get(data.method)?.forEach((listener) => listener(data.params as never))
    const found = waiting.get(data.id!)
    if (found === undefined) return
    waiting.delete(data.id!)
    if (data.error === undefined) found.resolve(data.result as never)
    else found.reject(new Error(data.error.message))
  })

  return {
    request: (method, params, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted === true) return reject(new Error(cancelled))
        const id = next++
        waiting.set(id, { resolve, reject })
        signal?.addEventListener("abort", () => {
          if (!waiting.delete(id)) return
          send({ method: "$/cancelRequest", params: { id } })
          reject(new Error(cancelled))
        })
        send({ id, method, params })
      }),
    notify: (method, params) => send({ method, params }),
    onNotification: (method, listener) => void listeners.set(method, [...(listeners.get(method) ?? []), listener]),
    onRequest: (method, given) => void answers.set(method, given),
    dispose: () => port.terminate(),
  }
}
