// What the documents say under "Fix" mends their examples: each way, done by hand, leaves nothing to report.

import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { checkProgram } from "./programs.ts"

const folder = join(import.meta.dirname, "../../base/diagnostics/codes")

/** The words of the document that tell of the way, and what is written in its example for what. */
type Way = readonly [says: string, ...replaced: readonly (readonly [from: string, to: string])[]]

const ways: Readonly<Record<string, readonly Way[]>> = {
  AF2007: [["Give your error another name", ["error Timeout", "error TooLate"]]],
  AF2017: [["Give the declaration another name", ["type money", "type Amount"]]],
  AF2019: [["Choose another name", ["constructor:", "maker:"]]],
  AF3012: [
    ["Remove it", ['    Mood.calm => log "again"\n', ""]],
    ["move it before the one that covers it", ['    Mood.calm => log "fine"\n', ""], ['    Mood.angry => log "wait"\n    Mood.calm => log "again"', '    Mood.calm => log "again"\n    Mood.angry => log "wait"']],
  ],
  AF3017: [
    ["Return it", ["  topic.upper()\n", ""], ['return "done"', "return topic.upper()"]],
    ["bind it with `let`", ["  topic.upper()", "  let loud = topic.upper()"], ['return "done"', "return loud"]],
    ["remove it", ["  topic.upper()\n", ""]],
  ],
  AF3024: [
    ["Remove it", ['  log "late"\n', ""]],
    ["move it before", ['  return topic\n  log "late"', '  log "late"\n  return topic']],
  ],
  AF4002: [
    ["Say `idempotent`", ["  retry 2 times", "  idempotent\n  retry 2 times"]],
    ["write `retry never`", ["retry 2 times", "retry never"]],
  ],
  AF4005: [["Remove one of them", ["  timeout 20s\n", ""]]],
  AF4007: [
    ["Write `reads`", ["  retry 2 times", "  reads\n  retry 2 times"]],
    ["`writes` with a `compensate`", ["  retry 2 times", "  writes\n  idempotent\n  retry 2 times\n  compensate unsay(result)"], ["tool echo", 'tool unsay(text: string) from "./tools.ts" {\n  writes\n  idempotent\n}\ntool echo']],
    ['`irreversible "why"`', ["  retry 2 times", '  irreversible "said is said"\n  idempotent\n  retry 2 times']],
  ],
  AF4010: [
    ["Keep the one that is true", ["  reads\n", ""]],
    ["Keep the one that is true", ['  irreversible "gone for good"\n', ""]],
  ],
  AF5003: [["Name each unit once", [", 20k tokens", ", 20 calls"]]],
  // Now that it is an undo, it needs no `accept` any more.
  AF6002: [["Write the call with its arguments", ['compensate "unpost"', "compensate unpost(result)"], ['  accept "only an undo"\n', ""]]],
  AF8002: [["Declare `secret name from \"store\"`", ["workflow Main", 'secret mail from "vault"\nworkflow Main'], ['log "sk-a1b2c3d4e5f6g7h8i9j0"', 'log "sent"']]],
}

/** A new tool without a user, or a name that only the mended text has, is not what the document is about. */
const meanwhile: ReadonlySet<string> = new Set(["AF2010", "AF2011"])

describe("the ways to mend", () => {
  for (const [code, each] of Object.entries(ways)) {
    const document = readFileSync(join(folder, readdirSync(folder).find((name) => name.startsWith(code))!), "utf8")
    const fix = /## Fix\n([^]*?)\n## /.exec(document)![1]!
    const example = /## Example\n[^]*?```agentflow\n([^]*?)```/.exec(document)![1]!
    const found = (text: string): readonly string[] => checkProgram(text).diagnostics.filter((one) => !meanwhile.has(one.code)).map((one) => `${one.code} ${one.message}`)
    for (const [index, [says, ...replaced]] of each.entries()) {
      it(`${code}, ${index + 1}: ${says}`, () => {
        expect(fix).toContain(says)
        expect(found(example).some((one) => one.startsWith(code))).toBe(true)
        const mended = replaced.reduce((text, [from, to]) => {
          expect(text).toContain(from)
          return text.replace(from, () => to)
        }, example)
        expect(found(mended)).toEqual([])
      })
    }
  }
})
