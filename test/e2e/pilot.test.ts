// agentflow pilot as a user runs it: real processes under real faults, beside a worker by hand, and a report that can be read.

import { readFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, describe, expect, it } from "vitest"
import { compare } from "../../cli/pilot/observe.ts"
import type { Observation } from "../../cli/pilot/observe.ts"
import { htmlReport } from "../../cli/pilot/report.ts"
import type { Pilot } from "../../cli/pilot/report.ts"
import { asking } from "../harness/asking.ts"
import { openWorkspace } from "../harness/cli.ts"
import { freePort } from "../harness/triggered.ts"

const workspace = openWorkspace()
afterAll(workspace.close)

const program = `/// Books a room and pays for it.
tool book(room: string): string = POST "https://hotel.test/bookings" { writes   idempotent   body { room }   retry 2 times backoff 200ms   compensate cancel(result) }
tool cancel(id: string) = DELETE "https://hotel.test/bookings/{id}" { writes   idempotent }
tool pay(amount: money): string = POST "https://bank.test/payments" { irreversible "money"   idempotent   body { amount }   retry 2 times backoff 200ms }
workflow Stay(room: string): string {
  dead letter "failed"
  let booked = book(room)
  let again = book("{room} for two")
  let paid = pay($80)
  return "{booked} {again} {paid}"
}
`

/** Counts what it did by key, as an idempotent service does; says a line when it listens. */
const services = `// Plays hotel and bank.
import { createServer } from "node:http"
const known = new Map()
const server = createServer((request, response) => {
  request.resume().on("end", () => {
    const key = request.headers["idempotency-key"] ?? Math.random()
    if (!known.has(key)) known.set(key, "n" + known.size)
    setTimeout(() => response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(known.get(key))), 20)
  })
})
server.listen(Number(process.argv[2]), "127.0.0.1", () => console.log("ready"))
`

/** Retries, but keeps nothing: what a kill does to such code is what the report must tell. */
const byHand = `// The same job without durability.
const at = JSON.parse(process.env.PILOT_ENDPOINTS)
const post = async (origin, path, body, tries = 3) => {
  try {
    const answer = await fetch(at[origin] + path, { method: "POST", body: JSON.stringify(body) })
    if (answer.ok) return await answer.json()
    throw new Error(String(answer.status))
  } catch (error) {
    if (tries === 1) throw error
    await new Promise((resolve) => setTimeout(resolve, 200))
    return post(origin, path, body, tries - 1)
  }
}
const { room } = JSON.parse(process.env.PILOT_INPUT)
await post("https://hotel.test", "/bookings", { room })
await post("https://hotel.test", "/bookings", { room: room + " for two" })
await post("https://bank.test", "/payments", { amount: 80 })
console.log("done")
`

describe("agentflow pilot", () => {
  it("recovers from every fault, and shows what the same faults do to code without durability", { timeout: 240_000 }, async () => {
    const { folder, write, agentflow } = workspace
    const port = await freePort()
    write("agentflow.config.yaml", `endpoints:\n  https://hotel.test: http://127.0.0.1:${port}\n  https://bank.test: http://127.0.0.1:${port}\n`)
    write("book.agentflow", program)
    write("services.mjs", services)
    write("by-hand.mjs", byHand)
    const node = JSON.stringify(process.execPath)
    const { code, stdout, stderr } = await agentflow(
      "pilot", "book.agentflow", "--input", JSON.stringify({ room: "7" }), "--out", "out", "--services", `${node} services.mjs ${port}`, "--against", `${node} by-hand.mjs`,
    )
    expect(stderr).toBe("")
    expect(code).toBe(0)
    const { subjects } = JSON.parse(readFileSync(join(folder, "out/report.json"), "utf8")) as Pilot
    const [own, baseline] = subjects.map(({ runs }) => Object.fromEntries(runs.map((run) => [run.fault, { run, ...compare(run, runs[0]!) }])))
    for (const fault of ["worker", "network", "rate limit", "sidecar"]) {
      expect(own![fault], fault).toMatchObject({ recovered: true, sameResult: true, doubled: 0, missing: 0 })
      // Something did happen: the fault is in the marks, or in what was sent again.
      const { run, again } = own![fault]!
      expect(run.marks.length + again.length, fault).toBeGreaterThan(0)
    }
    expect(own!["worker"]!.run.marks.map(({ text }) => text)).toEqual(expect.arrayContaining(["worker killed", "worker back"]))
    expect(own!["rate limit"]!.again).toEqual([{ what: "Stay/book", times: 2 }])
    expect(own!["network"]!.run.seen.filter(({ treatment }) => treatment === "cut")).toHaveLength(2)
    expect(baseline!["worker"]).toMatchObject({ recovered: false })
    expect(baseline!["worker"]!.doubled).toBeGreaterThan(0)
    expect(baseline!["rate limit"]).toMatchObject({ recovered: true, doubled: 0 })
    expect(stdout).toMatch(/recovered from 4 of 4 faults[\s\S]*recovered from 2 of 4 faults/)
    expect(readFileSync(join(folder, "out/report.md"), "utf8")).toMatch(/\| Worker killed \| yes \|/)
    expect(readFileSync(join(folder, "out/report.html"), "utf8").match(/<svg /g)).toHaveLength(10)
  })
})

