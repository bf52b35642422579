'use client';

import * as Tabs from 'radix-ui/tabs';
import { useState } from 'react';
import { CommandBlock } from '@/components/command-block';
import { type Language, languages, type Way } from './commands';

/** The ways to present a key. A language that is chosen for one is chosen for all. */
export function WayList({ ways }: { ways: Way[] }) {
  const [language, setLanguage] = useState<Language>('curl');
  return ways.map((way) => (
    <section key={way.name} aria-label={way.name} className="mt-7">
      <h3 className="font-medium">{way.name}</h3>
      <p className="mt-0.5 mb-3 text-ink-muted">{way.meaning}</p>
      <Tabs.Root value={language} onValueChange={(value) => setLanguage(value as Language)}>
        <CommandBlock
          label={`${language}, ${way.name}`}
          text={way.commands[language]}
          bar={<LanguageTabs way={way.name} />}
          panel={(command) =>
            languages.map((name) => (
              // What is in it takes the focus.
              <Tabs.Content key={name} value={name} tabIndex={-1}>
                {name === language && command}
              </Tabs.Content>
            ))
          }
        />
      </Tabs.Root>
    </section>
  ));
}

function LanguageTabs({ way }: { way: string }) {
  return (
    <Tabs.List aria-label={`Language, ${way}`} className="flex gap-0.5 px-1.5">
      {languages.map((name) => (
        <Tabs.Trigger
          key={name}
          value={name}
          className="h-7 max-sm:h-11 rounded-md px-2.5 font-medium text-ink-muted text-xs transition-colors hover:text-ink focus-visible:-outline-offset-2 data-[state=active]:bg-sunken data-[state=active]:text-ink"
        >
          {name}
        </Tabs.Trigger>
      ))}
    </Tabs.List>
  );
}
