type ProgressBarProps = { label: string; value: number; maximum: number };

/** How much of a long piece of work is done; it says nothing by itself when it moves. */
export function ProgressBar({ label, value, maximum }: ProgressBarProps) {
  const text = `${value.toLocaleString('en')} of ${maximum.toLocaleString('en')}`;
  return (
    <div
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={maximum}
      aria-valuenow={value}
      aria-valuetext={text}
      className="h-2 overflow-hidden rounded-full bg-sunken"
    >
      <div
        className="h-full rounded-full bg-accent transition-[width] duration-300"
        style={{ width: `${(100 * value) / maximum}%` }}
      />
    </div>
  );
}
