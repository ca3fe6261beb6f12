// Colours of the picture: text and what it stands on differ by 4.5:1 or more, in both themes; a test computes it.

export interface Theme {
  readonly [token: string]: string
}

/** Names of the custom properties, without `--af-`. `*-fill` is what texts of that kind stand on. */
export const light: Theme = {
  ground: "#ffffff", text: "#1a1f2b", muted: "#525c6e", line: "#8390a5", card: "#ffffff", "card-line": "#c9d1de",
  group: "#f5f7fa", "group-line": "#d5dbe5", badge: "#eef1f6", "badge-text": "#404a5c", label: "#ffffff",
  tool: "#0b62c4", "tool-fill": "#eaf3fe", agent: "#6d3fc4", "agent-fill": "#f2ecfd", human: "#93530a", "human-fill": "#fdf1dd",
  workflow: "#07706a", "workflow-fill": "#e0f4f1", control: "#465165", "control-fill": "#edf0f5", fail: "#b3231f", "fail-fill": "#fdebea",
  undo: "#a1440c", "undo-fill": "#fdeee3", shadow: "#1a1f2b1a",
}

export const dark: Theme = {
  ground: "#0f131b", text: "#e8ecf4", muted: "#a3aec0", line: "#6f7d94", card: "#191f2b", "card-line": "#343e50",
  group: "#141923", "group-line": "#2b3444", badge: "#262e3d", "badge-text": "#c3ccda", label: "#0f131b",
  tool: "#7cb8ff", "tool-fill": "#14283f", agent: "#c4a5ff", "agent-fill": "#281f42", human: "#f2b65c", "human-fill": "#382813",
  workflow: "#5fd3c6", "workflow-fill": "#0f302d", control: "#b4bfd1", "control-fill": "#232b39", fail: "#ff938d", "fail-fill": "#3d1b1d",
  undo: "#f7a06b", "undo-fill": "#38221a", shadow: "#00000066",
}

function declared(theme: Theme): string {
  return Object.entries(theme).map(([name, colour]) => `--af-${name}:${colour}`).join(";")
}

const kinds = ["tool", "agent", "human", "workflow", "control", "fail", "undo"]

/** For a page that shows the picture inside itself and has its own theme: set `data-theme` on the picture or around it. */
export const graphCss = [
  `.af-graph{${declared(light)};font-family:ui-sans-serif,"Helvetica Neue",Arial,"Liberation Sans",sans-serif;background:var(--af-ground)}`,
  `@media (prefers-color-scheme:dark){.af-graph{${declared(dark)}}}`,
  `[data-theme=light] .af-graph,.af-graph[data-theme=light]{${declared(light)}}`,
  `[data-theme=dark] .af-graph,.af-graph[data-theme=dark]{${declared(dark)}}`,
  ".af-graph text{fill:var(--af-text)}",
  ".af-title{font-size:13px;font-weight:700}.af-graph .af-kind{font-size:10.5px;fill:var(--af-muted)}.af-graph .af-detail{font-size:11px;fill:var(--af-muted)}.af-graph .af-cost{font-size:11px;fill:var(--af-muted)}",
  ".af-badge rect{fill:var(--af-badge)}.af-graph .af-badge text{font-size:10.5px;fill:var(--af-badge-text)}",
  ".af-frame{fill:var(--af-card);stroke:var(--af-card-line)}",
  ".af-group>.af-frame{fill:var(--af-group);stroke:var(--af-group-line)}.af-region>.af-frame{fill:none;stroke:var(--af-group-line);stroke-dasharray:2 4}",
  ".af-pill>.af-frame,.af-end>.af-frame{fill:var(--af-control-fill);stroke:none}",
  ...kinds.map((kind) => `.af-is-${kind}{--af-ink:var(--af-${kind});--af-tint:var(--af-${kind}-fill)}`),
  ".af-graph .af-card>.af-kind,.af-graph .af-start>.af-kind{fill:var(--af-ink)}.af-strip{fill:var(--af-ink)}",
  ".af-card>.af-frame{filter:drop-shadow(0 1px 2px var(--af-shadow))}",
  ".af-start>.af-frame{fill:var(--af-tint);stroke:var(--af-ink)}.af-start .af-badge rect{fill:var(--af-card)}",
  ".af-decision>.af-frame{fill:var(--af-tint);stroke:var(--af-ink)}.af-graph .af-decision>.af-title{fill:var(--af-ink)}.af-graph .af-group>.af-title{fill:var(--af-control)}",
  ".af-pill.af-is-fail>.af-frame,.af-pill.af-is-workflow>.af-frame,.af-pill.af-is-human>.af-frame{fill:var(--af-tint)}.af-graph .af-pill>.af-detail{fill:var(--af-ink)}.af-pill .af-badge rect{fill:var(--af-card)}",
  ".af-link>.af-frame{fill:var(--af-tint);stroke:var(--af-ink);stroke-opacity:.45}.af-graph .af-link>.af-kind{fill:var(--af-ink)}.af-graph .af-link>.af-detail{fill:var(--af-text)}.af-link.af-is-undo>.af-frame{stroke-dasharray:3 3;stroke-opacity:.8}",
  ".af-edge{fill:none;stroke:var(--af-line);stroke-width:1.5}.af-edge-link{stroke-width:1.2;stroke-dasharray:2 3}.af-edge-error{stroke:var(--af-fail);stroke-dasharray:5 4}.af-edge-undo{stroke:var(--af-undo);stroke-dasharray:5 4}",
  ".af-tip,.af-dot{fill:var(--af-line)}.af-tip-error{fill:var(--af-fail)}.af-tip-undo{fill:var(--af-undo)}",
  ".af-label rect{fill:var(--af-label);stroke:var(--af-group-line)}.af-graph .af-label text{font-size:11px;fill:var(--af-muted)}.af-graph .af-label-error text{fill:var(--af-fail)}",
].join("\n")

/** Which of the colours a kind of box has. */
export function tintOf(kind: string): string {
  switch (kind) {
    case "tool":
    case "agent":
    case "human":
    case "workflow":
    case "undo":
    case "fail":
      return kind
    case "manual":
    case "approval":
    case "wait":
      return "human"
    case "handoff":
      return "agent"
    case "start":
    case "return":
    case "end":
      return "workflow"
    default:
      return "control"
  }
}
