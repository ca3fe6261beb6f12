// The events of the run that is shown, in order.

export function HistoryPane() {
  return <p class="empty">Start a run to see its events.</p>
}
