// Starts the worker that runs programs, as a Blob: so it has this page's policy, under which nothing can be connected to.
addEventListener("message", ({ data, source, origin, ports: [port] }) => {
  if (origin !== location.origin || source !== parent || port === undefined) return
  const url = URL.createObjectURL(new Blob([data.code], { type: "text/javascript" }))
  const worker = new Worker(url, { type: "module", name: "simulation" })
  worker.addEventListener("error", (event) => port.postMessage({ failed: event.message || "the worker did not start" }))
  worker.postMessage({ port }, [port])
})
parent.postMessage({ runner: "ready" }, location.origin)
