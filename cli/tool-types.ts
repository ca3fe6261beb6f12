// Compares the functions of TypeScript tools with their declarations, with the TypeScript checker itself. Loaded only when needed.

import { existsSync } from "node:fs"
import { dirname, join } from "node:path"
import { Project, ts, type SourceFile, type Type } from "ts-morph"
import type { ToolProblem } from "../services/tool-problems.ts"

export interface DeclaredTool {
  readonly name: string
  readonly parameters: readonly string[]
  /** Absolute path of the module. */
  readonly module: string
  readonly exportName: string
  readonly hasResult: boolean
}

export interface ComparedTools {
  readonly problems: readonly ToolProblem[]
  /** Every file of the user that the answer rests on. */
  readonly files: readonly string[]
}

export interface ToolsToCompare {
  readonly tools: readonly DeclaredTool[]
  /** Absolute path of the generated project: the user's tools import its types, which may not be written yet. */
  readonly generated: string
  readonly types: string
  readonly signatures: string
}

export function compareTools({ tools, generated, types, signatures }: ToolsToCompare): ComparedTools {
  const project = new Project({
    skipAddingFilesFromTsConfig: true,
    skipFileDependencyResolution: true,
    compilerOptions: {
      target: ts.ScriptTarget.ES2023, lib: ["lib.es2023.d.ts"], module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler,
      strict: true, noEmit: true, skipLibCheck: true, allowImportingTsExtensions: true, types: typesNear(generated),
    },
  })
  project.createSourceFile(join(generated, "types.ts"), types, { overwrite: true })
  const declared = project.createSourceFile(join(generated, "signatures.ts"), signatures, { overwrite: true })
  const modules = new Map(tools.map(({ module }) => [module, project.addSourceFileAtPathIfExists(module)]))
  const checker = project.getTypeChecker().compilerObject
  const problems = tools.flatMap((tool, index): readonly ToolProblem[] => {
    const file = modules.get(tool.module)
    if (file === undefined) return []
    const take = declared.getVariableDeclarationOrThrow(`tool${index}`).getType().getPropertyOrThrow("take")
    return compareTool({ tool, file, checker, expected: take.getTypeAtLocation(declared) })
  })
  const own = project.getProgram().compilerObject.getSourceFiles().map(({ fileName }) => fileName)
  const files = own.filter((file) => !file.includes("/node_modules/") && dirname(file) !== generated)
  return { problems, files: [...new Set([...files, ...tools.map(({ module }) => module)])].filter((file) => existsSync(file)).sort() }
}

/** Node's types where the project has them: tools are code for Node. */
function typesNear(from: string): string[] {
  for (let folder = from; ; folder = dirname(folder)) {
    if (existsSync(join(folder, "node_modules/@types/node"))) return ["node"]
    if (dirname(folder) === folder) return []
  }
}

interface Comparison {
  readonly tool: DeclaredTool
  readonly file: SourceFile
  readonly checker: ts.TypeChecker
  readonly expected: Type
}

function compareTool({ tool, file, checker, expected }: Comparison): readonly ToolProblem[] {
  const differs = (problem: string, where: { readonly parameter?: number; readonly type?: string } = {}): ToolProblem => ({ tool: tool.name, kind: "differs", problem, ...where })
  const symbol = file.getExportSymbols().find((each) => each.getName() === tool.exportName)
  if (symbol === undefined) return [{ tool: tool.name, kind: "missing" }]
  const actual = symbol.getTypeAtLocation(file)
  if (actual.isAny()) return []
  const [signature, other] = actual.getCallSignatures()
  if (signature === undefined) return [differs(`is no function, but ${quoted(inOurs(actual.getText(file)))}`)]
  // Of overloads TypeScript itself takes the one that fits when the generated code is compiled.
  if (other !== undefined) return []
  const wanted = expected.getCallSignatures()[0]!
  const [given, taken] = [wanted.getParameters(), signature.getParameters()]
  const names = taken.map((each) => each.getName())
  const found: ToolProblem[] = []
  const swapped = names.findIndex((name, index) => index < given.length && name !== tool.parameters[index] && tool.parameters.includes(name))
  if (swapped >= 0) {
    return [differs(`takes \`${names[swapped]!}\` as parameter ${swapped + 1}, which is number ${tool.parameters.indexOf(names[swapped]!) + 1} here`, { parameter: tool.parameters.indexOf(names[swapped]!) })]
  }
  const needed = signature.compilerSignature.parameters.filter((each) => isRequired(each)).length
  // The tool's context comes after the parameters.
  if (needed > given.length + 1) found.push(differs(`takes ${needed} parameters: ${given.length} and the context are given`))
  given.forEach((parameter, index) => {
    const target = taken[index]
    if (target === undefined) return
    const [from, to] = [parameter.getTypeAtLocation(file), elementOfRest(target.getTypeAtLocation(file), signature.compilerSignature.parameters[index]!)]
    if (!checker.isTypeAssignableTo(from.compilerType, to.compilerType)) {
      const type = inOurs(to.getText(file))
      found.push(differs(`takes ${quoted(type)} as \`${tool.parameters[index]!}\`, which is ${quoted(inOurs(from.getText(file)))} here`, { parameter: index, type }))
    }
  })
  const returned = signature.getReturnType()
  const awaited = awaitedOf(checker, returned)
  if (tool.hasResult && awaited !== undefined && !checker.isTypeAssignableTo(awaited, wanted.getReturnType().compilerType)) {
    const type = inOurs(checker.typeToString(awaited, undefined, ts.TypeFormatFlags.NoTruncation))
    found.push(differs(`gives ${quoted(type)}, not ${quoted(inOurs(wanted.getReturnType().getText(file)))}`, { type }))
  }
  const isPromise = returned.isAny() || returned.isUnknown() || returned.isNever() || returned.getProperty("then") !== undefined || returned.isUnion()
  return found.length > 0 || isPromise ? found : [{ tool: tool.name, kind: "sync" }]
}

function isRequired(parameter: ts.Symbol): boolean {
  const node = parameter.valueDeclaration
  return node === undefined || !ts.isParameter(node) || (node.questionToken === undefined && node.initializer === undefined && node.dotDotDotToken === undefined)
}

function elementOfRest(type: Type, parameter: ts.Symbol): Type {
  const node = parameter.valueDeclaration
  return node !== undefined && ts.isParameter(node) && node.dotDotDotToken !== undefined ? type.getArrayElementType() ?? type : type
}

function awaitedOf(checker: ts.TypeChecker, type: Type): ts.Type | undefined {
  return (checker as ts.TypeChecker & { getAwaitedType(type: ts.Type): ts.Type | undefined }).getAwaitedType(type.compilerType)
}

function quoted(type: string): string {
  return `\`${type.length > 100 ? `${type.slice(0, 97)}…` : type}\``
}

/** As the language writes it, where it can. */
function inOurs(text: string): string {
  return text
    .replace(/import\("[^"]*"\)\./g, "")
    .replace(/\btypeof types\./g, "")
    .replace(/\bboolean\b/g, "bool")
    .replace(/Record<string, ([^<>]+)>/g, "map<$1>")
    .replace(/\bstring \| null(?: \| undefined)?/g, "string?")
    .replace(/\b(\w+(?:\[\])?) \| (?:null \| undefined|undefined \| null|null|undefined)\b/g, "$1?")
    .replace(/\b(?:null|undefined|void)\b/g, "nothing")
}

