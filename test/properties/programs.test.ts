// Well-typed random programs compile in every phase, and the TypeScript that they become is strict.

import fc from "fast-check"
import { expect, it } from "vitest"
import { hasErrors } from "../../base/diagnostics/diagnostic.ts"
import { compile, plan, printPlan, type Emitted, type Plan } from "../../compiler/index.ts"
import { format } from "../../grammar/format/format.ts"
import { typeErrors } from "../compiler/emit-programs.ts"
import { randomProgram } from "./random-program.ts"

const seed = 20_261_123
const main = (text: string) => ({ path: "main.agentflow", text, version: 0 })
const programs = fc.sample(randomProgram, { numRuns: 60, seed })

it("well-typed programs check, plan and are formatted to a fixed point that means the same", () => {
  fc.assert(fc.property(randomProgram, (text) => {
    const { value, diagnostics } = plan([main(text)])
    expect(diagnostics.filter(({ severity }) => severity === "error").map(({ code, message, span }) => `${code} ${message} at ${text.slice(span.start, span.end)}`)).toEqual([])
    const once = format(main(text)).text
    expect(format(main(once)).text).toBe(once)
    const again = plan([main(once)])
    expect(hasErrors(again.diagnostics)).toBe(false)
    const unplaced = (planned: Plan): string => printPlan(planned).replace(/\bat [\w.]+:\d+/g, "at")
    expect(unplaced(again.value!)).toBe(unplaced(value!))
  }), { seed, numRuns: 120 })
})

it("what they become is strict TypeScript", async () => {
  const projects = new Map<string, { readonly plan: Plan; readonly emitted: Emitted }>()
  for (const [index, text] of programs.entries()) {
    const { value } = await compile([main(text)])
    projects.set(`program${index}`, { plan: value!.plan, emitted: value! })
  }
  // A `let` that nothing reads is our warning AF2011, and stays one in TypeScript.
  expect((await typeErrors(projects)).filter((line) => !line.includes("TS6133"))).toEqual([])
})
