import type { ReactNode } from 'react';

const sections = {
  what: 'What a key is',
  store: 'Give it to your service',
  call: 'Call with it',
  connections: 'Call a connection',
  cli: 'From the command line',
  nginx: 'Check it in nginx',
  errors: 'When it is refused',
  rotate: 'Replace it without downtime',
  practices: 'Best practices',
} as const;

/** The table of contents: beside the text, on narrow screens above it. */
export function Contents() {
  return (
    <div className="max-lg:mt-6 lg:col-start-2 lg:row-span-2 lg:row-start-1">
      <nav
        aria-label="On this page"
        className="top-8 border-line max-lg:rounded-xl max-lg:border max-lg:bg-surface max-lg:px-4 max-lg:py-3 lg:sticky lg:border-l lg:pl-4"
      >
        <p className="mb-1 font-medium text-xs">On this page</p>
        <ul className="max-lg:columns-2 max-lg:gap-x-4">
          {Object.entries(sections).map(([id, title]) => (
            <li key={id} className="break-inside-avoid">
              <a href={`#${id}`} className="inline-block rounded py-1 text-ink-muted max-lg:py-1.5 hover:text-ink">
                {title}
              </a>
            </li>
          ))}
        </ul>
      </nav>
    </div>
  );
}

export function Chapter({ id, children }: { id: keyof typeof sections; children: ReactNode }) {
  return (
    <section
      aria-labelledby={id}
      className="mt-11 space-y-4 leading-6 [&_strong]:font-semibold [&>p]:max-w-[42rem] [&>p]:text-ink-muted"
    >
      <h2 id={id} className="scroll-mt-6 font-semibold text-[1.0625rem] text-ink tracking-[-0.01em]">
        {sections[id]}
      </h2>
      {children}
    </section>
  );
}

/** Code within a sentence. */
export function Word({ children }: { children: string }) {
  return (
    <code className="rounded bg-sunken px-1 py-0.5 font-mono text-ink text-xs [overflow-wrap:anywhere]">
      {children}
    </code>
  );
}
