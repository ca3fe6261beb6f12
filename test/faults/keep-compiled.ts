// Imported by processes that end with SIGKILL: they never come to keep what they compiled, as others do when they end.

import { flushCompileCache } from "node:module"

const startedMs = 1_000

setTimeout(flushCompileCache, startedMs).unref()
