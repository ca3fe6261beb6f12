// Secret values, read when a call needs them: from a local JSON file per store, else from Dapr's secret store API.

import { readFile } from "node:fs/promises"
import type { Secret, Secrets } from "./contract.ts"
import type { SidecarAddress } from "./environment.ts"
import { ToolError } from "./errors.ts"
import type { Redactor } from "./redact.ts"
import { isRecord } from "./schema/json-schema.ts"

export interface SecretReader {
  /** Reads the declared secrets of one call. Fails with `denied` and a message that holds no value. */
  read(secrets: readonly Secret[]): Promise<Secrets>
}

export interface SecretReaderOptions {
  readonly files: Readonly<Record<string, string>>
  readonly sidecar: SidecarAddress
  readonly redactor: Redactor
}

const requestTimeoutMs = 10_000

export function createSecretReader(options: SecretReaderOptions): SecretReader {
  return {
    async read(secrets) {
      const values = new Map<string, string>()
      for (const secret of secrets) {
        const value = await valueOf(secret, options)
        options.redactor.add(secret.name, value)
        values.set(addressOf(secret), value)
      }
      return (secret) => {
        const value = values.get(addressOf(secret))
        if (value === undefined)
          throw new ToolError("internal", `the call uses secret ${secret.name} without declaring it`)
        return value
      }
    },
  }
}

function addressOf(secret: Secret): string {
  return `${secret.store}\0${secret.key}`
}

async function valueOf(secret: Secret, options: SecretReaderOptions): Promise<string> {
  const path = Object.hasOwn(options.files, secret.store) ? options.files[secret.store] : undefined
  const value = path === undefined ? await fromSidecar(secret, options.sidecar) : await fromFile(secret, path)
  if (typeof value === "string" && value !== "") return value
  throw new ToolError("denied", `secret ${secret.name}: store "${secret.store}" has no key "${secret.key}"`)
}

async function fromFile(secret: Secret, path: string): Promise<unknown> {
  let content: unknown
  try {
    content = JSON.parse(await readFile(path, "utf8"))
  } catch {
    // The reason would quote the file, and so a value.
    throw new ToolError("denied", `secret ${secret.name}: the file of store "${secret.store}" is missing or not JSON`)
  }
  return isRecord(content) && Object.hasOwn(content, secret.key) ? content[secret.key] : undefined
}

async function fromSidecar(secret: Secret, sidecar: SidecarAddress): Promise<unknown> {
  const url = `${sidecar.httpUrl}/v1.0/secrets/${encodeURIComponent(secret.store)}/${encodeURIComponent(secret.key)}`
  const headers: Record<string, string> = sidecar.apiToken === undefined ? {} : { "dapr-api-token": sidecar.apiToken }
  let response: Response
  try {
    response = await fetch(url, { headers, signal: AbortSignal.timeout(requestTimeoutMs) })
  } catch (error) {
    throw new ToolError(
      "unavailable",
      `secret ${secret.name}: the sidecar's secret store "${secret.store}" did not answer`,
      { cause: error },
    )
  }
  if (response.status === 204 || response.status === 404) return undefined
  if (!response.ok) {
    const kind = response.status >= 500 ? "unavailable" : "denied"
    throw new ToolError(kind, `secret ${secret.name}: secret store "${secret.store}" answered ${response.status}`)
  }
  const content: unknown = await response.json().catch(() => undefined)
  if (!isRecord(content)) return undefined
  return content[secret.key] ?? Object.values(content)[0]
}
