// Errors of the HTTP API as values, worded and numbered as daprd does.

export interface ApiFault {
  readonly status: number
  readonly errorCode: string
  readonly message: string
}

export function fault(status: number, errorCode: string, message: string): ApiFault {
  return { status, errorCode, message }
}
