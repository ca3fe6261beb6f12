// How the tests run: sources as they are, the runtime by its package name, real processes allowed to take their time.

import { join } from "node:path"
import { defineConfig } from "vitest/config"

const runtime = join(import.meta.dirname, "runtime")

export default defineConfig({
  resolve: {
    alias: [
      { find: /^@agentflow\/runtime$/, replacement: join(runtime, "index.ts") },
      { find: "@agentflow/runtime/contract", replacement: join(runtime, "contract.ts") },
      { find: "@agentflow/runtime/executor", replacement: join(runtime, "executor.ts") },
      { find: "@agentflow/runtime/in-process", replacement: join(runtime, "in-process.ts") },
      { find: "@agentflow/runtime/inbox", replacement: join(runtime, "inbox.ts") },
      { find: "@agentflow/runtime/dead-letters", replacement: join(runtime, "dead-letters.ts") },
      { find: "@agentflow/runtime/simulation", replacement: join(runtime, "simulation.ts") },
      { find: "@agentflow/runtime/mcp", replacement: join(runtime, "tools/mcp-servers.ts") },
      { find: "@agentflow/runtime/model-server", replacement: join(runtime, "model-server/server.ts") },
    ],
  },
  test: {
    include: ["test/**/*.test.ts", ...(process.env["AGENTFLOW_LONG"] ? ["test/**/*.long.ts"] : [])],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // A poll ends when it succeeds; only a failing one takes this long.
    expect: { poll: { timeout: 15_000 } },
    maxWorkers: 2,
    pool: "forks",
  },
})
