// Generated programs with scripted failures: the second half, in a process of its own.

import { expect, it } from "vitest"
import { agreeOnPrograms } from "./generated.ts"

it("500 generated programs run alike on the oracle and as emitted code", { timeout: 240_000 }, async () => {
  const seen = await agreeOnPrograms(500, 500)
  expect(seen.programs).toBe(500)
  // It says something only where much happens.
  expect(seen.calls).toBeGreaterThan(4_000)
  expect(seen.failed).toBeGreaterThan(300)
  expect(seen.failed).toBeLessThan(650)
  expect(seen.undone).toBeGreaterThan(100)
  expect(seen.children).toBeGreaterThan(100)
  expect(seen.histories).toBeGreaterThan(50)
})
