// TypeScript tools held to their declarations: what the function takes and gives, and where the error stands.

import { describe, expect, it } from "vitest"
import { checkOnDisk } from "./on-disk.ts"

const types = `
type Page { url: string  title: string? }
enum Verdict { publish, reject }
`

async function found(declaration: string, typescript: string): Promise<readonly string[]> {
  const text = `// file: main.agentflow\n${types}\n${declaration}\n// file: tools.ts\n${typescript}\n`
  const problems = await checkOnDisk(text)
  return problems.filter(({ code }) => code !== "AF2010").map(({ code, message, span }) => `${code} ${message} [${text.slice(span.start + 24, span.end + 24).split("\n")[0]}]`)
}

const tool = (signature: string): string => `tool work${signature} from "./tools.ts" { reads  retry never }`

describe("a function that fits its declaration", () => {
  it.each([
    ["with its types from the generated project", "(url: string): Page", "import type { Page } from \"./generated/types.ts\"\nexport async function work(url: string): Promise<Page> { return { url } }"],
    ["with fewer parameters", "(url: string): string", "export async function work() { return \"\" }"],
    ["with the context behind them", "(url: string): string", "export async function work(url: string, context: { fetch: unknown }) { return url }"],
    ["as a constant", "(url: string): string", "export const work = async (url: string) => url"],
    ["re-exported", "(url: string): string", "async function inner(url: string) { return url }\nexport { inner as work }"],
    ["with a wider parameter", "(count: int): bool", "export async function work(count: number | string) { return count === 0 }"],
    ["giving what is not known", "(url: string): Page", "export async function work(url: string) { return JSON.parse(url) }"],
    ["giving nothing", "(url: string)", "export async function work(url: string) { return url }"],
    ["with an optional parameter", "(title: string?): string", "export async function work(title?: string | null) { return title ?? \"\" }"],
  ])("%s", async (_name, signature, typescript) => expect(await found(tool(signature), typescript)).toEqual([]))
})

describe("a function that does not", () => {
  it.each<[string, string, string, RegExp]>([
    ["another parameter", "(count: int): string", "export async function work(count: string) { return count }", /^AF3040 .*takes `string` as `count`, which is `number` here\. \[count: int\]$/],
    ["another order", "(channel: string, text: string): string", "export async function work(text: string, channel: string) { return text + channel }", /AF3040 .*takes `text` as parameter 1, which is number 2 here/],
    ["another result", "(url: string): Page", "export async function work(url: string) { return { title: url } }", /AF3040 .*gives `\{ title: string; \}`, not `Page`/],
    ["a result that may be nothing", "(url: string): string", "export async function work(url: string) { return url === \"\" ? null : url }", /gives `string\?`, not `string`/],
    ["any text for an enum", "(url: string): Verdict", "export async function work(url: string) { return url }", /gives `string`, not `Verdict`/],
    ["more parameters than there are", "(url: string): string", "export async function work(url: string, a: unknown, b: number) { return url }", /takes 3 parameters: 1 and the context are given/],
    ["a parameter that may be nothing", "(title: string?): string", "export async function work(title: string) { return title }", /takes `string` as `title`, which is `string\?` here/],
    ["no function", "(url: string): string", "export const work = 12", /is no function, but `12`/],
    ["not async", "(url: string): string", "export function work(url: string) { return url }", /^AF3041 .*is not async/],
    ["behind `export *`, nothing", "(url: string): string", "export * from \"./other.ts\"", /^AF2015 /],
  ])("%s", async (_name, signature, typescript, expected) => {
    const all = await found(tool(signature), typescript)
    expect(all).toHaveLength(1)
    expect(all[0]).toMatch(expected)
  })

  it.each<[string, string, string, Record<string, string | number>]>([
    ["a parameter", "(count: int): string", "export async function work(count: string) { return count }", { parameter: "count", type: "string" }],
    ["the result", "(url: string): string", "export async function work(url: string) { return url === \"\" ? null : url }", { type: "string?" }],
    ["a result that no message shows whole", "(url: string): string", `export async function work(url: string): Promise<{ ${"a".repeat(120)}: string }> { return { ${"a".repeat(120)}: url } }`, { type: `{ ${"a".repeat(120)}: string; }` }],
  ])("says the type of %s apart from its message", async (_name, signature, typescript, facts) => {
    const [problem] = (await checkOnDisk(`// file: main.agentflow\n${types}\n${tool(signature)}\n// file: tools.ts\n${typescript}\n`)).filter(({ code }) => code === "AF3040")
    expect(problem!.facts).toMatchObject(facts)
  })
})
