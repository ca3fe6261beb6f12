// What `agentflow build` writes beside the code, as the project's config says; and the plan as text.

import * as yaml from "yaml"
import { configOfText, emptyConfig, type Config } from "../../../cli/config-text.ts"
import { deploymentFiles } from "../../../cli/deployment-files.ts"
import { printPlan, type Plan } from "../../../compiler/index.ts"

export function filesBeside(plan: Plan, config: Partial<Config>): readonly { readonly path: string; readonly text: string }[] {
  return [...deploymentFiles(plan, { ...emptyConfig("/"), ...config }, "/generated"), { path: "plan.txt", text: printPlan(plan) }]
}

/** There is no environment here: what comes from it has its default. */
export function readConfig(text: string): ReturnType<typeof configOfText> {
  return configOfText(text, {}, yaml)
}
