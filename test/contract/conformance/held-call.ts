// A run whose only activity has been called and does not answer yet.

import { randomUUID } from "node:crypto"
import type { Host } from "./host.ts"
import { closeGate } from "./program.ts"

/** `name` is what the activity answers with once it is let go by `open`. */
export async function heldCall(host: Host): Promise<{ readonly id: string; readonly name: string; readonly open: () => void }> {
  const name = randomUUID()
  const { open } = closeGate(name)
  const id = await host.sdk.scheduleNewWorkflow("call", { name: "gated", input: name })
  await host.untilCalled(name)
  return { id, name, open }
}
