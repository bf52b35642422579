import type { AuthStyle, ConnectionKind, ConnectionView } from '@/lib/connections/schema';
import { type ConnectionTest, failureWords, type GatewayFailure } from '@/lib/gateway/schema';

export const kindWords: Record<ConnectionKind, string> = { llm_provider: 'LLM provider', workflow: 'Workflow' };

export const authStyleWords: Record<AuthStyle, string> = {
  bearer: 'Authorization: Bearer',
  x_api_key: 'x-api-key',
  header: 'Another header',
  none: 'No credential',
};

/** Where it leads, without what is the same everywhere. */
export function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : url;
}

export function pathOf(slug: string): string {
  return `/api/v1/connect/${slug}`;
}

const fold = (text: string) => text.normalize('NFKC').toLowerCase().trim();

/** Whether one would look for this connection by that text. */
export function matches(connection: ConnectionView, search: string): boolean {
  const { name, slug, kind, url, models, providerKey, scopes } = connection;
  const words = [name, pathOf(slug), kindWords[kind], url, providerKey?.name ?? '', ...scopes];
  const text = [...words, ...models.flatMap((model) => [model.name, model.providerKey?.name ?? ''])].join('\n');
  return fold(text).includes(fold(search));
}

type TestWords = { tone: 'good' | 'warn' | 'danger'; text: string; advice: string | null };

/** What came of a test, and what to do about it. */
export function wordsOf(test: ConnectionTest): TestWords {
  switch (test.status) {
    case 'answered': {
      const text = `Answered in ${test.milliseconds.toLocaleString('en')} ms`;
      if (test.httpStatus < 400) return { tone: 'good', text, advice: null };
      const advice = 'The upstream is there. Its answer to a test may differ from the one to a real call.';
      return { tone: 'warn', text: `${text}, with the status ${test.httpStatus}`, advice };
    }
    case 'key_refused':
      return {
        tone: 'danger',
        text: `The provider refused the key (${test.httpStatus})`,
        advice: 'Check that the provider key is the right one and still valid, and how it is sent.',
      };
    case 'failed':
      return { tone: 'danger', text: failureWords(test.reason), advice: advices[test.reason] ?? null };
  }
}

const advices: Partial<Record<GatewayFailure, string>> = {
  upstream_unreachable: 'Check the URL’s host and port.',
  upstream_blocked: 'Its name leads to a private address. Ask whoever runs Latchkey to list it.',
  upstream_redirected: 'Give the connection the URL that it redirects to.',
  upstream_timeout: 'It may be busy. Test again, or give the connection a longer timeout.',
  provider_key_missing: 'Choose one, or say that the upstream needs no credential.',
  provider_key_unreadable: 'Enter the provider key’s value again, or tell whoever runs Latchkey.',
};
