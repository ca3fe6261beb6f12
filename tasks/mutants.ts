// npm run test:mutants: puts each seeded bug into a copy of the runtime and says which test notices it.

import { rmSync } from "node:fs"
import { mutants } from "../test/mutants/mutants.ts"
import { noticedBy, openBed } from "../test/mutants/mutate.ts"

const bed = openBed()
let missed = 0
try {
  for (const mutant of [undefined, ...mutants]) {
    const started = performance.now()
    const noticed = await noticedBy(bed, mutant)
    const isRight = (noticed.length === 0) === (mutant === undefined)
    missed += isRight ? 0 : 1
    const seconds = ((performance.now() - started) / 1000).toFixed(1)
    process.stdout.write(`${isRight ? "ok  " : "MISS"} ${seconds}s ${mutant?.name ?? "the runtime as it is"}${noticed.length === 0 ? "" : ` (${noticed[0]})`}\n`)
  }
} finally {
  rmSync(bed.folder, { recursive: true, force: true })
}
process.stdout.write(`${mutants.length} seeded bugs, ${missed} missed\n`)
process.exitCode = missed === 0 ? 0 : 1
