// Our compiler: check is parse, bind, check, plan and the cost bound; emit adds the TypeScript project.

import { compile, plan } from "../../../compiler/index.ts"
import type { Source } from "../../../base/text/source.ts"
import { serve } from "./peer.ts"

const sourceOf = (text: string): Source => ({ path: "main.agentflow", text, version: 0 })

await serve({
  open: async () => void plan([sourceOf("workflow Empty() {\n  dead letter \"failed\"\n}\n")]),
  check: async (text) => {
    const { value, diagnostics } = plan([sourceOf(text)])
    if (value === null || diagnostics.length > 0) throw new Error(diagnostics[0]?.message ?? "no plan")
  },
  emit: async (text) => {
    const { value } = await compile([sourceOf(text)])
    if (value === null || value.files.length === 0) throw new Error("nothing was emitted")
  },
})
