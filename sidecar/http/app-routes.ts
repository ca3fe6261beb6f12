// The other parts of the API over HTTP: metadata, publish, bindings, secrets, invocation and jobs.

import { componentsOf, extendedOf, runtimeVersion } from "../api/api.ts"
import type { Api } from "../api/api.ts"
import { invokeBinding } from "../api/bindings.ts"
import { invokeApp } from "../api/invoke.ts"
import type { Job } from "../api/jobs.ts"
import { readAllSecrets, readSecret } from "../api/secrets.ts"
import { jsonObject, parseJson, textOf, textsOf } from "./json.ts"
import type { Request, Response, Route } from "./server.ts"

type AreaRoute = (api: Api, request: Request) => ReturnType<Route>

const areas: Readonly<Record<string, AreaRoute>> = { metadata, publish, bindings, secrets, invoke, jobs }

export function appRoutes(api: Api): Route {
  return (request) => {
    const [area = ""] = request.path
    return Object.hasOwn(areas, area) ? areas[area]?.(api, request) : undefined
  }
}

const done: Response = { status: 204 }

function json(value: unknown): Response {
  return { status: 200, body: JSON.stringify(value) }
}

function metadata(api: Api, { method, path, body }: Request): Response | undefined {
  if (method === "GET" && path.length === 1) {
    return json({
      id: api.appId, runtimeVersion, enabledFeatures: [], actors: [], components: componentsOf(api),
      extended: extendedOf(api), subscriptions: api.topics.subscriptions().map(({ pubsub, topic }) =>
        ({ pubsubname: pubsub, topic, type: "STREAMING" })),
      workflows: { connectedWorkers: api.workers() },
    })
  }
  if (method !== "PUT" || path.length !== 2) return undefined
  api.extended.set(path[1] ?? "", body.toString("utf8"))
  return done
}

function publish(api: Api, { method, path, headers, query, body }: Request): Response | undefined {
  const [, pubsub = "", ...topic] = path
  if ((method !== "POST" && method !== "PUT") || topic.length === 0 || topic[0] === "") return undefined
  const ttl = query.get("metadata.ttlInSeconds")
  api.topics.publish({
    pubsub, topic: topic.join("/"), data: body, contentType: headers["content-type"] ?? "text/plain",
    ...(ttl === null ? {} : { metadata: { ttlInSeconds: ttl } }),
  })
  return done
}

async function bindings(api: Api, { method, path, body }: Request): Promise<Response | undefined> {
  const [, name = ""] = path
  if ((method !== "POST" && method !== "PUT") || path.length !== 2) return undefined
  const { operation, data, metadata: given } = jsonObject(parseJson(body.toString("utf8")))
  const bytes = data === undefined ? "" : typeof data === "string" ? data : JSON.stringify(data)
  const request = { operation: textOf(operation), data: Buffer.from(bytes), metadata: textsOf(given) }
  const answer = await invokeBinding(api, name, request)
  const told = Object.entries(answer.metadata ?? {}).map(([key, value]) => [`metadata.${key}`, value])
  const headers: Readonly<Record<string, string>> = Object.fromEntries(told)
  return answer.data && answer.data.length > 0 ? { status: 200, body: answer.data, headers } : { ...done, headers }
}

function secrets(api: Api, { method, path }: Request): Response | undefined {
  const [, store = "", key = ""] = path
  if (method !== "GET" || path.length !== 3) return undefined
  if (key !== "bulk") return json(readSecret(api, store, key))
  const all = Object.entries(readAllSecrets(api, store)).map(([name, value]) => [name, { [name]: value }])
  return json(Object.fromEntries(all))
}

async function invoke(api: Api, { method, path, query, headers, body }: Request): Promise<Response | undefined> {
  const [, id = "", word, ...rest] = path
  if (word !== "method") return undefined
  const search = query.size > 0 ? `?${query.toString()}` : ""
  const contentType = headers["content-type"]
  const answer = await invokeApp(api, id, {
    method, path: rest.map(encodeURIComponent).join("/") + search, body, ...(contentType ? { contentType } : {}),
  })
  const type = answer.contentType ? { headers: { "content-type": answer.contentType } } : {}
  return { status: answer.status, body: answer.body, ...type }
}

function jobs(api: Api, { method, path, body }: Request): Response | undefined {
  const [, name = ""] = path
  if (path.length !== 2 || !name) return undefined
  if (method === "GET") return json(jobJson(api.jobs.get(name)))
  if (method === "DELETE") {
    api.jobs.remove(name)
    return done
  }
  if (method !== "POST") return undefined
  const { schedule, repeats, dueTime, ttl, data, overwrite } = jsonObject(parseJson(body.toString("utf8")))
  api.jobs.schedule({
    name, schedule: textOf(schedule), dueTime: textOf(dueTime), ttl: textOf(ttl), overwrite: overwrite === true,
    ...(typeof repeats === "number" ? { repeats } : {}),
    ...(data === undefined ? {} : {
      data: { typeUrl: jsonType, base64: Buffer.from(JSON.stringify(data)).toString("base64") },
    }),
  })
  return done
}

const jsonType = "type.googleapis.com/google.protobuf.Value"

function jobJson({ name, schedule, repeats, dueTime, ttl, data }: Job) {
  const value = data && parseJson(Buffer.from(data.base64, "base64").toString("utf8"))
  return {
    name, ...(schedule ? { schedule } : {}), ...(repeats ? { repeats } : {}), ...(dueTime ? { dueTime } : {}),
    ...(ttl ? { ttl } : {}), ...(data ? { data: { "@type": data.typeUrl, value } } : {}),
  }
}
