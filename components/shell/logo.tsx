/** The mark: a latch bolt through a keyhole plate. Decoration; the name stands beside it. */
export function LogoMark({ className = 'size-6' }: { className?: string }) {
  return (
    <svg viewBox="0 0 24 24" fill="none" aria-hidden="true" className={className}>
      <rect width="24" height="24" rx="7" className="fill-accent" />
      <circle cx="9.25" cy="12" r="3.5" stroke="white" strokeWidth="2" />
      <path d="M12.75 12H19M16.25 12v3" stroke="white" strokeWidth="2" strokeLinecap="round" />
    </svg>
  );
}
