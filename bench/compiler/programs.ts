// Programs of a wished length, the same for the same length: ours, and what says about the same to each peer.

/** What stands in front, and one unit that is repeated with its number until the length is reached. */
interface Shape {
  readonly head: string
  readonly unit: (number: number) => string
}

/** Chains of types are cut after eight: some peers take seconds for deep ones, which is not what is measured here. */
const chain = 8

export function program(language: keyof typeof shapes, lines: number): string {
  const { head, unit } = shapes[language]
  const parts = [head]
  let length = linesOf(head)
  for (let number = 0; length < lines; number++) {
    const part = unit(number)
    parts.push(part)
    length += linesOf(part)
  }
  return parts.join("\n")
}

export function linesOf(text: string): number {
  return text.split("\n").length
}

/** So many levels of everything that is deep, below what the language allows. */
const levels = 30

const numbered = (count: number, part: (number: number) => string): string => Array.from({ length: count }, (_, number) => part(number)).join("")

const shapes = {
  /** Chains: of types and of workflows, as long as the program; of blocks, operators and members. */
  agentflowDeep: {
    head: numbered(levels, (number) => `type Far${number} {
  value: int${number === 0 ? "" : `\n  far: Far${number - 1}`}
}
`),
    unit: (number: number) => `type Link${number} {
  value: int
  next: ${number === 0 ? `Far${levels - 1}` : `Link${number - 1}`}
}

workflow Call${number}(count: int, link: Link${number}, far: Far${levels - 1}): int {
  dead letter "calls.failed"

${numbered(levels, (level) => `${"  ".repeat(level + 1)}if count > ${level} {\n`)}${"  ".repeat(levels + 1)}log "deep: {count}"
${numbered(levels, (level) => `${"  ".repeat(levels - level)}}\n`)}  let sum = count${numbered(levels, (each) => `\n    + count * ${each}`)}
  let members = far${".far".repeat(levels - 1)}.value + link.value
  ${number === 0 ? "return sum + members" : `let below = Call${number - 1}(sum + members, link.next, far)\n  return below`}
}
`,
  },
  agentflow: {
    head: `model fast = openai("gpt-4o-mini") { price $0.15 in, $0.60 out per 1M tokens   context 128k   output 16k }
`,
    unit: (number: number) => `/// Order ${number} as the shop sends it.
type Order${number} {
  id: string
  customer: string @maxLength(80)
  total: number @min(0)
  items: string[] @maxItems(20)
  note: string?${number % chain === 0 ? "" : `\n  parent: Order${number - 1}?`}
}

enum Verdict${number} { accept, revise, reject }

error Sold${number} { sku: string }

policy web${number} {
  retry 3 times on rate_limited, unavailable, timeout backoff 1s to 30s jitter
  timeout 20s
}

tool find${number}(id: string): Order${number} = GET "https://shop.example/${number}/orders/{id}" {
  reads
  use web${number}
}

tool post${number}(order: Order${number}, text: string): string = POST "https://shop.example/${number}/posts" {
  writes
  idempotent
  body { order, text }
  use web${number}
  compensate unpost${number}(result)
}

tool unpost${number}(id: string) = DELETE "https://shop.example/${number}/posts/{id}" {
  writes
  idempotent
}

agent Write${number}(order: Order${number}, verdict: Verdict${number}): string {
  model fast
  instructions "You write short letters."
  prompt "Write to {order.customer} about {order.items}, which is {verdict}."
  budget 40k tokens, $0.05
}

workflow Handle${number}(ids: string[], verdict: Verdict${number}): string[] {
  budget $2, 400k tokens
  deadline 2d
  dead letter "orders.failed"

  let orders = for id in ids, 5 at a time, skip failures {
    find${number}(id)
  }
  let large = orders.filter(order => order.total > ${number} and order.note != nothing)
  let texts = for order in large.take(10) {
    Write${number}(order, verdict)
  }
  match verdict {
    Verdict${number}.accept => log "accepted {texts.length} of {orders.length}"
    Verdict${number}.revise => fail Sold${number}("nothing left", { sku: "sku-${number}" })
    Verdict${number}.reject => log "rejected"
  }
  let first = large.find(order => order.total > 100)
  if first != nothing {
    try {
      post${number}(first, texts.join(", "))
    } catch rate_limited, unavailable as e {
      log "later: {e.message}"
    }
  }
  return texts.map(text => text.trim()).distinct()
}
`,
  },

  typespec: {
    head: `import "@typespec/http";
import "@typespec/openapi3";
using Http;

@service(#{ title: "Shop" })
namespace Shop;
`,
    unit: (number: number) => `/** Order ${number} as the shop sends it. */
model Order${number} {
  id: string;
  @maxLength(80)
  customer: string;
  @minValue(0)
  total: float64;
  @maxItems(20)
  items: string[];
  note?: string;${number % chain === 0 ? "" : `\n  parent?: Order${number - 1};`}
}

enum Verdict${number} {
  accept,
  revise,
  reject,
}

@error
model Sold${number} {
  @statusCode status: 409;
  sku: string;
}

union Answer${number} {
  text: string,
  order: Order${number},
}

model Letter${number} {
  order: Order${number};
  verdict: Verdict${number};
  /** What it says. */
  @minLength(1)
  text: string;
  answers: Answer${number}[];
}

@route("/orders${number}")
interface Orders${number} {
  @get find(@path id: string): Order${number} | Sold${number};
  @post create(@body order: Order${number}): Letter${number} | Sold${number};
  @delete remove(@path id: string): void;
  @route("all") @get list(@query ids: string[], @query verdict?: Verdict${number}): Order${number}[];
}

@route("/letters${number}")
interface Letters${number} {
  @get find(@path id: string, @query verdict: Verdict${number} = Verdict${number}.accept): Letter${number};
  @put replace(@path id: string, @body letter: Letter${number}): Letter${number} | Sold${number};
  @delete remove(@path id: string): void;
}

alias Short${number} = PickProperties<Letter${number}, "text" | "verdict">;

@route("/short${number}")
op short${number}(@query verdict: Verdict${number}): Short${number};
`,
  },

  langium: {
    head: "",
    unit: (number: number) => `type Order${number} {
  id: string
  customer: string max 80
  total: number
  items: string[]
  note: string?${number % chain === 0 ? "" : `\n  parent: Order${number - 1}?`}
}

enum Verdict${number} { accept, revise, reject }

error Sold${number} { sku: string }

policy web${number} {
  retry 3 timeout 20
}

tool find${number}(id: string): Order${number} {
  reads
  use web${number}
}

tool post${number}(order: Order${number}, text: string): string {
  writes
  use web${number}
  compensate unpost${number}
}

tool unpost${number}(id: string): bool {
  writes
  use web${number}
}

agent Write${number}(order: Order${number}, verdict: Verdict${number}): string {
  prompt "Write a letter"
  budget 40000
}

workflow Handle${number}(id: string, verdict: Verdict${number}): string {
  budget 400000
  let order = find${number}(id)
  let text = Write${number}(order, verdict)
  let size = 12 + ${number} * 3 - (4 + 5)
  if size > 3 {
    let posted = post${number}(order, text)
    log posted
  } else {
    log "small"
  }
  match verdict {
    accept => log text
    revise => fail Sold${number}
    reject => log "rejected"
  }
  return text
}
`,
  },

  baml: {
    head: `generator target {
  output_type "typescript"
  output_dir "../"
  version "0.226.2"
  default_client_mode async
}

client<llm> Fast {
  provider openai
  options {
    model "gpt-4o-mini"
  }
}
`,
    unit: (number: number) => `/// Order ${number} as the shop sends it.
class Order${number} {
  id string
  customer string @description("At most 80 characters")
  total float
  items string[]
  note string?${number % chain === 0 ? "" : `\n  parent Order${number - 1}?`}
}

enum Verdict${number} {
  Accept
  Revise
  Reject
}

class Sold${number} {
  sku string
}

class Letter${number} {
  order Order${number}
  verdict Verdict${number}
  text string @description("What it says")
  answers (string | Order${number})[]
}

function Find${number}(id: string) -> Order${number} {
  client Fast
  prompt #"
    Find the order {{ id }}.
    {{ ctx.output_format }}
  "#
}

function Write${number}(order: Order${number}, verdict: Verdict${number}) -> Letter${number} {
  client Fast
  prompt #"
    {{ _.role("system") }}
    You write short letters.
    {{ _.role("user") }}
    Write to {{ order.customer }} about:
    {% for item in order.items %}
      - {{ item }}
    {% endfor %}
    which is {{ verdict }}.
    {{ ctx.output_format }}
  "#
}

function Judge${number}(letters: Letter${number}[]) -> Verdict${number} {
  client Fast
  prompt #"
    Judge these letters:
    {% for letter in letters %}
      {{ letter.text }}
    {% endfor %}
    {{ ctx.output_format }}
  "#
}
`,
  },
} as const satisfies Readonly<Record<string, Shape>>
