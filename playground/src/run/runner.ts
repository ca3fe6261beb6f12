// The page's end of the worker that runs programs. It lives in a frame whose policy allows no connection.

import { build } from "virtual:build"
import type { RequestName, Requests } from "./protocol.ts"

export interface Runner {
  readonly ask: <Name extends RequestName>(name: Name, params: Requests[Name]["params"]) => Promise<Requests[Name]["result"]>
}

let opened: Promise<Runner> | undefined

export function runner(): Promise<Runner> {
  opened ??= open().catch(() => {
    opened = undefined
    throw new Error("The simulator did not load. Run again to try once more.")
  })
  return opened
}

async function open(): Promise<Runner> {
  const code = await fetch(new URL(build.simulationWorker, import.meta.url)).then((response) => (response.ok ? response.text() : Promise.reject(new Error(String(response.status)))))
  const frame = document.createElement("iframe")
  frame.src = "runner.html"
  frame.title = "Runner"
  frame.hidden = true
  const ready = new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => { frame.remove(); reject(new Error("the runner did not start")) }, 15_000)
    addEventListener("message", function hear({ source, data }: MessageEvent<{ readonly runner?: string }>) {
      if (source !== frame.contentWindow || data.runner !== "ready") return
      removeEventListener("message", hear)
      clearTimeout(timer)
      resolve()
    })
  })
  document.body.append(frame)
  await ready
  const { port1, port2 } = new MessageChannel()
  frame.contentWindow!.postMessage({ code }, location.origin, [port2])
  return askOver(port1)
}

interface Answer {
  readonly id?: number
  readonly result?: unknown
  readonly problem?: string
  readonly failed?: string
}

function askOver(port: MessagePort): Runner {
  const waiting = new Map<number, { readonly resolve: (value: never) => void; readonly reject: (problem: Error) => void }>()
  let next = 1
  port.onmessage = ({ data: { id, result, problem, failed } }: MessageEvent<Answer>) => {
    if (failed !== undefined) {
      for (const { reject } of waiting.values()) reject(new Error(failed))
      waiting.clear()
      opened = undefined
      return
    }
    const found = waiting.get(id!)
    waiting.delete(id!)
    if (problem === undefined) found?.resolve(result as never)
    else found?.reject(new Error(problem))
  }
  return {
    ask: (name, params) => new Promise((resolve, reject) => {
      const id = next++
      waiting.set(id, { resolve, reject })
      port.postMessage({ id, name, params })
    }),
  }
}
