// Runs scripts of the build from code that V8 compiled before. Node's own cache keeps code as it is before it has run;
// this one keeps it as it is after a run, so that no function is compiled again.

// An import of one of Node's own modules loads all that its exports stand for, which takes longer than a small check.
const { accessSync, constants, mkdirSync, readFileSync, renameSync, writeFileSync } = process.getBuiltinModule("node:fs")
const { createRequire, enableCompileCache } = process.getBuiltinModule("node:module")
const { join } = process.getBuiltinModule("node:path")
const { constants: vmConstants, Script } = process.getBuiltinModule("node:vm")

export interface Scripts {
  /** What the script of that name exports; scripts that it requires are loaded in the same way. */
  readonly load: (name: string) => unknown
  /**
   * From now on nothing is compiled anew for speed, until another script is loaded: in a process that ends after a few hundred milliseconds
   * the optimising compilers take more than they give. Nothing happens where code is to be kept, or where somebody has told V8 what to do.
   */
  readonly hurry: () => void
  /** Keeps the code of what was loaded, where it was not kept already. `before` runs only then. */
  readonly keep: (before: () => void) => void
}

/** Those whose flags are known to be called that: V8 complains of a flag that it does not know. */
const knownVersions = /^1[234]\./

/** What a script of the build evaluates to. */
type Wrapped = (exports: object, require: (id: string) => unknown, module: { exports: unknown }, file: string, folder: string) => void

/** Scripts of a folder, to begin with one of them; undefined where its code is neither kept nor can be. Names tell contents apart. */
export function openScripts(folder: string, first: string): Scripts | undefined {
  const kept = join(folder, "code-cache")
  const fileOf = (name: string): string => join(kept, `${name}-${process.versions.v8}-${process.arch}`)
  // Under flags of its own V8 refuses what it made without them, and the other way round: such a start keeps nothing.
  const hasNoFlags = process.execArgv.length === 0 && !process.env["NODE_OPTIONS"]
  const mayKeep = hasNoFlags && may(folder, constants.W_OK)
  if (!mayKeep && !may(fileOf(first), constants.R_OK)) return undefined
  const modules = new Map<string, { exports: unknown }>()
  const fresh = new Map<string, InstanceType<typeof Script>>()
  let isHurried = false
  const optimise = (does: boolean): void => {
    if (isHurried !== does) return
    isHurried = !does
    const { setFlagsFromString } = process.getBuiltinModule("node:v8")
    for (const compiler of ["opt", "maglev"]) setFlagsFromString(`--${does ? "" : "no-"}${compiler}`)
  }

  const load = (name: string): unknown => {
    const known = modules.get(name)
    if (known !== undefined) return known.exports
    // Its code was kept without flags.
    optimise(true)
    const file = join(folder, name)
    const cachedData = read(fileOf(name))
    const script = new Script(readFileSync(file, "latin1"), {
      filename: file, ...(cachedData === undefined ? {} : { cachedData }), importModuleDynamically: vmConstants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
    })
    if (cachedData === undefined || script.cachedDataRejected === true) fresh.set(name, script)
    const module = { exports: {} }
    modules.set(name, module)
    ;(script.runInThisContext() as Wrapped)(module.exports, required, module, file, folder)
    return module.exports
  }
  const required = (id: string): unknown => {
    if (id.startsWith("./bundled-")) return load(id.slice(2))
    const builtin = process.getBuiltinModule(id)
    if (builtin !== undefined) return builtin
    optimise(true)
    enableCompileCache()
    return createRequire(join(folder, "main.js"))(id) as unknown
  }
  return {
    load,
    hurry() {
      if (hasNoFlags && fresh.size === 0 && knownVersions.test(process.versions.v8)) optimise(false)
    },
    keep(before) {
      if (fresh.size === 0 || !mayKeep) return
      try {
        mkdirSync(kept, { recursive: true })
        before()
        for (const [name, script] of fresh) replace(fileOf(name), script.createCachedData())
      } catch {
        // It costs the next start its speed, never this command its answer.
      }
    },
  }
}

/** V8 believes what it is given, and a byte that is wrong ends the process: the code is there twice, which is soon compared. */
function read(file: string): Buffer | undefined {
  try {
    const twice = readFileSync(file)
    const data = twice.subarray(0, twice.length >> 1)
    return data.equals(twice.subarray(data.length)) ? data : undefined
  } catch {
    return undefined
  }
}

/** At once and only when it is on the disk, since another process may be reading it and the power may fail. */
function replace(file: string, data: Buffer): void {
  const written = `${file}.${process.pid}-${process.hrtime.bigint()}`
  writeFileSync(written, Buffer.concat([data, data]), { flush: true })
  renameSync(written, file)
}

function may(path: string, mode: number): boolean {
  try {
    accessSync(path, mode)
    return true
  } catch {
    return false
  }
}
