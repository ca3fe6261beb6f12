// Monaco as the playground needs it: the editor without the parts that no option of ours turns on.

import type { Plugin } from "rolldown"

/**
 * Modules that Monaco imports though only a feature that is off uses them, below its `vs/editor` or `vs/base`; what stands in
 * for each has the same exports. A name that Monaco renames fails the build.
 */
const standIns: Readonly<Record<string, string>> = {
  // Editors of differences: the preview draws its own.
  "editor/browser/widget/diffEditor/diffEditorWidget": "export class DiffEditorWidget {}",
  "editor/browser/widget/multiDiffEditor/multiDiffEditorWidget": "export class MultiDiffEditorWidget {}",
  // Tokens come from Monarch and from the language server.
  "editor/common/model/tokens/treeSitter/treeSitterSyntaxTokenBackend": "export class TreeSitterSyntaxTokenBackend {}",
  // Drawing by the graphics processor is an experiment that is off.
  "editor/browser/gpu/viewGpuContext": "export class ViewGpuContext {}",
  "editor/browser/viewParts/viewLinesGpu/viewLinesGpu": "export class ViewLinesGpu {}",
  "editor/browser/viewParts/rulersGpu/rulersGpu": "export class RulersGpu {}",
  "editor/browser/viewParts/gpuMark/gpuMark": "export class GpuMarkOverlay {}",
  // A program has no colours, no suggestions in grey, and pastes only text.
  "editor/contrib/colorPicker/browser/hoverColorPicker/hoverColorPicker": "export const isOnColorDecorator = () => false",
  "editor/contrib/colorPicker/browser/hoverColorPicker/hoverColorPickerParticipant": "export class ColorHover {}\nexport class HoverColorPickerParticipant {}",
  "editor/contrib/inlineCompletions/browser/hintsWidget/inlineCompletionsHintsWidget": "export class InlineSuggestionHintsContentWidget {}",
  "editor/contrib/dropOrPasteInto/browser/copyPasteController": "export class CopyPasteController { static get() { return null } }",
  // What a browser without workers would run on the page: ours has them, or nothing works.
  "editor/common/services/editorWebWorker": "export class EditorWorker {}",
  "base/common/observableInternal/logging/debugger/devToolsLogger": "export class DevToolsLogger {}",
  "editor/browser/viewParts/minimap/minimap": `
import { ViewPart } from "../../view/viewPart.js"
import { createFastDomNode } from "../../../../base/browser/fastDomNode.js"
export class Minimap extends ViewPart {
  constructor(context) { super(context); this.node = createFastDomNode(document.createElement("div")) }
  getDomNode() { return this.node }
  prepareRender() {}
  render() {}
}`,
}

const below = /[\\/]monaco-editor[\\/]esm[\\/]vs[\\/](.+)\.js$/

/** Sentences for an editor of settings and of colours, which the page has not. */
const described = /^(editor\/common\/config\/editorOptions|editor\/common\/config\/editorConfigurationSchema|editor\/common\/core\/editorColorRegistry|editor\/contrib\/symbolIcons\/browser\/symbolIcons|platform\/theme\/common\/colors\/\w+|platform\/list\/browser\/listService)$/
const sentence = /\b(?:nls\.)?localize\(\d+, (?:"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')((?:, [^(),]+)*)\)/g

/** Tables of characters that look like others, for a warning that is not among our features. */
const lookalikes = /JSON\.parse\('\{\\?"_common\\?":[^\n]*?\}'\)/g

/** Names of icons as Monaco's code, style sheets and labels write them. */
const iconNames = /\bCodicon\.(\w+)|\bcodicon-([a-z][a-z0-9-]*)|\$\(([a-z][a-z0-9-]*)(?:~\w+)?\)/g
const registration = /(\w+): register\('([\w-]+)', (?:(0x[0-9a-f]+)|'([\w-]+)')\)/g

export interface SlimMonaco extends Plugin {
  /** Code points of the icons that the bundled code names; complete once the bundle is made. */
  readonly icons: () => ReadonlySet<number>
}

export function slimMonaco(): SlimMonaco {
  const named = new Set<string>()
  const registered = new Map<string, number | string>()
  const register = (code: string): void => {
    for (const [, property, name, point, other] of code.matchAll(registration)) {
      registered.set(name!, point === undefined ? other! : Number(point))
      if (property !== name) registered.set(property!, name!)
    }
  }
  const pointOf = (name: string): number | undefined => {
    const found = registered.get(name)
    return typeof found === "string" ? pointOf(found) : found
  }
  return {
    name: "slim-monaco",
    load(id) {
      const path = below.exec(id)?.[1]?.replaceAll("\\", "/")
      return path === undefined ? null : (standIns[path] ?? null)
    },
    transform(code, id) {
      const path = below.exec(id)?.[1]?.replaceAll("\\", "/")
      if (path === undefined) return null
      if (path.startsWith("base/common/codicons")) register(code)
      if (path !== "base/common/codiconsLibrary") for (const [, property, name, label] of code.matchAll(iconNames)) named.add((property ?? name ?? label)!)
      if (described.test(path)) return { code: code.replace(sentence, '""') }
      return path === "base/common/strings" ? { code: code.replace(lookalikes, "({})") } : null
    },
    icons: () => new Set([...named].map(pointOf).filter((point) => point !== undefined)),
  }
}
