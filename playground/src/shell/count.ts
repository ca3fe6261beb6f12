// How many there are, in words.

/** "1 error", "2 errors". */
export function counted(many: number, one: string): string {
  return `${many} ${one}${many === 1 ? "" : "s"}`
}
