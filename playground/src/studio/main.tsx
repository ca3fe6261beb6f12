// The Studio's entry: draws the page and starts to follow the server of `agentflow dev`.

import { render } from "preact"
import { Studio } from "./app.tsx"
import { hasToken } from "./client.ts"
import { start } from "./state.ts"

render(<Studio />, document.getElementById("app")!)
if (hasToken) start()
document.documentElement.dataset["ready"] = "page"
