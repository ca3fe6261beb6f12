// The whole state in a URL's fragment: `v1.` and deflated JSON in base64url. A link of any released version opens.

export interface SharedState {
  readonly files: readonly { readonly path: string; readonly text: string }[]
  readonly active?: string
  readonly cursor?: { readonly line: number; readonly character: number }
  /** Input of the run, faults and seed, as the run keeps them. */
  readonly run?: unknown
  readonly tab?: string
}

const current = "v1"

export async function writeFragment(state: SharedState): Promise<string> {
  return `${current}.${base64url(await piped(new TextEncoder().encode(JSON.stringify(state)), new CompressionStream("deflate-raw")))}`
}

/** Undefined for a fragment that is no shared state; throws on one that is broken. */
export async function readFragment(fragment: string): Promise<SharedState | undefined> {
  const [, version, body] = /^#?(v\d+)\.([\w-]+)$/.exec(fragment) ?? []
  if (version === undefined || body === undefined) return undefined
  const read = readers[version]
  if (read === undefined) throw new Error(`This link was made by a newer playground (${version}).`)
  const text = new TextDecoder().decode(await piped(fromBase64url(body), new DecompressionStream("deflate-raw")))
  return valid(read(JSON.parse(text)))
}

/** What each version wrote, as today's state. Version 0 kept one file and no cursor. */
const readers: Readonly<Record<string, (written: unknown) => unknown>> = {
  v0: (written) => ({ files: [{ path: "main.agentflow", text: (written as { text?: unknown }).text }] }),
  v1: (written) => written,
}

function valid(state: unknown): SharedState {
  const { files, ...rest } = state as SharedState
  const isFine = Array.isArray(files) && files.length > 0 && files.every((file: unknown) => {
    const { path, text } = (file ?? {}) as { path?: unknown; text?: unknown }
    return typeof path === "string" && path !== "" && typeof text === "string"
  })
  if (!isFine) throw new Error("This link is damaged.")
  return { files: files.map(({ path, text }) => ({ path, text })), ...rest }
}

async function piped(bytes: Uint8Array<ArrayBuffer>, through: CompressionStream | DecompressionStream): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await new Response(new Blob([bytes]).stream().pipeThrough(through)).arrayBuffer())
}

function base64url(bytes: Uint8Array): string {
  let binary = ""
  for (let at = 0; at < bytes.length; at += 0x8000) binary += String.fromCharCode(...bytes.subarray(at, at + 0x8000))
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "")
}

function fromBase64url(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"))
  return Uint8Array.from(binary, (letter) => letter.charCodeAt(0))
}
