// Runs the store contract over each store, and shows how SQLite files that can't be used are refused.

import { mkdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { afterEach, describe, expect, it } from "vitest"
import { openReader } from "../../sidecar/reader.ts"
import { openMemoryStore } from "../../sidecar/store/memory.ts"
import { openSqliteStore } from "../../sidecar/store/sqlite.ts"
import type { StoreError } from "../../sidecar/store/store.ts"
import { temporaryFolder } from "./harness.ts"
import { storeContract } from "./store.contract.ts"

storeContract("memory", () => ({ open: openMemoryStore, cleanUp: () => {} }))

storeContract("sqlite", () => {
  const folder = temporaryFolder()
  const file = join(folder.path, "store.db")
  return {
    open: () => openSqliteStore({ file }),
    reopen(store) {
      store.close()
      return openSqliteStore({ file })
    },
    cleanUp: folder.remove,
  }
})

describe("a database file that can't be used", () => {
  const cleanups: (() => void)[] = []
  afterEach(() => { for (const clean of cleanups.splice(0).reverse()) clean() })

  function newFile(): string {
    const folder = temporaryFolder()
    cleanups.push(folder.remove)
    return join(folder.path, "hub.db")
  }

  function failure(work: () => unknown): { readonly code: string; readonly message: string } {
    try {
      work()
    } catch (error) {
      const { code, message } = error as StoreError
      return { code, message }
    }
    return { code: "none", message: "it was opened" }
  }

  const open = (file: string) => () => openSqliteStore({ file, busyTimeoutMs: 20 })

  it("because it is no database", () => {
    const file = newFile()
    writeFileSync(file, "a shopping list, long enough to be more than a header of a database file. ".repeat(20))
    const before = readFileSync(file, "utf8")
    expect(failure(open(file))).toEqual({
      code: "notADatabase", message: `${file} is not a database; choose another file or move this one away`,
    })
    expect(readFileSync(file, "utf8")).toBe(before)
  })

  it("because another program made it", () => {
    const file = newFile()
    const other = new DatabaseSync(file)
    other.exec("create table person (name text); pragma user_version = 7")
    other.close()
    const before = readFileSync(file)
    expect(failure(open(file))).toMatchObject({ code: "foreignDatabase" })
    expect(readFileSync(file).equals(before)).toBe(true)
  })

  it("because a newer release wrote it", () => {
    const file = newFile()
    openSqliteStore({ file }).close()
    const later = new DatabaseSync(file)
    later.exec("pragma user_version = 99")
    later.close()
    const found = `${file} was written by a newer release (schema 99, this one knows 3)`
    expect(failure(open(file))).toEqual({
      code: "newerVersion", message: `${found}; update agentflow or choose another file`,
    })
  })

  it("because another sidecar has it", () => {
    const file = newFile()
    const first = openSqliteStore({ file })
    cleanups.push(() => first.close())
    expect(failure(open(file))).toMatchObject({ code: "locked" })
    expect(failure(() => openReader(file))).toMatchObject({ code: "locked" })
  })

  it("because it is cut short", () => {
    const file = newFile()
    openSqliteStore({ file }).close()
    truncateSync(file, 6_000)
    expect(failure(open(file))).toMatchObject({ code: "corrupt" })
  })

  it("because it is a folder, or not there to be read", () => {
    const file = newFile()
    mkdirSync(file)
    expect(failure(open(file))).toMatchObject({ code: "unreadable" })
    expect(failure(() => openReader(`${file}-none`))).toEqual({
      code: "missing", message: `there is no database file ${file}-none; check its path`,
    })
  })
})
