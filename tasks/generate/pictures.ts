// Graphs of the examples for the documentation.

import { join } from "node:path"
import { graphsOfFile } from "../../cli/graph-of-file.ts"
import { layoutOf } from "../../services/graph/layout.ts"
import { svgOf } from "../../services/graph/svg.ts"

const root = join(import.meta.dirname, "../..")

export function pictureFiles(): readonly (readonly [path: string, text: string])[] {
  return ["daily-brief", "order-saga"].map((name) => {
    const [graph] = graphsOfFile(join(root, `examples/${name}/${name}.agentflow`)).graphs
    if (graph === undefined) throw new Error(`examples/${name} has no workflow`)
    return [`docs/pictures/${name}.svg`, svgOf(layoutOf(graph))] as const
  })
}
