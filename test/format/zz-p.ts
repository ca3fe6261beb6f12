// x
import { parse } from "../../grammar/parse.ts"
const t = "type money { amount: int }\n// ----\n// AF2017 error 1:6 money is a built-in type.\n"
for (let at = 0; at < t.length; at++) for (let l = 0; l < 20; l++) {
  const x = t.slice(0, at) + t.slice(at + l)
  const v = parse({ path: "a", text: x, version: 0 }).value
  if (!v.file?.items) { console.log(JSON.stringify(x), v.file); process.exit() }
}
