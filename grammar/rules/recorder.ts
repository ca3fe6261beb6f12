// What a rule is, and how the rules are recorded instead of run: the grammar's analysis implements this.

export type Rule<T, Arguments extends unknown[] = []> = (...values: Arguments) => T
export type Alternatives<T> = readonly { readonly ALT: () => T }[]

/** Each records one part of the rule that is being recorded; a value it gives is never looked into. */
export interface Recorder {
  readonly rule: <T, Arguments extends unknown[]>(name: string, rule: Rule<T, Arguments>) => Rule<T, Arguments>
  readonly subrule: <T, Arguments extends unknown[]>(rule: Rule<T, Arguments>, values?: Arguments) => T
  readonly consume: (kind: string) => void
  readonly option: <T>(part: () => T) => T | undefined
  readonly many: (part: () => void) => void
  readonly separated: (separator: string, part: () => void) => void
  /** Alternatives that their first tokens tell apart; `index` names the choice in its rule. */
  readonly choice: <T>(index: 0 | 1 | 2, alternatives: Alternatives<T>) => T
  /** One of several words. */
  readonly words: (kinds: readonly string[]) => void
  /** Alternatives that a gate tells apart. */
  readonly either: <T>(alternatives: Alternatives<T>) => T
}
