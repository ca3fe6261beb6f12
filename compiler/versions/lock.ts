// agentflow.lock: what runs that are under way were started with. Plain lines, so that a review shows what a change does.

import type { Skeleton, SkeletonNode } from "./skeleton.ts"

/** Rises when a reader of an older lock would misread a newer one. */
export const lockVersion = 1

export interface Lock {
  readonly lockVersion: typeof lockVersion
  /** By name of the program's file, which lies beside the lock. */
  readonly programs: Readonly<Record<string, ProgramLock>>
}

export interface ProgramLock {
  readonly workflows: Readonly<Record<string, WorkflowLock>>
}

export interface WorkflowLock {
  /** Which version new runs start on; 0 when the workflow is gone and only kept versions are left. */
  readonly version: number
  readonly hash: string
  readonly steps: readonly string[]
  /** Older versions whose code is kept for the runs that were started on them. */
  readonly kept?: readonly KeptVersion[]
  /** The last break that somebody has accepted, and why. */
  readonly accepted?: { readonly from: string; readonly why: string }
}

export interface KeptVersion {
  readonly version: number
  readonly hash: string
}

export const emptyLock: Lock = { lockVersion, programs: {} }

/** Undefined for a text that is no lock of this version. */
export function parseLock(text: string): Lock | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  if (!isRecord(value)) return undefined
  // What others pin may be there before the first build.
  const { lockVersion: version = lockVersion, programs = {} } = value
  const isLock = version === lockVersion && isRecord(programs) && Object.values(programs).every(isProgram)
  return isLock ? ({ ...value, lockVersion, programs } as Lock) : undefined
}

function isProgram(value: unknown): boolean {
  return isRecord(value) && isRecord(value["workflows"]) && Object.values(value["workflows"]).every((each) =>
    isRecord(each) && typeof each["version"] === "number" && typeof each["hash"] === "string" && isLines(each["steps"]))
}

function isLines(value: unknown): boolean {
  return Array.isArray(value) && value.every((line) => typeof line === "string")
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value)
}

/** Names in order, so that two builds of one program write the same bytes. */
export function printLock({ programs, lockVersion: _version, ...others }: Lock): string {
  const sorted = <T>(record: Readonly<Record<string, T>>): Record<string, T> =>
    Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)))
  // What others pin in the lock stays.
  const value = { lockVersion, ...others, programs: sorted(Object.fromEntries(Object.entries(programs).map(([name, { workflows }]) => [name, { workflows: sorted(workflows) }]))) }
  return `${JSON.stringify(value, null, 2)}\n`
}

export function linesOf({ nodes }: Pick<Skeleton, "nodes">): readonly string[] {
  return nodes.flatMap((each) => linesOfNode(each, ""))
}

function linesOfNode({ text, children }: SkeletonNode, indentation: string): readonly string[] {
  return [indentation + text, ...children.flatMap((child) => linesOfNode(child, `${indentation}  `))]
}

/** The tree that lines were written from; a line that is indented too far stands below the last one. */
export function nodesOf(lines: readonly string[]): readonly SkeletonNode[] {
  const top: SkeletonNode[] = []
  const open: { readonly depth: number; readonly children: SkeletonNode[] }[] = [{ depth: -1, children: top }]
  for (const line of lines) {
    const text = line.trimStart()
    const depth = line.length - text.length
    while (open.at(-1)!.depth >= depth) open.pop()
    const children: SkeletonNode[] = []
    open.at(-1)!.children.push({ text, children })
    open.push({ depth, children })
  }
  return top
}
