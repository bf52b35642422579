import type { Viewer } from '@/lib/auth/queries';
import { currentViewer } from '@/lib/auth/viewer';
import { problem, type Reply } from '@/lib/http/problem';
import { isClientId } from '@/lib/keys/secret';

/**
 * Answers a GET about the key that `?clientId=` names: one of the viewer's, or of the tenant's. A program asks, so nobody is
 * sent to sign in; another member's key looks like a missing one.
 */
export async function answerVisibleKey(
  request: Request,
  read: (viewer: Viewer, clientId: string) => Promise<object | null>,
): Promise<Response> {
  const viewer = await currentViewer();
  if (!viewer) return asResponse(signedOut());
  const clientId = new URL(request.url).searchParams.get('clientId') ?? '';
  const found = isClientId(clientId) ? await read(viewer, clientId) : null;
  if (!found) return asResponse(missing());
  return Response.json(found, { headers: { 'Cache-Control': 'no-store' } });
}

function asResponse({ status, headers, body }: Reply): Response {
  return new Response(body, { status, headers });
}

const signedOut = () =>
  problem({ status: 401, type: 'signed_out', title: 'You are signed out', detail: 'Sign in and ask again.' });
const missing = () =>
  problem({ status: 404, type: 'not_found', title: 'Not found', detail: 'There is no key with this client ID.' });
