// The part of Dapr's own gRPC API that its SDK calls before anything else.

import type { UntypedServiceImplementation, sendUnaryData } from "@grpc/grpc-js"

export const runtimeVersion = "1.18.0"

export function daprService({ appId }: { readonly appId: string }): UntypedServiceImplementation {
  return {
    GetMetadata: (_call: unknown, reply: sendUnaryData<object>) => reply(null, { id: appId, runtimeVersion }),
  }
}
