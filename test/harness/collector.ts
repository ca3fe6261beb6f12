// Takes the traces of an example's worker, and reads the spans in them.

import type { Example } from "./example.ts"

/** Takes what the worker tells by OpenTelemetry. */
export const collector = { routes: { "POST /v1/traces": () => ({ status: 200 }) } }

export interface Span {
  readonly name: string
  readonly attributes: readonly { readonly key: string; readonly value: { readonly stringValue?: string } }[]
}

interface Exported {
  readonly resourceSpans: readonly { readonly scopeSpans: readonly { readonly spans: readonly Span[] }[] }[]
}

export function spansIn({ services }: Example): readonly Span[] {
  const bodies = services.received().map(({ body }) => body as unknown as Exported)
  return bodies.flatMap(({ resourceSpans }) => resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans)))
}

export function attribute(span: Span, name: string): string | undefined {
  return span.attributes.find(({ key }) => key === name)?.value.stringValue
}
