// Add missing import: a name that another file of the workspace declares.

import { importEdit, importables } from "../completion/imports.ts"
import { relativeImport } from "../text.ts"
import { inFile, type ActionMaker } from "./action.ts"

const unknownName: ReadonlySet<string> = new Set(["AF2001", "AF2008", "AF2009"])

export const addImport: ActionMaker = (context) => {
  const { workspace, path, text, document } = context
  return context.diagnostics.filter(({ code }) => unknownName.has(code)).flatMap((repairs) => {
    const name = text.slice(repairs.span.start, repairs.span.end)
    return importables(workspace, path).filter((each) => each.name === name).map((each, index) => ({
      title: `Import ${name} from "${relativeImport(path, each.path)}"`, kind: "quickfix" as const, repairs,
      edits: inFile(context, [importEdit(document.file, text, path, name, each.path)]), ...(index === 0 ? { preferred: true as const } : {}),
    }))
  })
}
