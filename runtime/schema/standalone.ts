// What Ajv's standalone validators need at run time, so that generated code imports nothing but this package.

import equalModule from "ajv/dist/runtime/equal.js"
import ucs2lengthModule from "ajv/dist/runtime/ucs2length.js"
import { fullFormats } from "ajv-formats/dist/formats.js"

export const equal = ownDefault(equalModule)
export const ucs2length = ownDefault(ucs2lengthModule)
/** By name, as in `formats["date-time"]`. */
export const formats = fullFormats

/** Node gives a CommonJS module whole, bundlers and test runners give its own default. */
function ownDefault<Value>(module: { readonly default: Value }): Value {
  return typeof module === "function" ? (module as Value) : module.default
}