describe("agentflow pilot --json", () => {
  it("prints the report alone, and answers a question although the sidecar dies while it is asked", { timeout: 120_000 }, async () => {
    const { folder, write, agentflow } = workspace
    write("ask.agentflow", asking)
    const { code, stdout, stderr } = await agentflow("pilot", "ask.agentflow", "--input", '{"what":"it"}', "--approve", "true", "--limit", "60s", "--out", "asked", "--json")
    expect([code, stderr]).toEqual([0, expect.stringMatching(/Network cut: did not strike[^]*recovered from 2 of 2 faults[^]*Report: asked/)])
    const { subjects } = JSON.parse(stdout) as Pilot
    expect(stdout).toBe(readFileSync(join(folder, "asked/report.json"), "utf8"))
    const runs = subjects[0]!.runs
    expect(runs.map(({ fault, status, result }) => [fault, status, result])).toEqual(["undisturbed", "worker", "network", "rate limit", "sidecar"].map((fault) => [fault, "completed", "true"]))
    expect(runs.at(-1)!.marks.map(({ text }) => text)).toEqual(["sidecar killed", "sidecar back"])
  })

  it("says at once that an answer is none", { timeout: 60_000 }, async () => {
    workspace.write("ask.agentflow", asking)
    const { code, stdout, stderr } = await workspace.agentflow("pilot", "ask.agentflow", "--input", '{"what":"it"}', "--approve", "maybe", "--out", "asked", "--json")
    expect([code, stderr]).toEqual([1, expect.stringContaining("That answer does not fit Ask/sure")])
    expect(JSON.parse(stdout)).toMatchObject({ error: { message: expect.stringContaining("does not fit") as string } })
  })
})

const observation: Observation = {
  fault: "undisturbed", status: "completed", result: "1", durationMs: 10, marks: [{ atMs: 3, text: "<b>" }], seen: [], attempts: { "W/<i>": 1 },
  bars: [{ row: "<i>\"&", fromMs: 1, toMs: 9, outcome: "ok" }],
}

describe("the report", () => {
  const html = htmlReport({ file: "<script>.agentflow", host: "here", surroundings: "now", subjects: [{ name: "<img>", runs: [observation] }] })

  it("shows what a program says and lets none of it through as markup", () => {
    expect(html).not.toMatch(/<(script|img|i|b)>/)
    expect(html).toContain("&lt;script&gt;.agentflow")
  })

  it("has a contrast of 4.5 : 1 or more for every text on every ground, light and dark", () => {
    const schemes = [...html.matchAll(/:root \{([^}]*)\}/g)].map(([, body]) => Object.fromEntries([...body!.matchAll(/--(\w+): (#\w{6})/g)].map(([, name, colour]) => [name, colour!])))
    expect(schemes).toHaveLength(2)
    for (const scheme of schemes) {
      for (const ground of ["bg", "card"]) {
        for (const text of ["fg", "dim", "good", "bad", "fault"]) expect(contrast(scheme[text]!, scheme[ground]!), `${text} on ${ground}`).toBeGreaterThanOrEqual(4.5)
        // Parts of a picture need 3 : 1.
        for (const part of ["ok", "failed", "cut", "open"]) expect(contrast(scheme[part]!, scheme[ground]!), `${part} on ${ground}`).toBeGreaterThanOrEqual(3)
      }
    }
  })
})

/** As WCAG 2 counts it. */
function contrast(one: string, other: string): number {
  const luminance = (colour: string): number => {
    const [red, green, blue] = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16) / 255).map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)) as [number, number, number]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
  }
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a) as [number, number]
  return (light + 0.05) / (dark + 0.05)
}
