// LangGraph.js with its SQLite saver, made to sync in full: its default acknowledges before the disk has it.

import { join } from "node:path"
import { Unavailable } from "../contender.ts"
import type { Contender, OpenOptions } from "../contender.ts"

export async function open({ folder }: OpenOptions): Promise<Contender> {
  const { Annotation, END, Send, START, StateGraph } = await load(() => import("@langchain/langgraph"))
  const { SqliteSaver } = await load(() => import("@langchain/langgraph-checkpoint-sqlite"))
  const checkpointer = SqliteSaver.fromConnString(join(folder, "graph.db"))
  checkpointer.db.pragma("journal_mode = wal")
  checkpointer.db.pragma("synchronous = full")
  const State = Annotation.Root({
    number: Annotation<number>(), count: Annotation<number>(),
    results: Annotation<number[]>({ reducer: (left, right) => [...left, ...right], default: () => [] }),
  })
  const next = ({ number }: { readonly number: number }) => ({ number: number + 1 })
  const chain = new StateGraph(State)
    .addNode("a", next).addNode("b", next).addNode("c", next).addNode("d", next).addNode("e", next)
    .addEdge(START, "a").addEdge("a", "b").addEdge("b", "c").addEdge("c", "d").addEdge("d", "e").addEdge("e", END)
    .compile({ checkpointer })
  const wide = new StateGraph(State)
    .addNode("part", ({ number }: { readonly number: number }) => ({ results: [number + 1] }))
    .addConditionalEdges(START, ({ count }) => Array.from({ length: count }, (_, number) => new Send("part", { number })), ["part"])
    .addEdge("part", END)
    .compile({ checkpointer })
  const options = () => ({ configurable: { thread_id: crypto.randomUUID() }, durability: "sync" as const, recursionLimit: 1_000 })
  return {
    async steps() {
      const { number } = await chain.invoke({ number: 0 }, options())
      if (number !== 5) throw new Error(`5 steps gave ${number}`)
    },
    async fanOut(count) {
      const { results } = await wide.invoke({ number: 0, count }, options())
      if (results.length !== count) throw new Error(`${count} steps gave ${results.length}`)
    },
    async close() {
      checkpointer.db.close()
    },
  }
}

async function load<Module>(work: () => Promise<Module>): Promise<Module> {
  try {
    return await work()
  } catch (error) {
    throw new Unavailable(error instanceof Error ? error.message.split("\n")[0]! : String(error))
  }
}
