// What each compiler offers to be measured, and the loop in which its process answers the questions.

export interface Peer {
  /** Makes ready what a warm compiler has ready: its libraries, its services. */
  readonly open: () => Promise<void>
  /** Everything that tells whether the text is right; throws when it is not, since it is. */
  readonly check: (text: string) => Promise<void>
  /** The same and the worst cases of what a run may spend; ours alone has it. */
  readonly bounds?: (text: string) => Promise<void>
  /** The same and what it writes, in memory; absent for a tool that writes nothing. */
  readonly emit?: (text: string) => Promise<void>
}

export interface Question {
  readonly what: "check" | "bounds" | "emit"
  readonly text: string
  /** How often it is done, each time with a text that differs in its last line; the answer is their median. */
  readonly times: number
}

export interface Answer {
  readonly ms: number
  readonly memoryMiB: number
}

/** Answers questions of the parent process until it hangs up. */
export async function serve(peer: Peer): Promise<void> {
  await peer.open()
  process.on("message", async ({ what, text, times }: Question) => {
    try {
      const work = peer[what]!
      // The rest of the question before is no part of this one.
      globalThis.gc?.()
      const taken: number[] = []
      for (let time = 0; time < times; time++) {
        const different = `${text}// ${time}\n`
        const started = performance.now()
        await work(different)
        taken.push(performance.now() - started)
      }
      const ms = taken.sort((a, b) => a - b)[taken.length >> 1]!
      process.send!({ ms, memoryMiB: process.resourceUsage().maxRSS / 1024 } satisfies Answer)
    } catch (thrown) {
      console.error(thrown)
      process.exit(1)
    }
  })
  process.send!("ready")
}
