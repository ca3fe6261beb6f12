// Service worker: after the first load the playground opens without a network. Files are named by their content.
const version = "%version%"
const files = "%files%"

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(version).then((cache) => cache.addAll(["./", ...files])).then(() => self.skipWaiting()))
})

self.addEventListener("activate", (event) => {
  event.waitUntil(caches.keys().then((names) => Promise.all(names.filter((name) => name !== version).map((name) => caches.delete(name)))).then(() => self.clients.claim()))
})

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url)
  if (event.request.method !== "GET" || url.origin !== self.location.origin || url.pathname.includes("/api/")) return
  event.respondWith(caches.open(version).then((cache) => cache.match(event.request, { ignoreSearch: event.request.mode === "navigate" })).then((kept) => kept ?? fetch(event.request)))
})
