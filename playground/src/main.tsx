// The page's entry: opens what the address names, draws the page, then starts the compiler.

import { render } from "preact"
import { language } from "./language/session.ts"
import { openShared } from "./share/actions.ts"
import { App } from "./shell/app.tsx"
import { explained } from "./shell/explain.tsx"
import { openExample, openFirst } from "./state/project.ts"
import { embedded, tell } from "./state/view.ts"

const address = new URLSearchParams(location.search)
embedded.value = address.has("embed")

function followHash(): void {
  const code = /^#explain\/(AF\d+)$/.exec(location.hash)?.[1]
  if (code !== undefined) {
    explained.value = code
    history.replaceState(null, "", location.pathname + location.search)
  } else if (/^#v\d+\./.test(location.hash)) void openShared()
}

const wanted = address.get("example")
openFirst()
if (location.hash !== "") followHash()
else if (wanted !== null) void openExample(wanted).catch((problem: unknown) => tell(String(problem), "error"))
render(<App />, document.getElementById("app")!)
document.documentElement.dataset["ready"] = "page"
performance.mark("agentflow.editable")
addEventListener("hashchange", followHash)
void language().then(() => {
  document.documentElement.dataset["ready"] = "compiler"
}, () => undefined)
if ("serviceWorker" in navigator && location.protocol !== "file:") {
  addEventListener("load", () => void navigator.serviceWorker.register("offline.js").catch(() => undefined))
}
