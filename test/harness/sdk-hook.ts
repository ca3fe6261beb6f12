// Preloaded into a process: its @dapr/dapr is the one in the folder that the environment names.

import { registerHooks } from "node:module"
import { join } from "node:path"
import { pathToFileURL } from "node:url"

const parentURL = pathToFileURL(join(process.env["SDK_FOLDER"] ?? "", "anchor.mjs")).href

registerHooks({
  resolve: (specifier, context, next) =>
    /^@dapr\/dapr(\/|$)/.test(specifier) ? next(specifier, { ...context, parentURL }) : next(specifier, context),
})
