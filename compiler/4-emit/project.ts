// package.json and tsconfig.json of a generated project.

import type { Plan } from "../3-plan/types.ts"
import type { EmittedFile } from "./types.ts"

/** The version that this compiler's output is written against. */
const runtimeVersion = "0.1.0"

export interface ProjectOptions {
  /** The folders from the one that also holds the user's tools down to the project: `["generated"]`, or none. */
  readonly below: readonly string[]
  /** Older versions lie in `kept/`. */
  readonly hasKept?: boolean
}

export function projectFiles(plan: Plan, options: ProjectOptions): readonly EmittedFile[] {
  return [json("package.json", packageJson(plan, options)), json("tsconfig.json", tsconfig(options))]
}

function packageJson(plan: Plan, { below, hasKept }: ProjectOptions): object {
  // tsc writes what it compiles, so that the validators have to be put beside it.
  // Names of folders on the way are those of one machine, so that they are asked for where it is built.
  const inDist = (path: string): string => below.length <= 1
    ? `'${["dist", ...below, path].join("/")}'` : `path.join('dist', path.relative('${rootOf(below)}', '.'), '${path}')`
  const kept = hasKept === true ? `; fs.cpSync('kept', ${inDist("kept")}, { recursive: true, filter: (file) => !/\\.ts$/.test(file) })` : ""
  return {
    name: plan.name,
    version: "0.1.0",
    private: true,
    type: "module",
    engines: { node: ">=22.18" },
    scripts: {
      build: `tsc && node -e "fs.copyFileSync('validators.js', ${inDist("validators.js")})${kept}"`,
      start: "node --enable-source-maps worker.ts",
    },
    dependencies: { "@agentflow/runtime": runtimeVersion },
    devDependencies: { "@types/node": "^24.0.0", typescript: ">=5.8" },
  }
}

function rootOf(below: readonly string[]): string {
  return below.length === 0 ? "." : below.map(() => "..").join("/")
}

/** Module syntax whatever package.json says, because the tools may lie in a folder that has none. */
function tsconfig({ below }: ProjectOptions): object {
  return {
    compilerOptions: {
      target: "es2023",
      lib: ["es2023"],
      types: ["node"],
      module: "esnext",
      moduleResolution: "bundler",
      moduleDetection: "force",
      strict: true,
      verbatimModuleSyntax: true,
      erasableSyntaxOnly: true,
      allowImportingTsExtensions: true,
      rewriteRelativeImportExtensions: true,
      skipLibCheck: true,
      sourceMap: true,
      rootDir: rootOf(below),
      outDir: "dist",
    },
    include: ["**/*.ts"],
    exclude: ["dist"],
  }
}

function json(path: string, value: object): EmittedFile {
  return { path, text: `${JSON.stringify(value, null, 2)}\n` }
}
