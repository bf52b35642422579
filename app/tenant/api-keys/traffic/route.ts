import { answerVisibleKey } from '@/app/account/api-keys/visible-key-answer';
import { findTenantKeyTraffic } from '@/lib/usage/queries';

/** What depends on a key of the tenant's, for the dialog that revokes it. */
export function GET(request: Request): Promise<Response> {
  return answerVisibleKey(request, findTenantKeyTraffic);
}
