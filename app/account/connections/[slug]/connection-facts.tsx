import type { ReactNode } from 'react';
import { Badge } from '@/components/ui/badge';
import { Time } from '@/components/ui/time';
import type { ConnectionView } from '@/lib/connections/schema';
import { failureWords } from '@/lib/gateway/schema';
import { ConnectionAddress } from './connection-address';

type ConnectionFactsProps = { connection: ConnectionView; origin: string };

export function ConnectionFacts({ connection, origin }: ConnectionFactsProps) {
  const { slug, kind, url, method, scopes, timeoutInSeconds, sizeLimitInMegabytes, lastFailure } = connection;
  return (
    <dl className="grid gap-x-10 px-5 max-sm:px-4 lg:grid-cols-2">
      <Fact title="Kind">{kind === 'workflow' ? 'Workflow' : 'LLM provider'}</Fact>
      <Fact title="Your address for it">
        <ConnectionAddress address={`${origin}/api/v1/connect/${slug}`} />
      </Fact>
      <Fact title="Upstream">
        {method && <span className="mr-1.5 font-mono text-xs">{method}</span>}
        <bdi className="[overflow-wrap:anywhere]">{url}</bdi>
      </Fact>
      <Fact title="Provider key">
        <ProviderKey connection={connection} />
      </Fact>
      {kind === 'llm_provider' && (
        <Fact title="Models">
          <Models connection={connection} />
        </Fact>
      )}
      <Fact title="Scopes a key needs">{scopes.length === 0 ? 'None' : <Words words={scopes} />}</Fact>
      <Fact title="Limits">
        {timeoutInSeconds.toLocaleString('en')} s of silence, {sizeLimitInMegabytes.toLocaleString('en')} MB
      </Fact>
      <Fact title="Last failure">
        {lastFailure ? (
          <span className="flex flex-col items-end gap-1">
            <Badge tone="warn">{failureWords(lastFailure.reason)}</Badge>
            <Time iso={lastFailure.at.toISOString()} precise />
          </span>
        ) : (
          'None in 24 hours'
        )}
      </Fact>
    </dl>
  );
}

function ProviderKey({ connection: { authStyle, authHeader, providerKey } }: { connection: ConnectionView }) {
  if (authStyle === 'none') return 'None needed';
  const header = { bearer: 'Authorization: Bearer', x_api_key: 'x-api-key', header: authHeader }[authStyle];
  return (
    <span className="flex flex-col items-end gap-1">
      {providerKey ? (
        <bdi className="[overflow-wrap:anywhere]">{providerKey.name}</bdi>
      ) : (
        <Badge tone="warn">No provider key</Badge>
      )}
      <span className="text-ink-muted text-xs">
        sent as <code className="font-mono">{header}</code>
      </span>
    </span>
  );
}

function Models({ connection: { models } }: { connection: ConnectionView }) {
  if (models.length === 0) return 'Not listed';
  const words = models.map(({ name, ownKey, providerKey }) =>
    ownKey ? `${name} (${providerKey?.name ?? 'no provider key'})` : name,
  );
  return <Words words={words} />;
}

function Words({ words }: { words: string[] }) {
  return (
    <ul className="flex flex-wrap justify-end gap-1">
      {words.map((word) => (
        <li key={word} className="break-all rounded bg-sunken px-1.5 font-mono text-xs leading-5">
          <bdi>{word}</bdi>
        </li>
      ))}
    </ul>
  );
}

function Fact({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className="-mt-px flex min-h-11 items-center justify-between gap-4 border-line border-t py-2">
      <dt className="shrink-0 text-ink-muted">{title}</dt>
      <dd className="min-w-0 text-right">{children}</dd>
    </div>
  );
}
