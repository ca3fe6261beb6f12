// Leaving the body from deep inside: no failure, so no `catch` sees it and nothing is compensated.

/** Thrown through the blocks; only the driver of the run takes it. */
export class Leave extends Error {
  override readonly name = "Leave"
  readonly how: Leaving

  constructor(how: Leaving) {
    super(`the run leaves its body: ${how.to}`)
    this.how = how
  }
}

export type Leaving =
  | { readonly to: "finish"; readonly result: unknown }
  | { readonly to: "continue as new"; readonly parameters: object }
