// The timeline of the run that is shown.

export function TimelinePane() {
  return <p class="empty">Start a run to see its steps in time.</p>
}
