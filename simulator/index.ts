// The simulator's door: a program, a world, and a trace of what happened.

export { openSimulation, simulate } from "./execute.ts"
export type { RunOutcome, Simulation, SimulationOptions } from "./execute.ts"
export type { Boundary, BoundaryKind } from "./boundaries.ts"
export { loadProgram, originOf, patternOf } from "./program.ts"
export type { ImportText, Program, ProgramData } from "./program.ts"
export { sampleOf } from "./sample.ts"
export { validatorOf } from "./schema.ts"
export type * from "./trace.ts"
export { usualMs, usualWorld } from "./world.ts"
export type { CallPoint, Fault, Outcome, ScriptedOutcome, World } from "./world.ts"
