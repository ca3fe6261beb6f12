// The undo stack: in the order in which the steps started, whatever order they ended in.

export interface Undo<Action> {
  /** The step's place in the run's start order. */
  readonly start: number
  readonly step: string
  readonly action: Action
}

/** Ascending by `start`. */
export type UndoStack<Action> = readonly Undo<Action>[]

export function registerUndo<Action>(stack: UndoStack<Action>, undo: Undo<Action>): UndoStack<Action> {
  const above = stack.findIndex((other) => other.start > undo.start)
  return above < 0 ? [...stack, undo] : [...stack.slice(0, above), undo, ...stack.slice(above)]
}

export interface NextUndo<Action> {
  readonly undo: Undo<Action>
  readonly rest: UndoStack<Action>
}

/** Takes the step that started last off the stack: whoever runs an undo has given up the right to run it again. */
export function nextUndo<Action>(stack: UndoStack<Action>): NextUndo<Action> | undefined {
  const undo = stack.at(-1)
  return undo && { undo, rest: stack.slice(0, -1) }
}
