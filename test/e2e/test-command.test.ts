// `agentflow test` as a user meets it: what passes, what fails and why, the smallest world, bad input, reports, seeds.

import { afterAll, describe, expect, it } from "vitest"
import { openWorkspace } from "../harness/cli.ts"

const program = `
tool reserve(item: string): string = POST "https://shop.test/reserve" { writes idempotent retry 2 times compensate release(item) }
tool release(item: string) = POST "https://shop.test/release" { writes idempotent }
tool charge(item: string) = POST "https://pay.test/charge" { irreversible "money moves" idempotent retry never }
workflow Order(item: string): string {
  dead letter "failed"
  let id = reserve(item)
  charge(item)
  return id
}
`
const workspace = openWorkspace({ "good.agentflow": `${program}
test "is done" {
  run Order("pen")
  expect completed
}
` })
afterAll(() => workspace.close())

async function tested(tests: string, ...flags: readonly string[]) {
  workspace.write("flow.agentflow", `${program}${tests}`)
  return workspace.agentflow("test", "flow.agentflow", ...flags)
}

describe("agentflow test", () => {
  it("says what holds and how much was simulated, and exits with 0", async () => {
    const { stdout, code } = await workspace.agentflow("test", "good.agentflow")
    expect(stdout).toMatch(/ok good\.agentflow: is done .*\n1 passed; 1 simulated run in \d+\.\d s\n/)
    expect(code).toBe(0)
  })

  it("shows the line, both values and what happened where an expectation does not hold", async () => {
    const { stdout, code } = await tested(`test "wrong" {\n  given charge fails denied\n  run Order("pen")\n  expect completed\n  expect release called 0 times\n}\n`)
    expect(code).toBe(1)
    expect(stdout).toContain("expect completed\n")
    expect(stdout).toContain("expected completed\n  actual   failed with denied: charge fails with denied")
    expect(stdout).toContain("expected called 0 times\n  actual   called 1 times")
    expect(stdout).toMatch(/\+0\.1s {2}Order\/charge {2}call charge\n.*denied: charge fails with denied/)
    expect(stdout).toContain("Order/reserve/undo/release  call release")
  })

  it("makes the world that fails as small as it gets, as a test that fails by itself", async () => {
    const { stdout, code } = await tested(`test "always" {\n  given reserve returns "r-1"\n  fault everywhere\n  run Order("pen")\n  expect completed\n}\n`)
    expect(code).toBe(1)
    expect(stdout).toContain("the smallest: unavailable at Order/charge")
    const smallest = /^ {2}(test "always: [\s\S]*?^ {2}\})/m.exec(stdout)?.[1]?.replaceAll(/^ {2}/gm, "")
    expect(smallest).toBe(`test "always: unavailable at Order/charge" {\n  fault unavailable in charge at 1\n  run Order("pen")\n  expect completed\n}`)
    const again = await tested(`${smallest}\n`)
    expect(again.code).toBe(1)
    expect(again.stdout).toContain("actual   failed with unavailable")
  })

  it.each([
    ["a value of the wrong type", `test "t" {\n  given reserve returns 3\n  run Order("pen")\n}\n`, "This is int, but string is needed as the result of reserve."],
    ["an unknown kind of error", `test "t" {\n  run Order("pen")\n  expect failed unavailabel\n}\n`, "AF2008"],
    ["something given that nothing calls", `test "t" {\n  given release returns nothing\n  run Order("pen")\n}\n`, "nothing calls release in this run"],
    ["a test that runs nothing", `test "t" {\n  expect completed\n}\n`, "the test runs nothing"],
  ])("tells %s with its place", async (_what, test, message) => {
    const { stdout, stderr, code } = await tested(test)
    expect(code).toBe(1)
    expect(stdout + stderr).toContain(message)
    expect(stdout + stderr).toMatch(/flow\.agentflow:\d+:\d+/)
  })

  it("stops a run that would not end, and says where it waits", async () => {
    workspace.write("endless.agentflow", `event Paid { id: string }\nworkflow Wait(): string {\n  let paid = wait for Paid\n  return paid.id\n}\nworkflow Again(n: int) {\n  sleep 1h\n  continue as new (n + 1)\n}\ntest "stuck" {\n  run Wait()\n  expect completed\n}\ntest "endless" {\n  run Again(1)\n  expect completed\n}\ntest "goes on" {\n  run Wait()\n  advance 2d\n  send Paid { id: "p" }\n  expect completed\n  expect time >= 2d\n  expect result == "p"\n}\n`)
    const { stdout, code } = await workspace.agentflow("test", "endless.agentflow")
    expect(code).toBe(1)
    expect(stdout).toContain("Wait/Paid waits for an event, and nothing would ever come")
    expect(stdout).toMatch(/it still goes on after \d+ (events|days)/)
    expect(stdout).toContain("ok endless.agentflow: goes on")
  })

  it("writes JUnit, JSON and a page, and the same for the same seed", async () => {
    const test = `test "<b>&" {\n  crash everywhere\n  run Order("pen")\n  expect failed denied\n}\n`
    const junit = await tested(test, "--report", "junit")
    expect(junit.stdout).toContain('<testcase classname="flow.agentflow" name="&lt;b&gt;&amp;"')
    expect(junit.stdout).toContain('<testsuite name="flow.agentflow" tests="1" failures="1"')
    const html = await tested(test, "--report", "html")
    expect(html.stdout).toContain("<h1 class=\"bad\">1 of 1 tests failed</h1>")
    expect(html.stdout).not.toContain("<b>&")
    const [one, two] = [await tested(test, "--report", "json", "--seed", "5"), await tested(test, "--report", "json", "--seed", "5")]
    const timeless = (text: string): unknown => JSON.parse(text, (key, value: unknown) => (key === "ms" ? 0 : value))
    expect(timeless(one.stdout)).toEqual(timeless(two.stdout))
    expect(timeless(one.stdout)).toMatchObject({ seed: 5, ok: false })
  })

  it("takes only what it knows", async () => {
    expect((await tested("", "--report", "jnit")).stderr).toContain("Did you mean 'junit'?")
    expect((await tested("", "--seed", "x")).stderr).toContain("'x' is no seed")
    expect((await tested(`test "a" {\n  run Order("pen")\n}\n`, "--filter", "zzz")).stderr).toContain("No test has a name that fits the filter.")
  })
})
