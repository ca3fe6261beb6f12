// The daily brief's own tools: read a web page, keep a brief as a Notion page.

import { errorForStatus, ToolError } from "@agentflow/runtime"
import type { ToolContext } from "@agentflow/runtime"
import type { Brief, NotionPage, Source } from "./generated/types.ts"
import { readPage } from "./html.ts"

const pageBytesMax = 2_000_000
/** Five sources must fit one Reader's 30k tokens, where a byte counts as a token until the model has answered. */
const textBytesMax = 4_000

export async function fetchSource(url: string, context: ToolContext): Promise<Source> {
  const response = await accepted(context.fetch(webAddress(url), { headers: { accept: "text/html" } }))
  const type = response.headers.get("content-type") ?? ""
  if (!/^(text\/html|application\/xhtml\+xml)\b/i.test(type)) {
    throw new ToolError("invalid_output", `${url} is not a web page but ${type || "of no known type"}`)
  }
  const { title, text } = readPage(await readText(response, url))
  if (text === "") throw new ToolError("invalid_output", `${url} has no text`)
  return { url, title: title || url, text: clip(text, textBytesMax) }
}

export async function saveToNotion(brief: Brief, context: ToolContext): Promise<NotionPage> {
  const response = await accepted(context.fetch("https://api.notion.com/v1/pages", {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "notion-version": "2022-06-28",
      "idempotency-key": context.idempotencyKey,
      ...notionAuthorization(),
    },
    body: JSON.stringify({
      parent: { page_id: process.env["NOTION_PARENT_PAGE"] ?? "daily-briefs" },
      properties: { title: { title: richText(brief.headline) } },
      children: [
        ...brief.points.map((point) => block("bulleted_list_item", richText(point))),
        block("heading_3", richText("Sources")),
        ...brief.sources.map((source) => block("bulleted_list_item", richText(source))),
      ],
    }),
  }))
  // Not trusted: the worker validates what a tool returns against the declared type and drops every other field.
  return await response.json() as NotionPage
}

async function accepted(request: Promise<Response>): Promise<Response> {
  const response = await request
  const failure = errorForStatus(response)
  if (failure === undefined) return response
  await response.body?.cancel()
  throw failure
}

/** A model chose the address: it may name a web page and nothing else. */
function webAddress(url: string): URL {
  const address = URL.canParse(url) ? new URL(url) : undefined
  if (address?.protocol !== "https:" && address?.protocol !== "http:") {
    throw new ToolError("invalid_input", `${JSON.stringify(url)} is not the address of a web page`)
  }
  return address
}

async function readText(response: Response, url: string): Promise<string> {
  const decoder = new TextDecoder()
  let text = ""
  let bytes = 0
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength
    if (bytes > pageBytesMax) throw new ToolError("too_large", `${url} is larger than ${pageBytesMax} bytes`)
    text += decoder.decode(chunk, { stream: true })
  }
  return text + decoder.decode()
}

/** Ends at a word, where the writing has spaces between them. */
function clip(text: string, bytesMax: number): string {
  const bytes = new TextEncoder().encode(text)
  if (bytes.length <= bytesMax) return text
  // In `stream` mode a character that was cut in half is left out.
  const head = new TextDecoder().decode(bytes.subarray(0, bytesMax), { stream: true })
  return `${head.replace(/\s+\S*$/, "")} …`
}

function notionAuthorization(): Record<string, string> {
  const token = process.env["NOTION_TOKEN"]
  return token ? { authorization: `Bearer ${token}` } : {}
}

type RichText = readonly { readonly text: { readonly content: string } }[]

function block(type: string, rich_text: RichText): object {
  return { object: "block", type, [type]: { rich_text } }
}

function richText(content: string): RichText {
  // Notion takes at most 2,000 characters in one piece.
  const pieces = content.match(/[\s\S]{1,2000}/g) ?? [""]
  return pieces.map((piece) => ({ text: { content: piece } }))
}
