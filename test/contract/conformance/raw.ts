// Calls of the protocol itself, for answers that the official client hides.

import { Client, credentials } from "@grpc/grpc-js"
import type { MethodDefinition, ServiceError } from "@grpc/grpc-js"
import { loadProtocol } from "../../../sidecar/grpc/protocol.ts"
import type { Address } from "./host.ts"

export interface RawError { readonly code: number; readonly details: string }
export type RawAnswer = { readonly response: Readonly<Record<string, unknown>> } | { readonly error: RawError }

const deadlineMs = 10_000

type Method = Pick<MethodDefinition<object, Readonly<Record<string, unknown>>>, "path" | "requestSerialize" | "responseDeserialize">

/** Of a call that our protocol does not have: it goes to the same service, without a word. */
function unlisted(name: string): Method {
  const { path } = loadProtocol().taskHub["Hello"] as Method
  return { path: path.replace(/Hello$/, name), requestSerialize: () => Buffer.alloc(0), responseDeserialize: () => ({}) }
}

/** Calls a method of the task hub service; bytes go out as they are, for fields that our protocol leaves out. */
export function rawCall({ grpcPort }: Address, name: string, request: object): Promise<RawAnswer> {
  const method = (loadProtocol().taskHub[name] as Method | undefined) ?? unlisted(name)
  const client = new Client(`127.0.0.1:${grpcPort}`, credentials.createInsecure())
  return new Promise((resolve) => {
    const settle = (error: ServiceError | null, response?: Readonly<Record<string, unknown>>) => {
      client.close()
      if (error) resolve({ error: { code: error.code, details: error.details } })
      else resolve({ response: response ?? {} })
    }
    const { path, requestSerialize, responseDeserialize } = method
    const options = { deadline: Date.now() + deadlineMs }
    const serialize = Buffer.isBuffer(request) ? () => request : requestSerialize
    client.makeUnaryRequest(path, serialize, responseDeserialize, request, options, settle)
  })
}

/** A length-delimited field of a message, numbers below 16 and contents below 128 bytes. */
export function rawField(number: number, content: string | Buffer): Buffer {
  const bytes = Buffer.from(content)
  return Buffer.concat([Buffer.of(number * 8 + 2, bytes.length), bytes])
}
