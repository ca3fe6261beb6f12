// The run of the program in the simulator.

export function RunPane() {
  return <p class="empty">Runs appear here.</p>
}
