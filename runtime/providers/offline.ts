// The offline model in process: a provider that needs no network, no key and no other process.

import type { Provider, ProviderFailure, ProviderRequest, ProviderResponse } from "./provider.ts"
import { kindForStatus, retryAfterMs } from "../tools/http-status.ts"
import { fromStrict } from "./strict-schema.ts"
import type { ModelFault, ModelScript } from "./model-script.ts"
import type { OfflineAnswer } from "./offline-model.ts"
import { replyOffline } from "./offline-model.ts"
import { readAnswer } from "./read-answer.ts"

export function createOfflineProvider(script: ModelScript): Provider {
  return {
    name: "offline",
    async complete(request) {
      const reply = replyOffline(script, request)
      if (!(await waited(reply.delayMs, request.signal))) return timedOut
      return reply.fault === undefined ? answered(reply, request) : failed(reply.fault, request)
    },
  }
}

const timedOut: ProviderFailure = {
  ok: false,
  kind: "timeout",
  message: "the offline model did not answer in time",
  maybeDone: true,
}

function answered(reply: OfflineAnswer, request: ProviderRequest): ProviderResponse {
  if (reply.text !== "") request.onText?.(reply.text)
  const { text, toolCalls, finishReason, usage, refusal } = reply
  const answer = finishReason === "stop" && refusal === undefined ? readAnswer(text) : undefined
  return {
    ok: true,
    text,
    toolCalls,
    finishReason,
    usage,
    ...(refusal === undefined ? {} : { refusal }),
    ...(answer === undefined ? {} : { answer: { value: fromStrict(request.responseSchema, answer.value) } }),
  }
}

async function failed(fault: ModelFault, request: ProviderRequest): Promise<ProviderFailure> {
  if (fault.hang === true) {
    await waited(undefined, request.signal)
    return timedOut
  }
  if (fault.cut === true)
    return { ok: false, kind: "network", message: "the connection to the offline model was cut", maybeDone: true }
  const status = fault.status ?? 500
  const waitMs = retryAfterMs(fault.retryAfter === undefined ? undefined : String(fault.retryAfter), Date.now())
  return {
    ok: false,
    kind: kindForStatus(status) ?? "internal",
    message: fault.message ?? `the offline model answered ${status}`,
    ...(waitMs === undefined ? {} : { retryAfterMs: waitMs }),
  }
}

/** False when the signal came first; without a delay only the signal ends it. */
function waited(delayMs: number | undefined, signal: AbortSignal): Promise<boolean> {
  if (signal.aborted) return Promise.resolve(false)
  if (delayMs === 0) return Promise.resolve(true)
  return new Promise((resolve) => {
    const timer = delayMs === undefined ? undefined : setTimeout(() => finish(true), delayMs)
    const stop = (): void => finish(false)
    const finish = (isDone: boolean): void => {
      clearTimeout(timer)
      signal.removeEventListener("abort", stop)
      resolve(isDone)
    }
    signal.addEventListener("abort", stop)
  })
}
