// Settings on the activity side: what the worker's environment says, else the default.
import type { Setting, Settings } from "./contract.ts"
import { ToolError } from "./errors.ts"
import { accept } from "./schema/accept.ts"

export type SettingValues = Readonly<Record<string, unknown>>

export function readSettings(values: SettingValues): Settings {
  return <T>(setting: Setting<T>): T => {
    const accepted = accept(setting.schema, settingValue(values, setting))
    if (accepted.ok) return accepted.value
    throw new ToolError("invalid_input", `setting ${setting.name}: ${accepted.problems.join("; ")}`)
  }
}

export function settingValue(values: SettingValues, setting: { readonly name: string; readonly default?: unknown }): unknown {
  return Object.hasOwn(values, setting.name) ? values[setting.name] : setting.default
}
