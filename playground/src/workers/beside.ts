// What `agentflow build` writes beside the code, for a project without a config file; and the plan as text.

import type { Config } from "../../../cli/config.ts"
import { deploymentFiles } from "../../../cli/deployment-files.ts"
import { printPlan, type Plan } from "../../../compiler/index.ts"

const config: Config = { folder: "/", endpoints: {}, secrets: {}, models: {}, dapr: {}, mcp: {}, rules: {}, cli: {} }

export function filesBeside(plan: Plan): readonly { readonly path: string; readonly text: string }[] {
  return [...deploymentFiles(plan, config, "/generated"), { path: "plan.txt", text: printPlan(plan) }]
}
