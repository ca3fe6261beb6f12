// What the gallery knows of an example beside its title: made when the site is built.

export interface Miniature {
  readonly width: number
  /** Where the first step hangs, from the left and from above. */
  readonly middle: number
  readonly top: number
  readonly boxes: readonly {
    readonly role: string
    readonly tint: string
    readonly x: number
    readonly y: number
    readonly w: number
    readonly h: number
    /** Of text. */
    readonly lines: number
  }[]
  readonly edges: readonly { readonly kind: string; readonly path: string }[]
}

export interface Card {
  readonly id: string
  readonly miniature: Miniature
  /** "compensation", "people" … */
  readonly shows: readonly string[]
}
