// ts-morph as the browser needs it: the compiler without what only runs on a disk.

import type { Plugin } from "rolldown"

/** As much of `node:path` as paths of files in memory need. */
const path = `
export const isAbsolute = (path) => path.startsWith("/")
export function resolve(...parts) {
  const from = parts.findLastIndex((part) => part.startsWith("/"))
  const kept = []
  for (const part of parts.slice(Math.max(0, from)).join("/").split("/")) {
    if (part === "..") kept.pop()
    else if (part !== "" && part !== ".") kept.push(part)
  }
  return "/" + kept.join("/")
}
export function relative(from, to) {
  const [a, b] = [resolve(from).split("/").filter(Boolean), resolve(to).split("/").filter(Boolean)]
  let same = 0
  while (same < a.length && a[same] === b[same]) same++
  return [...a.slice(same).map(() => ".."), ...b.slice(same)].join("/")
}
`

/** Node's modules that ts-morph and its compiler name but do not use in a browser. */
export function slimTsMorph(): Plugin {
  return {
    name: "slim-ts-morph",
    resolveId: (id) => (/^(node:)?(fs|path|os|crypto|inspector|perf_hooks|util|url|module|source-map-support|buffer|child_process)(\/.*)?$/.test(id) ? `\0empty:${id}` : null),
    load: (id) => (/^\0empty:(node:)?path$/.test(id) ? path : id.startsWith("\0empty:") ? "export default {}" : null),
  }
}
