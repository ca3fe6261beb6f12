// Validation of schemas that only exist at run time, as in inbox entries: Ajv in its compiling form.

import { Ajv2020 } from "ajv/dist/2020.js"
import addFormatsModule from "ajv-formats"
import type { JsonSchema, Schema } from "../contract.ts"

/**
 * Deployed workflows use the validators that the compiler wrote; this is for tools around them, which know a schema
 * only as data. Unknown keywords and formats are let through: the entry may come from a newer version.
 */
export function schemaFromJson(json: JsonSchema): Schema<unknown> {
  const ajv = new Ajv2020({ allErrors: true, strict: false, validateFormats: true, logger: false })
  // Its type says that the default export is the function; in Node the module object stands before it.
  const addFormats = addFormatsModule as unknown as { default: (instance: Ajv2020) => void }
  addFormats.default(ajv)
  return { json, validate: ajv.compile(json) }
}
