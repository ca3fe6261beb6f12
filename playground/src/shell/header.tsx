// The bar on top: which example, and what can be done with the whole project.

import { build } from "virtual:build"
import { example, openExample } from "../state/project.ts"
import { embedded, setTheme, tell, theme, type Theme } from "../state/view.ts"
import { downloadProject, shareProject } from "../share/actions.ts"
import { Icon, type IconName } from "./icons.tsx"

const themes: readonly { readonly id: Theme; readonly label: string; readonly icon: IconName }[] = [
  { id: "dark", label: "Dark", icon: "moon" }, { id: "light", label: "Light", icon: "sun" }, { id: "contrast", label: "High contrast", icon: "contrast" },
]

export function Header() {
  const current = themes.find(({ id }) => id === theme.value)!
  const next = themes[(themes.indexOf(current) + 1) % themes.length]!
  const title = build.examples.find(({ id }) => id === example.value)
  return (
    <header class="header">
      <h1 class="visually-hidden">AgentFlow playground</h1>
      <a class="brand" href="./">
        <img src="icon.svg" width="26" height="26" alt="" /><span class="brand-name">AgentFlow</span><span class="brand-part">playground</span>
      </a>
      <label class="field example"><span class="visually-hidden">Example</span>
        <select value={example.value} onChange={(event) => void openExample(event.currentTarget.value).catch((problem: unknown) => tell(String(problem), "error"))}>
          {example.value === "" ? <option value="">Your project</option> : null}
          {build.examples.map(({ id, title: text, summary }) => <option key={id} value={id} title={summary}>{text}</option>)}
        </select>
      </label>
      <p class="header-summary">{title?.summary ?? ""}</p>
      <div class="header-actions">
        <button type="button" class="button button-quiet" onClick={() => setTheme(next.id)} aria-label={`Theme: ${current.label}. Change to ${next.label}`} title={`Theme: ${current.label}`}><Icon name={current.icon} /></button>
        <button type="button" class="button" onClick={() => void downloadProject()}><Icon name="download" /><span class="button-text">Download</span></button>
        <button type="button" class="button button-primary" onClick={() => void shareProject()}><Icon name="share" /><span class="button-text">Share</span></button>
        {embedded.value ? <a class="button" href={location.href.replace(/[?&]embed\b/, "")} target="_blank" rel="noopener">Open</a> : null}
      </div>
    </header>
  )
}
