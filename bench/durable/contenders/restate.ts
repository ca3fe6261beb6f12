// Restate: its server from npm, steps journalled with ctx.run inside the service's process.

import { spawn } from "node:child_process"
import { once } from "node:events"
import { createRequire } from "node:module"
import { join } from "node:path"
import { freePort, waitFor } from "../ports.ts"
import { Unavailable } from "../contender.ts"
import type { Contender, OpenOptions } from "../contender.ts"

export async function open({ folder }: OpenOptions): Promise<Contender> {
  const restate = await import("@restatedev/restate-sdk").catch(missing)
  const clients = await import("@restatedev/restate-sdk-clients").catch(missing)
  const [ingress, admin, node, service] = [await freePort(), await freePort(), await freePort(), await freePort()]
  const server = spawn(process.execPath, [serverProgram()], {
    cwd: folder, stdio: "ignore",
    env: {
      ...process.env, RESTATE_BASE_DIR: join(folder, "restate"), RESTATE_LOG_FILTER: "error",
      RESTATE_INGRESS__BIND_ADDRESS: `127.0.0.1:${ingress}`, RESTATE_ADMIN__BIND_ADDRESS: `127.0.0.1:${admin}`,
      RESTATE_BIND_ADDRESS: `127.0.0.1:${node}`, RESTATE_ADVERTISED_ADDRESS: `http://127.0.0.1:${node}`,
      RESTATE_DISABLE_TELEMETRY: "true",
    },
  })
  const gone = once(server, "exit")
  const stop = async (): Promise<void> => {
    server.kill("SIGTERM")
    await gone
  }
  try {
    const definition = restate.service({
      name: "flows",
      handlers: {
        async steps(context: import("@restatedev/restate-sdk").Context) {
          let number = 0
          for (let index = 0; index < 5; index++) number = await context.run(`next${index}`, () => number + 1)
          return number
        },
        async fanOut(context: import("@restatedev/restate-sdk").Context, count: number) {
          const parts = Array.from({ length: count }, (_, number) => context.run(`part${number}`, () => number + 1))
          return (await restate.RestatePromise.all(parts)).length
        },
      },
    })
    await restate.serve({ services: [definition], port: service })
    await waitFor(`http://127.0.0.1:${admin}/health`)
    await waitFor(`http://127.0.0.1:${ingress}/restate/health`)
    const registered = await fetch(`http://127.0.0.1:${admin}/deployments`, {
      method: "POST", headers: { "content-type": "application/json" },
      body: JSON.stringify({ uri: `http://127.0.0.1:${service}` }),
    })
    if (!registered.ok) throw new Unavailable(`Restate refuses the service: ${await registered.text()}`)
    const client = clients.connect({ url: `http://127.0.0.1:${ingress}` }).serviceClient(definition)
    return {
      steps: async () => void (await client.steps()),
      fanOut: async (count) => void (await client.fanOut(count)),
      close: stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

function serverProgram(): string {
  const require = createRequire(import.meta.url)
  const file = require.resolve("@restatedev/restate-server/package.json")
  const { bin } = require(file) as { readonly bin: string | Readonly<Record<string, string>> }
  return join(file, "..", typeof bin === "string" ? bin : Object.values(bin)[0]!)
}

function missing(error: unknown): never {
  throw new Unavailable(error instanceof Error ? error.message.split("\n")[0]! : String(error))
}
