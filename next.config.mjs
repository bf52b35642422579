/** @type {import('next').NextConfig} */
export default {
  poweredByHeader: false,
  reactStrictMode: true,
  // Both ship WebAssembly or native code that a bundler cannot carry.
  serverExternalPackages: ['@electric-sql/pglite', '@node-rs/argon2', 'pg', 'pino'],
  // The proxy in front compresses; server.ts alone is for small installations and benefits too.
  compress: true,
  devIndicators: false,
};
