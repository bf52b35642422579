import type { Viewer } from '../auth/queries';
import { query } from '../db/sql';
import type { BiasProfileChoice } from '../keys/schema';

/** What a key of the viewer's tenant may be given, by name. */
export function listBiasProfiles(viewer: Viewer): Promise<BiasProfileChoice[]> {
  return query<BiasProfileChoice>(
    'bias-profiles',
    'SELECT id, name, description FROM bias_profile WHERE tenant_id = $1 ORDER BY name_key COLLATE "C"',
    [viewer.tenantId],
  );
}
