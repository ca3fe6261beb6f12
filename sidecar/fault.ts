// Errors of Dapr's API as values, worded and numbered as daprd does, for HTTP and gRPC alike.

import { status as codes } from "@grpc/grpc-js"

export interface ApiFault {
  /** Of HTTP. */
  readonly status: number
  /** Of gRPC. */
  readonly code: number
  readonly errorCode: string
  readonly message: string
}

const codeOfStatus: Readonly<Record<number, number>> = {
  400: codes.INVALID_ARGUMENT, 401: codes.UNAUTHENTICATED, 403: codes.PERMISSION_DENIED, 404: codes.NOT_FOUND,
  409: codes.ABORTED, 413: codes.RESOURCE_EXHAUSTED, 429: codes.RESOURCE_EXHAUSTED, 501: codes.UNIMPLEMENTED,
}

export function fault(status: number, errorCode: string, message: string, code?: number): ApiFault {
  return { status, code: code ?? codeOfStatus[status] ?? codes.INTERNAL, errorCode, message }
}

export function malformed(message: string): ApiFault {
  return fault(400, "ERR_MALFORMED_REQUEST", message)
}

export function isFault(error: unknown): error is ApiFault {
  return typeof error === "object" && error !== null && "errorCode" in error && "status" in error
}
