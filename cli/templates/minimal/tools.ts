// The program's own tools: plain functions, called once for each attempt of a step.

export async function greet(name: string): Promise<string> {
  return `Hello, ${name}!`
}
