import { findFirstRequest } from '@/lib/usage/queries';
import { answerVisibleKey } from '../visible-key-answer';

/** What came of the calls with a new secret, asked every second while it is shown. */
export function GET(request: Request): Promise<Response> {
  return answerVisibleKey(request, findFirstRequest);
}
