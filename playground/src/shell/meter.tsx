// Spent and reserved of a budget; without a cap only the amount.

interface MeterProps {
  readonly name: string
  readonly spent: number
  readonly reserved: number
  readonly cap: number | undefined
  readonly text: (value: number) => string
}

export function Meter({ name, spent, reserved, cap, text }: MeterProps) {
  return (
    <div class="meter">
      <div class="meter-text"><span>{name}</span><span class="tnum">{text(spent)}{reserved > 0 ? <span class="meter-held"> + {text(reserved)}</span> : null}{cap === undefined ? "" : ` of ${text(cap)}`}</span></div>
      {cap === undefined ? null : (
        <div class="meter-bar" role="meter" aria-label={`${name} spent`} aria-valuemin={0} aria-valuemax={cap} aria-valuenow={spent} aria-valuetext={`${text(spent)} spent, ${text(reserved)} reserved, of ${text(cap)}`}>
          <span class={`meter-spent${spent + reserved > cap * 0.9 ? " meter-high" : ""}`} style={{ width: `${share(spent, cap)}%` }} /><span class="meter-reserved" style={{ width: `${share(reserved, cap)}%` }} />
        </div>
      )}
    </div>
  )
}

const share = (part: number, cap: number): number => Math.min(100, (part / (cap || 1)) * 100)
