// The bookings, played here by files of one folder; the idempotency key makes a second attempt find the first one's booking.

import { createHash } from "node:crypto"
import { mkdir, rm, writeFile } from "node:fs/promises"
import { ToolError, type ToolContext } from "@agentflow/runtime"

interface Trip {
  from: string
  to: string
  days: number
}
interface Booking {
  id: string
}

const folder = "bookings"

async function book(kind: string, trip: Trip, { idempotencyKey }: ToolContext): Promise<Booking> {
  const id = `${kind}-${createHash("sha256").update(idempotencyKey).digest("hex").slice(0, 8)}`
  await mkdir(folder, { recursive: true })
  await writeFile(`${folder}/${id}.json`, JSON.stringify(trip))
  return { id }
}

export async function bookFlight(trip: Trip, context: ToolContext): Promise<Booking> {
  return book("flight", trip, context)
}

export async function cancelFlight(id: string): Promise<void> {
  await rm(`${folder}/${id}.json`, { force: true })
}

export async function bookHotel(trip: Trip, context: ToolContext): Promise<Booking> {
  return book("hotel", trip, context)
}

export async function cancelHotel(id: string): Promise<void> {
  await rm(`${folder}/${id}.json`, { force: true })
}

export async function charge(trip: Trip, context: ToolContext): Promise<Booking> {
  if (trip.days > 14) throw new ToolError("denied", `the card does not cover ${trip.days} days`)
  return book("receipt", trip, context)
}
