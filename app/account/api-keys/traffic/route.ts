import { findKeyTraffic } from '@/lib/usage/queries';
import { answerVisibleKey } from '../visible-key-answer';

/** What depends on a key of the viewer's, for the dialogs that stop it. */
export function GET(request: Request): Promise<Response> {
  return answerVisibleKey(request, findKeyTraffic);
}
