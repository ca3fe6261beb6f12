// A project as a zip: its files, and a README with the command that runs it.

import { strToU8, zipSync } from "fflate"

export function zipProject(name: string, files: ReadonlyMap<string, string>): Uint8Array<ArrayBuffer> {
  const program = [...files.keys()].find((path) => path.endsWith(".agentflow")) ?? "main.agentflow"
  const input = files.has("input.json") ? " --input-file input.json" : ""
  const readme = files.get("README.md") ?? `# ${name}\n\nMade in the AgentFlow playground.\n\n\`\`\`\nnpx agentflow check ${program}\nnpx agentflow run ${program}${input}\n\`\`\`\n`
  const all = new Map(files).set("README.md", readme)
  return zipSync(Object.fromEntries([...all].map(([path, text]) => [`${name}/${path}`, strToU8(text)]))) as Uint8Array<ArrayBuffer>
}
