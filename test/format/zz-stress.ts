// Scratch: prints the shortest failures of the properties (removed before hand-in).
import fc from "fast-check"
import { printFile } from "../../grammar/format/file.ts"
import { format } from "../../grammar/format/format.ts"
import { sameProgram } from "../../grammar/format/same.ts"
import { parse } from "../../grammar/parse.ts"
import { changed, commenting, programs, respacing, source, valid } from "./programs.ts"
const seed = Number(process.argv[2] ?? 1), runs = Number(process.argv[3] ?? 2000), mode = process.argv[4] ?? "both"
const fails = new Map<string, string>()
const check = (text: string, name: string): void => {
  const before = parse(source(text.replaceAll("\r\n", "\n")))
  let once = ""
  try {
    once = printFile(before)
    const after = parse(source(once))
    if (!sameProgram(before.value, after.value)) { add("tree " + name, text, once, ""); return }
    const twice = printFile(after)
    if (twice !== once) add("idem " + name, text, once, twice)
  } catch (e) { add("throw " + name + (e as Error).stack, text, once, "") }
}
const add = (k: string, text: string, once: string, twice: string): void => {
  const old = fails.get(k)
  const v = `=== IN\n${text}\n=== ONCE\n${once}\n=== TWICE\n${twice}`
  if (old === undefined || v.length < old.length) fails.set(k, v)
}
const pool = valid.filter((p) => p.text.length < 6000)
if (mode === "both") fc.assert(fc.property(fc.constantFrom(...pool), commenting, respacing, fc.nat(2), ({ name, text }, c, r, m) => {
  check(m === 0 ? changed(text, c) : m === 1 ? changed(text, r) : changed(changed(text, c), r), name)
}), { seed, numRuns: runs })
else {
  const cut = fc.tuple(fc.constantFrom(...programs.filter((p) => p.text.length < 6000)), fc.nat(), fc.nat({ max: 20 }))
  fc.assert(fc.property(cut, ([{ name, text }, at, length]) => {
    const start = at % (text.length + 1)
    const t = text.slice(0, start) + text.slice(start + length)
    if (!parse(source(t)).value.file.items) { add("PARSER " + name, t, "", ""); return }
    const f = format(source(t)).text
    const g = format(source(f)).text
    if (f !== g) add("cut-idem " + name, t, f, g)
    const raw = printFile(parse(source(t.replaceAll("\r\n","\n"))))
    if (!sameProgram(parse(source(t.replaceAll("\r\n","\n"))).value, parse(source(raw)).value)) add("cut-tree " + name, t, raw, "")
  }), { seed, numRuns: runs })
}
const all = [...fails].sort((a, b) => a[1].length - b[1].length)
console.log(all.length, "failing programs")
for (const [k, v] of all.slice(0, Number(process.argv[5] ?? 5))) console.log("##", k, "\n" + v)
