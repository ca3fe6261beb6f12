// A program that changes while its runs wait, at the command line: an old run ends on the old code while a new one runs on the new.

import { readdirSync, readFileSync, statSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { openWorkspace, type Outcome, type Workspace } from "../harness/cli.ts"
import { startAgentflow, type LongLived } from "../harness/long-lived.ts"

const first = `enum Verdict { yes, no }

tool draft(topic: string): string from "./tools.ts" { reads   retry never }
tool publish(text: string): string from "./tools.ts" { writes   idempotent   irreversible "it is out"   retry never }

human approve(text: string): Verdict { ask "Publish {text}?"   timeout 2d }

workflow Post(topic: string): string {
  dead letter "post.failed"
  let text = draft(topic)
  match approve(text) {
    Verdict.yes => return publish(text)
    Verdict.no => return "dropped"
  }
}
`
const firstTools = `import { appendFileSync } from "node:fs"
const note = (line: string): void => appendFileSync("effects.txt", line + "\\n")
export async function draft(topic: string): Promise<string> { note("draft " + topic); return "draft of " + topic }
export async function publish(text: string): Promise<string> { note("publish"); return "published: " + text }
`
/** The second version checks the text before it asks, and sends instead of publishing. */
const second = first
  .replace("tool publish", 'tool check(text: string): string from "./tools.ts" { reads   retry never }\ntool send')
  .replace("let text = draft(topic)", "let text = check(draft(topic))")
  .replace("publish(text)", "send(text)")
const withoutPublish = firstTools
  .replace("export async function publish", "export async function send").replace('note("publish")', 'note("send")').replace("published", "sent")
  + 'export async function check(text: string): Promise<string> { note("check"); return text + " (checked)" }\n'
/** The old run still needs what it was started with. */
const secondTools = `${withoutPublish}export async function publish(text: string): Promise<string> { note("publish"); return "published: " + text }\n`

let here: Workspace
const started: LongLived[] = []
beforeAll(() => (here = openWorkspace({ "post.agentflow": first, "tools.ts": firstTools })))
afterAll(async () => {
  for (const each of started) await each.end()
  here.close()
})

function start(id: string): LongLived {
  const run = startAgentflow(here.folder, ["run", "post.agentflow", "--input", '{"topic":"AI"}', "--id", id])
  started.push(run)
  return run
}

const effects = (): readonly string[] => readFileSync(join(here.folder, "effects.txt"), "utf8").trim().split("\n")

async function asked(...ids: readonly string[]): Promise<void> {
  const waiting = async (): Promise<readonly string[]> => {
    const { stdout, code } = await here.agentflow("inbox", "--json")
    return code === 0 ? (JSON.parse(stdout) as { readonly run: string }[]).map(({ run }) => run).sort() : []
  }
  await expect.poll(waiting, { timeout: 60_000, interval: 300 }).toEqual([...ids].sort())
}

async function states(): Promise<unknown> {
  const runs = JSON.parse((await here.agentflow("runs", "--json")).stdout) as { readonly id: string; readonly workflow: string; readonly status: string }[]
  return Object.fromEntries(runs.map(({ id, workflow, status }) => [id, `${workflow} ${status}`]))
}

const good = ({ code, stderr }: Outcome): void => expect([code, stderr]).toEqual([0, expect.not.stringContaining("error")])

function filesIn(folder: string): Readonly<Record<string, string>> {
  const paths = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((path) => statSync(join(folder, path)).isFile()).sort()
  return Object.fromEntries(paths.map((path) => [path, readFileSync(join(folder, path), "utf8")]))
}

it("what a build writes is the same wherever it was started", async () => {
  const files = { "post.agentflow": first, "tools.ts": firstTools }
  const inside = openWorkspace(files)
  const above = openWorkspace(Object.fromEntries(Object.entries(files).map(([path, text]) => [`programs/${path}`, text])))
  try {
    good(await inside.agentflow("build", "post.agentflow"))
    good(await above.agentflow("build", "programs/post.agentflow"))
    const built = filesIn(join(inside.folder, "generated"))
    expect(built).toEqual(filesIn(join(above.folder, "programs/generated")))
    expect(JSON.parse(built["versions.json"]!)).toMatchObject({ callables: { publish: { source: { module: "tools.ts", export: "publish" } } } })
  } finally {
    inside.close()
    above.close()
  }
})

describe("a change that old runs cannot replay", () => {
  it("leaves them their code, while new runs have the new one", { timeout: 240_000 }, async () => {
    good(await here.agentflow("build", "post.agentflow"))
    const before = start("old")
    await asked("old")
    expect(await before.end()).toBe(130)

    here.write("post.agentflow", second)
    here.write("tools.ts", withoutPublish)
    const refused = await here.agentflow("run", "post.agentflow", "--id", "old")
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining("AF7001")])
    const needed = await here.agentflow("build", "post.agentflow", "--keep-old")
    expect([needed.code, needed.stderr]).toEqual([1, expect.stringContaining("Runs of Post@1 call the tool publish, but tools.ts has no publish any more.")])
    here.write("tools.ts", secondTools)
    good(await here.agentflow("build", "post.agentflow", "--keep-old"))

    const both = [start("old"), start("new")]
    await asked("new", "old")
    expect(await states()).toEqual({ old: "Post running", new: "Post@2 running" })

    good(await here.agentflow("approve", "new", "yes"))
    await both[1]!.until("sent: draft of AI (checked)")
    expect(await states()).toEqual({ old: "Post running", new: "Post@2 completed" })
    good(await here.agentflow("approve", "old", "yes"))
    await both[0]!.until("published: draft of AI")
    expect(await states()).toEqual({ old: "Post completed", new: "Post@2 completed" })
    expect(effects()).toEqual(["draft AI", "draft AI", "check", "send", "publish"])
  })
})
