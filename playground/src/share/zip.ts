// A project as a zip: its files, what they import from beside their folder, and a README with the commands that run it.

import { strToU8, zipSync } from "fflate"

export interface DownloadOptions {
  /** The program that the README runs; the first one when absent. */
  readonly program?: string
  /** The workflow, where the program has several. */
  readonly workflow?: string
  /** What the run is given, as JSON, where the project has no input of its own. */
  readonly input?: string
  /** Files of the examples' common folder, by their paths in it. */
  readonly shared?: ReadonlyMap<string, string>
}

const common = /(from\s+")\.\.\/shared\//g

/** Whether a module of it stands in the examples' common folder. */
export function needsShared(files: ReadonlyMap<string, string>): boolean {
  return [...files].some(([path, text]) => path.endsWith(".ts") && text.search(common) !== -1)
}

export function zipProject(name: string, files: ReadonlyMap<string, string>, options: DownloadOptions = {}): Uint8Array<ArrayBuffer> {
  const all = new Map([...files].map(([path, text]) => [path, standingAlone(path, text)]))
  if (needsShared(files)) for (const [path, text] of options.shared ?? []) all.set(`shared/${path}`, text)
  const about = all.get("README.md")
  if (about !== undefined) all.set("EXAMPLE.md", exampleOf(about))
  if (!all.has("package.json")) all.set("package.json", `${JSON.stringify({ name, private: true, type: "module" }, null, 2)}\n`)
  if (!all.has("input.json") && options.input !== undefined) all.set("input.json", `${options.input.trim()}\n`)
  const program = options.program ?? [...files.keys()].find((path) => path.endsWith(".agentflow")) ?? "main.agentflow"
  all.set("README.md", readmeOf({
    name, isExample: about !== undefined, services: servicesOf(all, about ?? ""),
    commands: [`npx agentflow check ${program}`, ["npx agentflow run", program, options.workflow, all.has("input.json") ? "--input @input.json" : undefined].filter((part) => part !== undefined).join(" ")],
  }))
  return zipSync(Object.fromEntries([...all].map(([path, text]) => [`${name}/${path}`, strToU8(text)]))) as Uint8Array<ArrayBuffer>
}

/** What leads out of an example's folder, to the rest of its repository, leads into it. */
function standingAlone(path: string, text: string): string {
  if (path.endsWith(".ts")) return text.replace(common, "$1./shared/")
  return path.endsWith(".yaml") ? text.replace(/^# yaml-language-server: \$schema=\.\.\/.*\n/, "") : text
}

/** An example's README for its folder alone, where `agentflow` is a package. */
function exampleOf(about: string): string {
  return about
    .replace(/^At the root of the repository[^]*?^By hand, in this folder and after `npm start` has built everything once:/m, "In this folder:")
    .replace("In this folder, after `npm start` at the root has built everything once:", "In this folder:")
    .replace(/^alias agentflow="node .*"$/m, 'npm install agentflow @agentflow/runtime\nalias agentflow="npx agentflow"')
}

/** The command that plays the services of an example, as usual; undefined where there are none. */
function servicesOf(files: ReadonlyMap<string, string>, about: string): string | undefined {
  if (!files.has("services.ts")) return undefined
  return /^node services\.ts[^#\n]*/m.exec(about)?.[0].replace(/ --scenario \S+/, "").trim() ?? "node services.ts"
}

interface Readme {
  readonly name: string
  readonly isExample: boolean
  readonly services: string | undefined
  readonly commands: readonly string[]
}

function readmeOf({ name, isExample, services, commands }: Readme): string {
  const install = "npm install agentflow @agentflow/runtime"
  const blocks = services === undefined ? [[install, ...commands]] : [[install, services], commands]
  const example = isExample ? "\n[EXAMPLE.md](EXAMPLE.md) tells what the example shows and what else to try.\n" : ""
  const between = services === undefined ? "" : "\n\nThe last command plays the services that the program calls: leave it running, and go on in another terminal.\n\n"
  return `# ${name}

From the AgentFlow playground. With Node 22.18 or newer, in this folder:

${blocks.map((lines) => ["```sh", ...lines, "```"].join("\n")).join(between)}

The playground makes the answers up; \`run\` is real: it calls the tools and models that the program and \`agentflow.config.yaml\` name.
${example}`
}
