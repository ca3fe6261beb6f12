// The bar on top: which example, and what can be done with the whole project.

import { build } from "virtual:build"
import { example, openExample } from "../state/project.ts"
import { embedded, tell } from "../state/view.ts"
import { downloadProject, shareProject } from "../share/actions.ts"
import { galleryOpen } from "./gallery.tsx"
import { Icon } from "./icons.tsx"
import { ThemeButton } from "./theme-button.tsx"

export function Header() {
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
      <button type="button" class="button button-quiet gallery-button" aria-label="Gallery of the examples" title="Gallery of the examples" aria-haspopup="dialog" onClick={() => { galleryOpen.value = true }}><Icon name="matrix" /></button>
      <p class="header-summary">{title?.summary ?? ""}</p>
      <div class="header-actions">
        <ThemeButton />
        <button type="button" class="button" onClick={() => void downloadProject().catch((problem: unknown) => tell(String(problem), "error"))}><Icon name="download" /><span class="button-text">Download</span></button>
        <button type="button" class="button button-primary" onClick={() => void shareProject()}><Icon name="share" /><span class="button-text">Share</span></button>
        {embedded.value ? <a class="button" href={location.href.replace(/[?&]embed\b/, "")} target="_blank" rel="noopener">Open</a> : null}
      </div>
    </header>
  )
}
