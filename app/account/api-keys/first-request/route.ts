import { findFirstRequest } from '@/lib/usage/queries';
import { answerOwnKey } from '../own-key-answer';

/** What came of the calls with a new secret, asked every second while it is shown. */
export function GET(request: Request): Promise<Response> {
  return answerOwnKey(request, findFirstRequest);
}
