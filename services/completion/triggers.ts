// After which characters an editor asks for completion without being told to.

export const completionTriggers = [".", "{", "@", '"', "/"] as const
