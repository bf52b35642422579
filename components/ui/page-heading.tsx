import type { ReactNode, Ref } from 'react';

type PageHeadingProps = { title: string; children?: ReactNode; action?: ReactNode; ref?: Ref<HTMLHeadingElement> };

/** A page's title with a sentence about it, and at the right what one mostly comes here to do. */
export function PageHeading({ title, children, action, ref }: PageHeadingProps) {
  return (
    <div className="mb-6 flex items-start justify-between gap-x-6 gap-y-4 max-sm:flex-col">
      <div className="min-w-0 max-w-3xl [overflow-wrap:anywhere] max-sm:max-w-full">
        <h1
          ref={ref}
          tabIndex={-1}
          className="font-semibold text-[1.375rem] text-ink leading-8 tracking-[-0.02em] outline-none"
        >
          {title}
        </h1>
        {children && <p className="mt-1 text-ink-muted">{children}</p>}
      </div>
      {action && <div className="shrink-0 max-sm:w-full">{action}</div>}
    </div>
  );
}
