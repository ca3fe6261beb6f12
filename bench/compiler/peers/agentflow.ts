// Our compiler: check is what the peers' is, syntax, names, types and rules; bounds adds the plan and the worst cases,
// which no peer has; emit adds the TypeScript project.

import { check, compile, plan } from "../../../compiler/index.ts"
import type { Source } from "../../../base/text/source.ts"
import { serve } from "./peer.ts"

const sourceOf = (text: string): Source => ({ path: "main.agentflow", text, version: 0 })

await serve({
  open: async () => void plan([sourceOf("workflow Empty() {\n  dead letter \"failed\"\n}\n")]),
  check: async (text) => {
    const { diagnostics } = check([sourceOf(text)])
    if (diagnostics.length > 0) throw new Error(diagnostics[0]!.message)
  },
  bounds: async (text) => {
    const { value, diagnostics } = plan([sourceOf(text)])
    if (value === null || diagnostics.length > 0) throw new Error(diagnostics[0]?.message ?? "no plan")
  },
  emit: async (text) => {
    const { value } = await compile([sourceOf(text)])
    if (value === null || value.files.length === 0) throw new Error("nothing was emitted")
  },
})
