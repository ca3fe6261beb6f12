// A program that asks a person one thing and gives the answer.

export const asking = `human sure(what: string): bool {
  ask "Is {what} right?"
  timeout 1d
}

workflow Ask(what: string): bool {
  dead letter "asks.failed"
  return sure(what)
}
`
