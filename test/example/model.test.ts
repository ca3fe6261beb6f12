// The script of the daily brief's offline model, on the pages that the example brings: notes and brief come from them.

import { readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { parseModelScript } from "../../runtime/providers/model-script.ts"
import { replyOffline } from "../../runtime/providers/offline-model.ts"
import { readArticles } from "../../examples/daily-brief/pages.ts"

interface Note { readonly claim: string; readonly quote: string; readonly source: string }
interface Brief { readonly headline: string; readonly points: readonly string[]; readonly sources: readonly string[] }
interface Question {
  readonly agent: string
  readonly model?: string
  readonly prompt: string
  readonly earlierAnswers?: readonly string[]
}

const articles = readArticles()
const read = parseModelScript(readFileSync(join(import.meta.dirname, "../../examples/daily-brief/model.json"), "utf8"))

function ask({ agent, model = "gpt-4o-mini", prompt, earlierAnswers = [] }: Question): unknown {
  if (!read.ok) throw new Error(read.problems.join("\n"))
  const reply = replyOffline(read.script, {
    agent,
    model,
    step: `DailyBrief/${agent}`,
    attempt: 1,
    tools: [],
    messages: [
      { role: "user", content: prompt },
      ...earlierAnswers.flatMap((content) => [
        { role: "assistant" as const, content },
        { role: "user" as const, content: `{"headline": …} is not valid: headline has more than 80 characters.` },
      ]),
    ],
  })
  if (reply.fault) throw new Error("the script has no faults")
  return JSON.parse(reply.text) as unknown
}

const sources = articles.map(({ url, title, paragraphs }) => ({ url, title, text: paragraphs.join("\n\n") }))
const readSources = (chunk: typeof sources): Note[] => {
  return ask({ agent: "Reader", prompt: `Take the claims that matter:\n${JSON.stringify(chunk)}` }) as Note[]
}

describe("model.json", () => {
  it("is a script that the offline model takes", () => expect(read).toMatchObject({ ok: true }))

  it("lists the pages that the example brings, each once", () => {
    const urls = ask({ agent: "Researcher", prompt: "List 15 web sources on AI infrastructure." }) as string[]
    expect([...urls].sort()).toEqual(articles.map(({ url }) => url).sort())
  })

  it("notes one claim of every source, in words that are really in it", () => {
    const notes = readSources(sources)
    expect(notes.map(({ source }) => source)).toEqual(sources.map(({ url }) => url))
    for (const [index, { claim, quote }] of notes.entries()) {
      expect(claim).toBe(sources[index]!.title)
      expect(sources[index]!.text).toContain(quote)
      expect(quote).toMatch(/^[A-Z].{60,}\.$/)
    }
  })

  it("breaks a rule with the cheap model, in the repair too, and keeps it with the strong one", () => {
    const notes = readSources(sources)
    const prompt = `Write the brief on AI infrastructure from these notes: ${JSON.stringify(notes)}`
    const first = ask({ agent: "Editor", prompt }) as Brief
    const repaired = ask({ agent: "Editor", prompt, earlierAnswers: [JSON.stringify(first)] }) as Brief
    const strong = ask({ agent: "Editor", model: "gpt-4o", prompt }) as Brief
    expect(first.headline.length).toBeGreaterThan(80)
    expect(repaired.headline.length).toBeGreaterThan(80)
    expect(repaired.points.length).toBeLessThan(3)
    expect(strong.headline.length).toBeLessThanOrEqual(80)
    expect(strong.points).toHaveLength(5)
    for (const point of strong.points) expect(notes.some(({ quote }) => point.endsWith(quote))).toBe(true)
    expect(strong.sources).toEqual(sources.map(({ url }) => url))
  })
})
