// A project as a zip: its files, and a README with the command that runs it.

import { strToU8, zipSync } from "fflate"

export function zipProject(name: string, files: ReadonlyMap<string, string>): Uint8Array<ArrayBuffer> {
  const program = [...files.keys()].find((path) => path.endsWith(".agentflow")) ?? "main.agentflow"
  const input = files.has("input.json") ? " --input @input.json" : ""
  const about = files.get("README.md")
  const all = new Map(files)
  if (about !== undefined) all.set("EXAMPLE.md", about)
  if (!all.has("package.json")) all.set("package.json", `${JSON.stringify({ name, private: true, type: "module" }, null, 2)}\n`)
  all.set("README.md", readmeOf({ name, program, input, isExample: about !== undefined }))
  return zipSync(Object.fromEntries([...all].map(([path, text]) => [`${name}/${path}`, strToU8(text)]))) as Uint8Array<ArrayBuffer>
}

interface Readme {
  readonly name: string
  readonly program: string
  /** The flag with its file, or "". */
  readonly input: string
  readonly isExample: boolean
}

function readmeOf({ name, program, input, isExample }: Readme): string {
  const example = isExample ? "\n[EXAMPLE.md](EXAMPLE.md) tells what the example shows. Its commands are for the folder `examples/` of the AgentFlow repository, where the services it calls are.\n" : ""
  return `# ${name}

From the AgentFlow playground. With Node 22.18 or newer, in this folder:

\`\`\`sh
npm install agentflow @agentflow/runtime
npx agentflow check ${program}
npx agentflow run ${program}${input}
\`\`\`

The playground makes the answers up; \`run\` is real: it calls the tools and models that the program and \`agentflow.config.yaml\` name.
${example}`
}
