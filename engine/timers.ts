// Ids and arithmetic of timers, tasks and children that every host must compute alike.

/** No worker uses timer id 0: it stands for the start of an instance that is scheduled for later. */
export const startTimerId = 0

/** The longest delay that platform timers take; a longer wait is made of several. */
export const delayMsMax = 2 ** 31 - 1

export function delayUntil(fireAtMs: number, now: number): number {
  return Math.min(Math.max(0, Math.ceil(fireAtMs - now)), delayMsMax)
}

const taskIdBits = 20
const generationsDistinct = 2047

/**
 * The task id as workers see it. They answer with nothing but instance id and task id, so the generation is folded
 * in: an answer for an earlier run of the same id can't be mistaken for one of this run. Generation 1 has plain ids.
 */
export function wireTaskId(generation: number, taskId: number): number {
  return (((generation - 1) % generationsDistinct) << taskIdBits) | taskId
}

/** The id of a child that its parent did not name. */
export function defaultChildId(parentId: string, taskId: number): string {
  return `${parentId}:${taskId.toString(16).padStart(4, "0")}`
}
