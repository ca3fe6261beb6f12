// The programs that `agentflow init` begins with: files of this package, and what every project has beside them.

import { existsSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { version } from "./version.ts"

export const templates = ["minimal", "research", "saga", "approval"] as const
export type Template = (typeof templates)[number]

export interface TemplateFile {
  readonly path: string
  readonly text: string
}

/** Beside this file as source; in the built package the source's folder comes with it. */
function folderOf(template: Template): string {
  const beside = join(import.meta.dirname, "templates", template)
  return existsSync(beside) ? beside : join(import.meta.dirname, "../../cli/templates", template)
}

export function filesOf(template: Template): readonly TemplateFile[] {
  const folder = folderOf(template)
  const own = readdirSync(folder).filter((path) => !path.startsWith(".")).sort().map((path) => ({ path, text: readFileSync(join(folder, path), "utf8") }))
  const hasScript = own.some(({ path }) => path === "model.json")
  return [
    ...own,
    ...(hasScript ? [{ path: "agentflow.config.yaml", text: config }] : []),
    { path: "package.json", text: `${JSON.stringify({ private: true, type: "module", scripts: { check: "agentflow check main.agentflow", test: "agentflow test main.agentflow", build: "agentflow build main.agentflow", dev: "agentflow dev main.agentflow" }, devDependencies: { agentflow: version } }, null, 2)}\n` },
    { path: ".gitignore", text: "node_modules/\ngenerated/\n.agentflow/\n.secrets.json\n" },
  ]
}

const config = `# What the models say without a key; with OPENAI_API_KEY or OPENAI_BASE_URL real ones answer.

models:
  script: model.json
`
