// The server's own answers as the page sees them.

import type { ProtocolBox, ProtocolLayout, ProtocolNode } from "../../../server/own.ts"

export type OwnGraph = ProtocolLayout
export type OwnNode = ProtocolNode
export type OwnBox = ProtocolBox
export type OwnEdge = ProtocolLayout["layout"]["edges"][number]
