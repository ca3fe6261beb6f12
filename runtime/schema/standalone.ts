// What Ajv's standalone validators need at run time, so that generated code imports nothing but this package.

import equalModule from "ajv/dist/runtime/equal.js"
import ucs2lengthModule from "ajv/dist/runtime/ucs2length.js"
import { fullFormats } from "ajv-formats/dist/formats.js"

export const equal = equalModule.default
export const ucs2length = ucs2lengthModule.default
/** By name, as in `formats["date-time"]`. */
export const formats = fullFormats
