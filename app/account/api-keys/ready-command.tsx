'use client';

import * as Tabs from 'radix-ui/tabs';
import { useEffect, useId, useState } from 'react';
import { CopyButton } from '@/components/ui/copy-button';
import { selectText } from '@/components/ui/select-text';
import { maskedSecret } from './mask';
import type { NewKey } from './states';

const languages = ['curl', 'Node', 'Python'] as const;
type Language = (typeof languages)[number];

/** A call that works as it stands, in the shell or as a file. */
function commandFor(language: Language, origin: string, secret: string): string {
  const url = `${origin}/api/v1/me`;
  switch (language) {
    case 'curl':
      return `curl ${url} \\\n  -H "Authorization: Bearer ${secret}"`;
    case 'Node':
      return `fetch("${url}", {\n  headers: { Authorization: "Bearer ${secret}" },\n})\n  .then((response) => response.json())\n  .then(console.log);`;
    case 'Python':
      return `import urllib.request\n\nrequest = urllib.request.Request(\n    "${url}",\n    headers={"Authorization": "Bearer ${secret}"},\n)\nprint(urllib.request.urlopen(request).read().decode())`;
  }
}

type ReadyCommandProps = {
  newKey: NewKey;
  origin: string;
  shown: boolean;
  onShow: (shown: boolean) => void;
  onCopied: () => void;
};

export function ReadyCommand({ newKey, origin, shown, onShow, onCopied }: ReadyCommandProps) {
  const [language, setLanguage] = useState<Language>('curl');
  const [failures, setFailures] = useState(0);
  const id = useId();
  useEffect(() => {
    if (failures > 0) selectText(id);
  }, [failures, id]);
  const visibleSecret = shown ? newKey.secret : maskedSecret(newKey.secret);
  return (
    <Tabs.Root value={language} onValueChange={(value) => setLanguage(value as Language)}>
      <p className="mb-1.5 font-medium">Try it</p>
      <div className="overflow-hidden rounded-lg border border-line-strong bg-canvas">
        <div className="flex items-center justify-between border-line border-b pr-1">
          <Tabs.List aria-label="Language of the command" className="flex gap-0.5 px-1.5">
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
          <CopyButton
            label="Copy command"
            hint="Copy with the real secret"
            done="Command copied, with the secret"
            text={commandFor(language, origin, newKey.secret)}
            onCopied={onCopied}
            onFailed={() => {
              onShow(true);
              setFailures(failures + 1);
            }}
          />
        </div>
        {languages.map((name) => (
          <Tabs.Content key={name} value={name} className="focus-visible:-outline-offset-2">
            <pre
              {...(name === language ? { id } : {})}
              // Copying by hand is saving it, too.
              onCopy={() => shown && onCopied()}
              className="whitespace-pre-wrap px-3 py-2.5 font-mono text-xs leading-5 [overflow-wrap:anywhere]"
            >
              {commandFor(name, origin, visibleSecret)}
            </pre>
          </Tabs.Content>
        ))}
      </div>
    </Tabs.Root>
  );
}
