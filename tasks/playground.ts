// npm run playground: serves the built playground on the loopback interface until it is stopped.

import { join } from "node:path"
import { Failure } from "../cli/failure.ts"
import { playgroundFiles } from "../cli/studio/static-files.ts"
import { serveStudio } from "../cli/studio/server.ts"

const port = Number(process.argv.find((each) => each.startsWith("--port="))?.slice("--port=".length) ?? 4280)
try {
  const { url } = await serveStudio({ files: playgroundFiles([join(import.meta.dirname, "../dist/playground")]), port, mayChoosePort: false })
  console.log(`The playground is at ${url} (Ctrl-C ends it)`)
} catch (problem) {
  if (!(problem instanceof Failure)) throw problem
  console.error(`${problem.message} Choose one with --port=N.`)
  process.exitCode = 2
}
