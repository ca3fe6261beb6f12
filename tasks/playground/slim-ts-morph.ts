// ts-morph as the browser needs it: the compiler without what only runs on a disk.

import type { Plugin } from "rolldown"

/** Node's modules that ts-morph and its compiler name but do not use in a browser. */
export function slimTsMorph(): Plugin {
  return {
    name: "slim-ts-morph",
    resolveId: (id) => (/^(node:)?(fs|path|os|crypto|inspector|perf_hooks|util|url|module|source-map-support|buffer|child_process)(\/.*)?$/.test(id) ? `\0empty:${id}` : null),
    load: (id) => (id.startsWith("\0empty:") ? "export default {}" : null),
  }
}
