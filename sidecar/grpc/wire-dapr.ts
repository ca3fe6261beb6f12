// The shapes of messages of Dapr's own API as grpc-js hands them over: absent fields are undefined.

export interface WireEtag { readonly value?: string }
export interface WireStateOptions { readonly concurrency?: number; readonly consistency?: number }

export interface WireStateItem {
  readonly key?: string
  readonly value?: Buffer
  readonly etag?: WireEtag
  readonly metadata?: Readonly<Record<string, string>>
  readonly options?: WireStateOptions
}

export interface WireAny { readonly type_url?: string; readonly value?: Buffer }

export interface WireInvoke {
  readonly method?: string
  readonly data?: WireAny
  readonly content_type?: string
  readonly http_extension?: { readonly verb?: number; readonly querystring?: string }
}

export interface WireJob {
  readonly name?: string
  readonly schedule?: string
  readonly repeats?: number
  readonly due_time?: string
  readonly ttl?: string
  readonly data?: WireAny
}

export interface WireTopicRequest {
  readonly initial_request?: {
    readonly pubsub_name?: string
    readonly topic?: string
    readonly metadata?: Readonly<Record<string, string>>
  }
  readonly event_processed?: { readonly id?: string; readonly status?: { readonly status?: number } }
}
