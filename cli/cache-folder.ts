// Where what was fetched or built once is kept, outside of every project.

import { homedir } from "node:os"
import { join, resolve } from "node:path"

export function cacheFolder({ AGENTFLOW_CACHE: own, XDG_CACHE_HOME: user }: NodeJS.ProcessEnv = process.env): string {
  if (own) return resolve(own)
  return join(user ? resolve(user) : join(homedir(), ".cache"), "agentflow")
}
