// File name of the script made of quick.ts: the build gives it; without a build there is none.

export const quickScript: string | undefined = undefined
