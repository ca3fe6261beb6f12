// Goes through a piece of the plan, whatever it is made of.

export type PlanPart = Readonly<Record<string, unknown>>

/**
 * Shows `see` every object of a piece of the plan, outermost first, with the field that it stands in. Where something is written
 * and its types are no parts. `see` gives false to keep out of what is below.
 */
export function walkPlan(value: unknown, see: (part: PlanPart, field: string) => void | false, field: string = ""): void {
  if (typeof value !== "object" || value === null) return
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) walkPlan(value[index], see, field)
    return
  }
  const part = value as PlanPart
  if (see(part, field) === false) return
  for (const key in part) {
    if (key === "origin" || key === "type") continue
    const inner = part[key]
    if (typeof inner === "object") walkPlan(inner, see, key)
  }
}
