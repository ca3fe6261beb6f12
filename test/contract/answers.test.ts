// The stream of answers: offered to workers of ours alone, acknowledged when what it brought is on disk, and never a must.

import { EventEmitter } from "node:events"
import { join } from "node:path"
import { Client, Metadata, credentials } from "@grpc/grpc-js"
import type { ClientDuplexStream, ClientReadableStream, MethodDefinition } from "@grpc/grpc-js"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { streamAnswers } from "../../runtime/sdk/answers.ts"
import type { AnsweringStub } from "../../runtime/sdk/answers.ts"
import { connect } from "../../sidecar/client.ts"
import type { TaskHubClient } from "../../sidecar/client.ts"
import { loadProtocol } from "../../sidecar/grpc/protocol.ts"
import { startSidecar } from "../../sidecar/start.ts"
import type { Sidecar } from "../../sidecar/start.ts"
import { temporaryFolder, until } from "./harness.ts"

describe("the sidecar's stream of answers", () => {
  let sidecar: Sidecar
  let own: TaskHubClient
  const folder = temporaryFolder()
  const open: Client[] = []
  beforeEach(async () => {
    sidecar = await startSidecar({ file: join(folder.path, `${crypto.randomUUID()}.db`) })
    own = connect(sidecar)
  })
  afterEach(async () => {
    own.close()
    for (const client of open.splice(0)) client.close()
    await sidecar.close()
    folder.remove()
  })

  const { taskHub } = loadProtocol()
  const worker = (userAgent: string) => {
    const client = new Client(`127.0.0.1:${sidecar.grpcPort}`, credentials.createInsecure(), { "grpc.primary_user_agent": userAgent })
    open.push(client)
    const work = taskHub["GetWorkItems"] as MethodDefinition<object, Item>
    const answer = taskHub["AnswerWork"] as MethodDefinition<object, { readonly count: number }>
    const stream: ClientReadableStream<Item> = client.makeServerStreamRequest(work.path, work.requestSerialize, work.responseDeserialize, {})
    stream.on("error", () => {})
    const answers = (): ClientDuplexStream<object, { readonly count: number }> =>
      client.makeBidiStreamRequest(answer.path, answer.requestSerialize, answer.responseDeserialize)
    return { stream, answers }
  }

  it("is offered to a worker that announces itself, and to no other", async () => {
    for (const [userAgent, offered] of [["agentflow/1 items=9", ["1"]], ["dapr-js-sdk/workflow", []]] as const) {
      const { stream } = worker(userAgent)
      const metadata = new Promise<Metadata>((resolve) => stream.once("metadata", resolve))
      await own.start({ name: "any" })
      expect((await metadata).get("agentflow-answers")).toEqual(offered)
      stream.cancel()
    }
  })

  it("takes turns and activities, and counts what is on disk", async () => {
    const { stream, answers } = worker("agentflow/1 items=9")
    const channel = answers()
    let acknowledged = 0
    const ended = new Promise((resolve) => channel.once("end", resolve))
    channel.on("data", ({ count }) => { acknowledged += count })
    const id = own.start({ name: "steps" })
    stream.on("data", ({ orchestratorRequest: turn, activityRequest: activity }: Item) => {
      const instanceId = turn?.instanceId ?? activity?.orchestrationInstance.instanceId
      if (activity) return void channel.write({ activity: { instanceId, taskId: activity.taskId, result: { value: "7" } } })
      const result = turn?.newEvents.find(({ taskCompleted }) => taskCompleted)?.taskCompleted?.result
      const action = result
        ? { id: 2, completeOrchestration: { orchestrationStatus: 1, result } }
        : { id: 1, scheduleTask: { name: "step" } }
      channel.write({ turn: { instanceId, actions: [action] } })
    })
    expect(await own.waitForEnd(await id)).toMatchObject({ status: "completed", output: "7" })
    await until("three acknowledgements", () => acknowledged === 3)
    // An answer that nobody waits for is taken as well, as its own call would be.
    channel.end({ activity: { instanceId: "nobody", taskId: 1 } })
    await ended
    expect(acknowledged).toBe(4)
  })
})

interface Item {
  readonly orchestratorRequest?: {
    readonly instanceId: string
    readonly newEvents: readonly { readonly taskCompleted?: { readonly result: object } }[]
  }
  readonly activityRequest?: { readonly taskId: number; readonly orchestrationInstance: { readonly instanceId: string } }
}

/** The sides of a stream that nothing is behind. */
function fake() {
  const work = new EventEmitter()
  const written: Buffer[] = []
  let encode: (value: unknown) => Buffer
  let ends = 0
  const answers = Object.assign(new EventEmitter(), {
    write: (value: unknown) => written.push(encode(value)), end: () => { ends++ }, cancel: () => { ends++ },
  })
  const stub = {
    getWorkItems: () => work,
    makeBidiStreamRequest: (_path: string, serialize: (value: unknown) => Buffer) => {
      encode = serialize
      return answers
    },
    close: () => {},
  } as unknown as AnsweringStub
  return { stub, work, answers, written, ends: () => ends }
}

describe("a worker's stream of answers", () => {
  const message = { serializeBinary: () => Buffer.alloc(300, 1) }
  const asked: unknown[] = []
  const ask = async (one: unknown) => void asked.push(one)
  const offer = new Metadata()
  offer.set("agentflow-answers", "1")
  beforeEach(() => void asked.splice(0))

  it("is not opened where nobody offers it", async () => {
    const { stub, work } = fake()
    const answer = streamAnswers(stub)("turn", ask)
    stub.getWorkItems({})
    work.emit("metadata", new Metadata())
    await answer(message)
    expect(asked).toEqual([message])
  })

  it("carries answers until the work ends, and settles them as they are acknowledged", async () => {
    const { stub, work, answers, written, ends } = fake()
    const answer = streamAnswers(stub)("activity", ask)
    stub.getWorkItems({})
    work.emit("metadata", offer)
    const settled: number[] = []
    const all = [0, 1, 2].map((number) => answer(message).then(() => settled.push(number)))
    expect(written[0]?.subarray(0, 3)).toEqual(Buffer.of(0x12, 0xac, 0x02))
    expect(written[0]?.length).toBe(303)
    answers.emit("data", 2)
    await Promise.all(all.slice(0, 2))
    expect(settled).toEqual([0, 1])
    work.emit("end")
    work.emit("close")
    expect(ends()).toBe(1)
    await answer(message)
    expect(asked).toEqual([message])
    answers.emit("data", 1)
    await all[2]
  })

  it("fails what a lost connection leaves open, as a call of its own would", async () => {
    const { stub, work, answers } = fake()
    const answer = streamAnswers(stub)("turn", ask)
    stub.getWorkItems({})
    work.emit("metadata", offer)
    const open = answer(message)
    answers.emit("error", new Error("gone"))
    await expect(open).rejects.toThrow("gone")
    await answer(message)
    expect(asked).toEqual([message])
  })
})
