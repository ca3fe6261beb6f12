// How the flags of the sidecar are read, and what is said of those that can't be.

import { describe, expect, it } from "vitest"
import { readSettings } from "../../sidecar/settings.ts"

describe("settings", () => {
  it("are read from flags and environment", () => {
    expect(readSettings({
      secrets: ["local=/tmp/a=b.json"], binding: ["files=file:/tmp/f", "web=https://example.test/x?a=b"],
      app: ["me=http://127.0.0.1:80"], keep: "any=7d,failed=30m", "max-message-size": "4Mi", "state-store": ["a", "b"],
      pubsub: ["bus"],
    }, { DAPR_API_TOKEN: "t" })).toEqual({
      secretStores: { local: "/tmp/a=b.json" }, apps: { me: "http://127.0.0.1:80" }, stateStores: ["a", "b"],
      bindings: { files: { kind: "file", folder: "/tmp/f" }, web: { kind: "http", url: "https://example.test/x?a=b" } },
      pubsubs: ["bus"], retention: { anyTerminalMs: 604_800_000, failedMs: 1_800_000 },
      limits: { messageBytes: 4 * 1024 * 1024 }, apiToken: "t",
    })
    expect(readSettings({ keep: "1d" }, {})).toMatchObject({ retention: { anyTerminalMs: 86_400_000 } })
    expect(readSettings({ keep: "completed=1d,failed=forever" }, {})).toMatchObject({ retention: { completedMs: 86_400_000, failedMs: Infinity } })
    expect(readSettings({ keep: "forever" }, {})).toMatchObject({ retention: { anyTerminalMs: Infinity } })
    const days = 86_400_000
    expect(readSettings({}, {})).toEqual({ secretStores: {}, apps: {}, bindings: {}, retention: { anyTerminalMs: 30 * days } })
  })

  it.each([
    [{ secrets: ["local"] }, "--secrets takes STORE=FILE"],
    [{ app: ["me=localhost"] }, "--app takes ID=http://ADDRESS"],
    [{ binding: ["files=/tmp"] }, "--binding takes NAME=file:FOLDER or NAME=http://ADDRESS"],
    [{ binding: ["files"] }, "--binding takes NAME=file:FOLDER or NAME=http://ADDRESS"],
    [{ keep: "soon" }, "--keep takes a time such as 7d, completed=1d,failed=30d,terminated=1d, or forever"],
    [{ keep: "" }, "--keep takes a time such as 7d, completed=1d,failed=30d,terminated=1d, or forever"],
    [{ keep: "running=1d" }, "--keep takes a time such as 7d, completed=1d,failed=30d,terminated=1d, or forever"],
    [{ "max-message-size": "0" }, "--max-message-size takes a size such as 4Mi"],
  ])("%o is refused", (flags, message) => {
    expect(readSettings(flags, {})).toBe(message)
  })
})
