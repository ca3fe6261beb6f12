// Puts the guard in front of every method of a service: token, task hub, and how much is under way.

import { status as codes } from "@grpc/grpc-js"
import type { ServerUnaryCall, UntypedServiceImplementation, sendUnaryData } from "@grpc/grpc-js"
import type { Guard } from "../guard.ts"
import { asFault, grpcFault } from "./unary.ts"

export interface GuardedOptions {
  readonly guard: Guard
  /** A call that names another task hub than this one is refused. */
  readonly taskHub: string
}

type Method = (call: ServerUnaryCall<object, object>, reply?: sendUnaryData<object>) => void

export function guarded(
  implementation: UntypedServiceImplementation, { guard, taskHub }: GuardedOptions,
): UntypedServiceImplementation {
  const admit = ({ metadata }: ServerUnaryCall<object, object>): (() => void) => {
    guard.authenticate(metadata.get("dapr-api-token")[0])
    const named = metadata.get("taskhub")[0]
    if (named !== undefined && named !== taskHub) {
      throw grpcFault(codes.NOT_FOUND, `there is no task hub '${String(named)}'`)
    }
    return guard.enter()
  }
  const wrap = (method: Method): Method => (call, reply) => {
    try {
      const leave = admit(call)
      for (const event of ["cancelled", "close", "error"]) call.on(event, leave)
      const settle: sendUnaryData<object> | undefined = reply && ((...answer) => { leave(); reply(...answer) })
      method(call, settle)
    } catch (error) {
      if (reply) reply(asFault(error))
      else call.emit("error", asFault(error))
    }
  }
  return Object.fromEntries(Object.entries(implementation).map(([name, method]) => [name, wrap(method as Method)]))
}
