// The work of a step: none, so that all that is measured is what surrounds it.

export async function increment(number: number): Promise<number> {
  return number + 1
}
