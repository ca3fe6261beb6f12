// Cuts values out of a JSON text as they stand there: a stored value must come back byte for byte.

/** The source text of each member of an object, none for any other value; the text is known to be valid JSON. */
export function memberSlices(source: string): ReadonlyMap<string, string> {
  const members = new Map<string, string>()
  const start = skipSpace(source, 0)
  if (source[start] !== "{") return members
  let position = start + 1
  while (source[(position = skipSpace(source, position))] !== "}") {
    const keyEnd = skipString(source, position)
    const key = JSON.parse(source.slice(position, keyEnd)) as string
    const valueStart = skipSpace(source, skipSpace(source, keyEnd) + 1)
    const end = skipValue(source, valueStart)
    members.set(key, source.slice(valueStart, end))
    position = skipComma(source, end)
  }
  return members
}

/** The source text of each element of an array, none for any other value. */
export function elementSlices(source: string): readonly string[] {
  const elements: string[] = []
  const start = skipSpace(source, 0)
  if (source[start] !== "[") return elements
  let position = start + 1
  while (source[(position = skipSpace(source, position))] !== "]") {
    const end = skipValue(source, position)
    elements.push(source.slice(position, end))
    position = skipComma(source, end)
  }
  return elements
}

function skipSpace(source: string, at: number): number {
  let position = at
  while (" \t\r\n".includes(source[position] ?? "x")) position++
  return position
}

function skipComma(source: string, at: number): number {
  const position = skipSpace(source, at)
  return source[position] === "," ? position + 1 : position
}

function skipString(source: string, at: number): number {
  let position = at + 1
  while (source[position] !== "\"") position += source[position] === "\\" ? 2 : 1
  return position + 1
}

function skipValue(source: string, at: number): number {
  const first = source[at]
  if (first === "\"") return skipString(source, at)
  if (first !== "{" && first !== "[") {
    const rest = /[,\]}\s]|$/g
    rest.lastIndex = at
    return rest.exec(source)?.index ?? source.length
  }
  let depth = 0
  let position = at
  do {
    const character = source[position]
    if (character === "\"") {
      position = skipString(source, position)
      continue
    }
    if (character === "{" || character === "[") depth++
    if (character === "}" || character === "]") depth--
    position++
  } while (depth > 0)
  return position
}
