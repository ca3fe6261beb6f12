// Bodies in braces and doc comments: what declarations, types and statements share.

import { BorrowedBodies } from "./borrowed-bodies.ts"

export interface Body {
  readonly begins: () => boolean
  /** What should stand there instead of something that no item begins with. */
  readonly expected: string | (() => void)
  readonly item: () => void
  readonly resumes?: () => boolean
  /** What ends the body besides its closing brace. */
  readonly ends?: () => boolean
}

export abstract class DocumentedRules extends BorrowedBodies {
  /** `{ items }`; without the opening brace the items are read when they are indented below the line they belong to. */
  protected braced(body: Body, before: () => void = () => {}): void {
    const owner = this.lastEnd
    this.readBody()
    let opener = this.token
    const opened = this.need("{")
    if (!opened) {
      if (this.skipToBrace()) opener = this.token
      else if (!this.isIndentedBelow(owner)) return
    }
    if (this.at("{") && !opened) this.need("{")
    before()
    const { expected } = body
    this.items({
      until: () =>
        this.endsBody(opener) || this.endsOuterBody(opener) || this.atEnd() || this.atDeclaration() || this.at("HoleEnd") ||
        body.ends?.() === true,
      begins: body.begins,
      expected: typeof expected === "string" ? () => this.unexpected(expected) : expected,
      item: body.item,
      ...(body.resumes === undefined ? {} : { resumes: body.resumes }),
    })
    this.closeBody(opener)
  }

  /** After a broken head, its body may still follow on the same line. */
  private skipToBrace(): boolean {
    for (let ahead = 1; ; ahead++) {
      const token = this.peek(ahead)
      if (token.startsLine || token.kind === "}" || token.kind === "EOF") return false
      if (token.kind !== "{") continue
      for (; ahead > 1; ahead--) this.consume()
      return true
    }
  }

  private isIndentedBelow(offset: number): boolean {
    const token = this.token
    if (!token.startsLine || this.atEnd()) return false
    return this.indentation(token.start) > this.indentation(Math.max(0, offset - 1))
  }

  /** The `///` lines before the next token, each at the start of its line. */
  protected doc(): string | undefined {
    const { source, trivia } = this.tokens
    const lines: string[] = []
    for (let i = this.token.triviaBefore - 1; i >= 0; i--) {
      const piece = trivia[i]!
      if (piece.end < this.lastEnd || piece.start < this.lastEnd) break
      if (piece.kind !== "docComment") continue
      const before = trivia[i - 1]
      const lead = before?.end === piece.start ? source.text.slice(before.start, before.end) : ""
      const startsLine = piece.start === 0 || lead.includes("\n") || (lead !== "" && before!.start === 0)
      if (startsLine) lines.unshift(source.text.slice(piece.start + 3, piece.end).trim())
    }
    return lines.length === 0 ? undefined : lines.join("\n")
  }
}
