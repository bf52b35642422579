import { findOverlapUse } from '@/lib/usage/queries';
import { answerVisibleKey } from '../visible-key-answer';

/** What still comes with the secret that a rotation replaced, asked every few seconds while it is shown. */
export function GET(request: Request): Promise<Response> {
  return answerVisibleKey(request, findOverlapUse);
}
