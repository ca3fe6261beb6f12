// Every seeded bug of the runtime is noticed; the runtime as it is passes.

import { rmSync } from "node:fs"
import { afterAll, expect, it } from "vitest"
import { mutants } from "./mutants.ts"
import { mutated, noticedBy, openBed } from "./mutate.ts"

const bed = openBed()
afterAll(() => rmSync(bed.folder, { recursive: true, force: true }))

it("has at least 20 bugs that the test blocks of the examples must notice, each with a name of its own", () => {
  expect(mutants.filter(({ by }) => by === "examples").length).toBeGreaterThanOrEqual(20)
  expect(new Set(mutants.map(({ name }) => name)).size).toBe(mutants.length)
})

it.each(mutants)("$name: still has its place in the runtime", (mutant) => {
  expect(mutated(mutant)).not.toBe("")
})

it("nothing is noticed in the runtime as it is", { timeout: 120_000 }, async () => {
  expect(await noticedBy(bed, undefined)).toEqual([])
  expect(await noticedBy(bed, undefined, { oracle: true })).toEqual([])
})

it.each(mutants)("$name: is noticed", { timeout: 120_000 }, async (mutant) => {
  expect(await noticedBy(bed, mutant)).not.toEqual([])
})
