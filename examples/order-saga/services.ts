// Plays the warehouse, the bank and the parcel service.

import { isProgram, serveFromCommandLine } from "../shared/local-services.ts"
import type { World } from "../shared/local-services.ts"

const unavailable = { status: 503 }
const noCourier = { status: 409, body: { error: "no courier goes there" }, times: Infinity }

export const world: World = {
  routes: {
    "POST /reservations": ({ count }) => ({ status: 201, body: { id: `r${count}` } }),
    "DELETE /reservations/*": () => ({ status: 200 }),
    "POST /charges": ({ count }) => ({ status: 201, body: { id: `c${count}` } }),
    "POST /charges/*/refund": () => ({ status: 200 }),
    "POST /shipments": ({ count }) => ({ status: 201, body: { tracking: `P-${1000 + count}` } }),
  },
  scenarios: {
    // The bank charges and loses its answer: the retry carries the same key.
    usual: { "POST /charges": [{ ...unavailable, answerLost: true }] },
    "no-courier": { "POST /shipments": [noCourier] },
    "stock-down": { "POST /shipments": [noCourier], "DELETE /reservations/*": [{ ...unavailable, times: 3 }] },
    "bank-down": { "POST /shipments": [noCourier], "POST /charges/*/refund": [{ ...unavailable, times: 3 }] },
  },
}

if (isProgram(import.meta.filename)) await serveFromCommandLine(world)
