// Plays the blog on which articles are published.

import { isProgram, serveFromCommandLine } from "../shared/local-services.ts"
import type { World } from "../shared/local-services.ts"

export const world: World = {
  routes: {
    "POST /articles": ({ count }) => ({ status: 201, body: { url: `https://blog.example/articles/${count}` } }),
  },
  scenarios: {
    // The article is out, and the blog's answer gets lost.
    usual: { "POST /articles": [{ status: 503, answerLost: true }] },
  },
}

if (isProgram(import.meta.filename)) await serveFromCommandLine(world)
