/**
 * As much of the peers as the bench uses: their packages are installed by `npm run bench` alone, and the types must hold
 * without them.
 */
declare module 'autocannon' {
  type Options = {
    url: string;
    connections: number;
    duration: number;
    requests: Array<{ headers: Record<string, string> }>;
  };
  type Result = {
    requests: { total: number };
    latency: { p50: number; p99: number };
    duration: number;
    errors: number;
    timeouts: number;
    non2xx: number;
  };
  export default function autocannon(options: Options): Promise<Result>;
}

declare module 'better-auth' {
  export function betterAuth(options: object): {
    options: object;
    api: { verifyApiKey(input: { body: { key: string } }): Promise<{ valid: boolean; key: { id: string } | null }> };
  };
}

declare module 'better-auth/db/migration' {
  export function getMigrations(options: object): Promise<{ runMigrations(): Promise<void> }>;
}

declare module '@better-auth/api-key' {
  export function apiKey(options: object): object;
}
