// The parts of the reference that are made from the program's own tables, between `<!-- made: … -->` and `<!-- /made -->`.

import { catalogue } from "../../base/diagnostics/catalogue.generated.ts"
import { exitCodes } from "../../cli/failure.ts"
import { commands } from "../../cli/table.ts"
import schema from "../../cli/config.schema.json" with { type: "json" }
import { RULES } from "../../compiler/2-check/rules.ts"

const markers = /(<!-- made: ([^>]*?) -->)([\s\S]*?)(<!-- \/made -->)/g

/** The text with every made part as it should be. */
export function remade(text: string): string {
  return text.replace(markers, (_all, start: string, what: string, _old: string, end: string) => `${start}${made(what)}${end}`)
}

function made(what: string): string {
  const [kind, ...rest] = what.split(" ")
  switch (kind) {
    case "codes": return codes(rest)
    case "commands": return commandTables()
    case "exits": return ["", "| Exit code | Means |", "|---|---|", ...Object.entries(exitCodes).map(([code, means]) => `| ${code} | ${means} |`), ""].join("\n")
    case "configuration": return settings()
    case "rules": return RULES.map((code) => `[${code}](../errors/${code}.md)`).join(", ") + "."
    default: throw new Error(`nothing is made for '${what}'`)
  }
}

const cell = (text: string): string => text.replaceAll("|", "\\|")

/** Codes by the beginnings of their names, each a pattern. */
function codes(beginnings: readonly string[]): string {
  const pattern = new RegExp(`^(?:${beginnings.join("|")})`)
  const rows = Object.entries(catalogue).filter(([code]) => pattern.test(code))
  if (rows.length === 0) throw new Error(`no code begins with ${beginnings.join(" or ")}`)
  const lines = rows.map(([code, { title, severity }]) => `| [${code}](../errors/${code}.md) | ${severity} | ${cell(title)} |`)
  return ["", "| Code | Level | What |", "|---|---|---|", ...lines, ""].join("\n")
}

function commandTables(): string {
  const parts = commands.map(({ name, summary, usage, flags, examples }) => {
    const label = (flag: (typeof flags)[number]): string =>
      `\`--${flag.name}${flag.value === undefined ? "" : ` ${flag.value}`}\`${flag.short === undefined ? "" : `, \`-${flag.short}\``}`
    const rows = flags.map((flag) => `| ${cell(label(flag))} | ${cell(flag.summary)} |`)
    const table = flags.length === 0 ? [] : ["| Flag | Means |", "|---|---|", ...rows, ""]
    const head = [`## agentflow ${name}`, "", `${summary}.`, ""]
    return [...head, "```", `agentflow ${name} ${usage}`.trimEnd(), "```", "", ...table, "```", ...examples, "```"].join("\n")
  })
  return `\n${parts.join("\n\n")}\n`
}

interface Described {
  readonly description?: string
  readonly properties?: Readonly<Record<string, Described>>
}

function settings(): string {
  const rows = Object.entries(schema.properties as Readonly<Record<string, Described>>).flatMap(([name, { description, properties }]) => [
    [name, description ?? ""],
    ...Object.entries(properties ?? {}).map(([inner, each]) => [`${name}.${inner}`, each.description ?? ""]),
  ])
  return ["", "| Key | Means |", "|---|---|", ...rows.map(([name, text]) => `| \`${name}\` | ${cell(text!)} |`), ""].join("\n")
}
