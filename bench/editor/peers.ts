// The language servers side by side: how each is started, and the program that it gets.

import { join } from "node:path"
import { program } from "../compiler/programs.ts"

export const peerNames = ["agentflow", "typespec", "langium", "typescript7"] as const
export type PeerName = (typeof peerNames)[number]

export interface Peer {
  readonly command: string
  readonly args: readonly string[]
  readonly file: string
  readonly languageId: string
  readonly text: string
  /** Diagnostics come when they are asked for, not by themselves. */
  readonly pulls: boolean
}

const here = import.meta.dirname

export function peerOf(name: PeerName, lines: number): Peer {
  const node = { command: process.execPath, pulls: false }
  switch (name) {
    case "agentflow":
      return { ...node, args: [join(here, "../../dist/cli/main.js"), "lsp"], file: "main.agentflow", languageId: "agentflow", text: program("agentflow", lines) }
    case "typespec":
      return { ...node, args: [join(here, "node_modules/@typespec/compiler/cmd/tsp-server.js"), "--stdio"], file: "main.tsp", languageId: "typespec", text: program("typespec", lines) }
    case "langium":
      return { ...node, args: ["--disable-warning=ExperimentalWarning", join(here, "langium-server.ts"), "--stdio"], file: "main.txt", languageId: "flow", text: program("langium", lines) }
    case "typescript7":
      return { ...node, args: [join(here, "node_modules/typescript/bin/tsc"), "--lsp", "--stdio"], pulls: true, file: "main.ts", languageId: "typescript", text: typescriptProgram(lines) }
  }
}

/** What says about the same as the other programs: a record, an enumeration, an error, and functions over them. */
function typescriptProgram(lines: number): string {
  const parts: string[] = []
  for (let number = 0, length = 0; length < lines; number++) {
    const part = `/** Order ${number} as the shop sends it. */
export interface Order${number} {
  id: string
  customer: string
  total: number
  items: string[]
  note?: string${number % 8 === 0 ? "" : `\n  parent?: Order${number - 1}`}
}

export type Verdict${number} = "accept" | "revise" | "reject"

export class Sold${number} extends Error {
  constructor(readonly sku: string) {
    super(sku)
  }
}

export async function find${number}(id: string): Promise<Order${number}> {
  const response = await fetch(\`https://shop.example/${number}/orders/\${id}\`)
  return (await response.json()) as Order${number}
}

export async function write${number}(order: Order${number}, verdict: Verdict${number}): Promise<string> {
  if (order.items.length === 0) throw new Sold${number}(order.id)
  return verdict === "accept" ? order.customer : \`\${verdict}: \${order.customer}\`
}

export async function handle${number}(ids: string[], verdict: Verdict${number}): Promise<string[]> {
  const texts: string[] = []
  for (const id of ids) {
    const order = await find${number}(id)
    if (order.total > ${number}) texts.push(await write${number}(order, verdict))
  }
  return texts
}
`
    parts.push(part)
    length += part.split("\n").length
  }
  return parts.join("\n")
}
