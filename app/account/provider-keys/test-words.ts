import { type ConnectionTest, failureWords } from '@/lib/gateway/schema';

/** What came of asking a connection's upstream: `OpenAI answered`, `OpenAI refused the key (401)`. */
export function testWords(name: string, test: ConnectionTest | null): string {
  if (test === null) return `${name} was not asked`;
  switch (test.status) {
    case 'answered':
      return test.httpStatus < 400 ? `${name} answered` : `${name} answered, with the status ${test.httpStatus}`;
    case 'key_refused':
      return `${name} refused the key (${test.httpStatus})`;
    case 'failed':
      return `${name}: ${failureWords(test.reason)}`;
  }
}
