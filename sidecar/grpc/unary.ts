// One call, one answer: handlers as promises, and errors of every kind as gRPC sends them.

import { status as codes } from "@grpc/grpc-js"
import type { ServerUnaryCall, sendUnaryData } from "@grpc/grpc-js"
import { isFault } from "../fault.ts"

/** An error as grpc-js sends it. */
export interface GrpcFault {
  readonly code: number
  readonly details: string
}

export type Call = ServerUnaryCall<object, object>
export type Handler<Request> = (request: Request, call: Call) => Promise<object>

export function unary<Request>(handler: Handler<Request>) {
  return (call: Call, reply: sendUnaryData<object>): void => {
    handler(call.request as Request, call).then(
      (response) => reply(null, response),
      (error: unknown) => reply(asFault(error)),
    )
  }
}

export function asFault(error: unknown): GrpcFault {
  if (isFault(error)) return { code: error.code, details: error.message }
  if (typeof error === "object" && error !== null && "code" in error && "details" in error) return error as GrpcFault
  return { code: codes.UNAVAILABLE, details: error instanceof Error ? error.message : String(error) }
}

export function grpcFault(code: number, details: string): GrpcFault {
  return { code, details }
}
