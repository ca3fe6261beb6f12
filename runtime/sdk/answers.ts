// All answers of a worker in one stream, where the sidecar offers it: a call for each is most of what a small step costs.

import { varint } from "./fields.ts"

interface Metadata {
  get(name: string): readonly unknown[]
}

/** The parts of a gRPC call that are used. */
interface Incoming {
  on(event: "data", listen: (message: never) => void): unknown
  on(event: "metadata", listen: (metadata: Metadata) => void): unknown
  on(event: "end" | "error" | "close", listen: (error?: unknown) => void): unknown
}

interface Duplex<Request> extends Incoming {
  write(request: Request): unknown
  end(): unknown
  cancel(): void
}

const offered = "agentflow-answers"
const path = "/TaskHubSidecarService/AnswerWork"
const workPath = "/TaskHubSidecarService/GetWorkItems"
/** Tags of length-delimited fields: field number * 8 + 2. */
const tags = { turn: 0x0a, activity: 0x12 } as const

interface Message {
  serializeBinary(): Uint8Array
}

interface Answer {
  readonly tag: number
  readonly message: Message
}

/** Of the SDK's generated client. */
export interface AnsweringStub {
  getWorkItems(request: unknown): Incoming
  makeBidiStreamRequest<Request, Response>(
    method: string, serialize: (value: Request) => Buffer, deserialize: (bytes: Buffer) => Response,
  ): Duplex<Request>
  close(): void
}

type ServerStreamRequest = (path: string, serialize: (request: Message) => Buffer, read: (bytes: Buffer) => object, request: Message) => Incoming

export type Ask = (message: unknown) => Promise<unknown>

interface Waiting {
  readonly resolve: (value?: unknown) => void
  readonly reject: (error: unknown) => void
}

interface Stream {
  readonly call: Duplex<Answer>
  /** In the order in which they were sent, which is that of the acknowledgements. */
  readonly waiting: Waiting[]
}

/** From now on the stub's work items are read in this way; `read` makes a message of the SDK. */
export function readWork(stub: AnsweringStub & { makeServerStreamRequest?: unknown }, read: (bytes: Uint8Array) => object): void {
  const { makeServerStreamRequest } = stub as { makeServerStreamRequest?: ServerStreamRequest }
  if (typeof makeServerStreamRequest !== "function") return
  stub.getWorkItems = (request) => makeServerStreamRequest.call(stub, workPath, encodeRequest, read, request as Message)
}

/** From now on the stub's answers take the stream while there is one, and `ask`, a call of their own, while there is none. */
export function streamAnswers(stub: AnsweringStub): (kind: keyof typeof tags, ask: Ask) => Ask {
  let stream: Stream | undefined
  const open = (): void => {
    if (stream) return
    const call = stub.makeBidiStreamRequest<Answer, number>(path, encode, countIn)
    const opened: Stream = { call, waiting: [] }
    stream = opened
    const lost = (error: unknown): void => {
      if (stream === opened) stream = undefined
      for (const { reject } of opened.waiting.splice(0)) reject(error)
    }
    call.on("data", (count: number) => {
      for (const { resolve } of opened.waiting.splice(0, count)) resolve()
    })
    call.on("error", lost)
    call.on("end", () => lost(new Error("the sidecar ended the stream of answers")))
  }
  /** What is answered after the end of the work has a call of its own, so that a sidecar that stops has no open stream. */
  const leave = (): void => {
    stream?.call.end()
    stream = undefined
  }
  const { getWorkItems, close } = { getWorkItems: stub.getWorkItems.bind(stub), close: stub.close.bind(stub) }
  stub.getWorkItems = (request) => {
    const work = getWorkItems(request)
    work.on("metadata", (metadata: Metadata) => {
      if (metadata.get(offered)[0] === "1") open()
    })
    for (const event of ["end", "error", "close"] as const) work.on(event, leave)
    return work
  }
  stub.close = () => {
    stream?.call.cancel()
    stream = undefined
    close()
  }
  return (kind, ask) => (message) => {
    if (!stream) return ask(message)
    const { call, waiting } = stream
    return new Promise((resolve, reject) => {
      waiting.push({ resolve, reject })
      call.write({ tag: tags[kind], message: message as Message })
    })
  }
}

function encodeRequest(request: Message): Buffer {
  return Buffer.from(request.serializeBinary())
}

function encode({ tag, message }: Answer): Buffer {
  const content = message.serializeBinary()
  return Buffer.concat([Buffer.of(tag, ...varint(content.length)), content])
}

/** The message has one field, a count, after a tag of one byte. */
function countIn(bytes: Buffer): number {
  return bytes.subarray(1).reduceRight((count, byte) => count * 128 + (byte & 0x7f), 0)
}
