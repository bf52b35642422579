/** Who may import whom. `npm run check:layers` runs it and proves that a planted violation of each rule is seen. */

/** Files that decide and do nothing else; so does every schema. */
const pureFiles = [
  'display-text',
  '[^/]+/schema',
  'audit/(actions|chain)',
  'auth/(permissions|callback-url|identity-providers|claims|logged-reason)',
  'bias-profiles/(json-problem|settings)',
  'connections/(presets|commands)',
  'keys/(secret|status|policy|redaction)',
  'policy-review/(words|meanings)',
  'tenants/limits',
  'usage/words',
];
const pure = `^lib/(${pureFiles.join('|')})\\.ts$`;
const tests = '\\.(test|db\\.test|pg\\.test)\\.tsx?$|^tests/|^e2e/';

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    {
      name: 'nothing-imports-app',
      comment: 'app parses, calls lib, translates; whatever others need of it belongs into components or lib.',
      severity: 'error',
      from: { pathNot: '^app/' },
      to: { path: '^app/' },
    },
    {
      name: 'app-imports-components-and-lib',
      severity: 'error',
      from: { path: '^app/' },
      to: { path: '^(?!app/|components/|lib/|node_modules/|[^/]*$)', dependencyTypesNot: ['core'] },
    },
    {
      name: 'components-know-only-schemas',
      comment: 'A component gets plain views; it must not be able to reach data.',
      severity: 'error',
      from: { path: '^components/' },
      to: { path: '^(?!components/|lib/[^/]+/schema\\.ts$|node_modules/)', dependencyTypesNot: ['core'] },
    },
    {
      name: 'components-reach-no-database',
      severity: 'error',
      from: { path: '^components/' },
      to: { path: '^(lib/db|generated)/', reachable: true },
    },
    {
      name: 'only-data-access-imports-db',
      comment: 'Authorization lives in the query, so queries live in few files.',
      severity: 'error',
      from: {
        path: '^(lib|app|components)/',
        pathNot: `^lib/db/|/(queries|mutations|standing|provisioning|creation|rotation|revocation|details)\\.ts$|^lib/(verification|gateway)/|${tests}`,
      },
      to: { path: '^(lib/db|generated)/' },
    },
    {
      name: 'verification-loads-no-orm',
      severity: 'error',
      from: { path: '^lib/(verification|gateway)/', pathNot: tests },
      to: { path: '^(lib/db/prisma\\.ts|generated/|node_modules/@prisma/)', reachable: true },
    },
    {
      name: 'pure-stays-pure',
      comment: 'Time comes in as `now`; no I/O, no environment.',
      severity: 'error',
      from: { path: pure },
      to: { pathNot: `${pure}|^node_modules/zod/|^(node:)?crypto$` },
    },
    {
      name: 'next-only-at-the-edge',
      severity: 'error',
      from: {
        pathNot: `^(app/|components/|next-pages\\.ts$|next-env\\.d\\.ts$|lib/auth/(options|viewer)\\.ts$|node_modules/)|${tests}`,
      },
      to: { path: '^node_modules/(next|next-auth|next-themes|react|react-dom|radix-ui|@radix-ui)/' },
    },
    {
      name: 'verification-runs-on-plain-node',
      severity: 'error',
      from: { path: '^lib/(verification|gateway|vault|keys|tenants|audit|db|http)/', pathNot: tests },
      to: { path: '^node_modules/(next|next-auth|react)/', reachable: true },
    },
    {
      name: 'no-circular',
      severity: 'error',
      from: { pathNot: '^node_modules/' },
      to: { circular: true },
    },
  ],
  options: {
    doNotFollow: { path: '^(node_modules|generated)/' },
    exclude: { path: '^(\\.next|dist)/' },
    tsPreCompilationDeps: true,
    preserveSymlinks: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
