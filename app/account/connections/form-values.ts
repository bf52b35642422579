import type { Preset } from '@/lib/connections/presets';
import {
  type ConnectionKind,
  type ConnectionView,
  defaultSizeLimitInMegabytes,
  defaultTimeoutInSeconds,
} from '@/lib/connections/schema';

/** `own`: the provider key was deleted, and none was chosen since. */
type ModelKey = '' | 'own' | (string & {});
export type ModelRow = { row: number; name: string; key: ModelKey };

/** The fields as they are typed; sent as they are, so that the schema has the only say. */
export type FormValues = {
  kind: ConnectionKind;
  name: string;
  slug: string;
  /** The slug follows the name until somebody writes their own. */
  slugTouched: boolean;
  url: string;
  method: string;
  /** Blank: none. */
  providerKeyId: string;
  authStyle: string;
  authHeader: string;
  models: ModelRow[];
  scopes: string[];
  timeoutInSeconds: string;
  sizeLimitInMegabytes: string;
};

export function valuesOfPreset(preset: Preset, connections: ConnectionView[]): FormValues {
  const { kind, url, authStyle, authHeader } = preset;
  // What has no address of its own has no name of its own either.
  const name = url === '' ? '' : preset.label;
  return {
    ...{ kind, url, authStyle, authHeader, name },
    ...{ slug: suggestSlug(name, connections), slugTouched: false, method: 'POST', providerKeyId: '' },
    ...{ models: [], scopes: [] },
    timeoutInSeconds: String(defaultTimeoutInSeconds),
    sizeLimitInMegabytes: String(defaultSizeLimitInMegabytes),
  };
}

export function valuesOfConnection(connection: ConnectionView): FormValues {
  const { kind, name, slug, url, authStyle, authHeader, scopes } = connection;
  return {
    ...{ kind, name, slug, slugTouched: true, url, authStyle, authHeader, scopes },
    method: connection.method ?? 'POST',
    providerKeyId: connection.providerKey?.id ?? '',
    models: connection.models.map((model, row) => ({
      row,
      name: model.name,
      key: model.ownKey ? (model.providerKey?.id ?? 'own') : '',
    })),
    timeoutInSeconds: String(connection.timeoutInSeconds),
    sizeLimitInMegabytes: String(connection.sizeLimitInMegabytes),
  };
}

/** The name as a slug that no connection of the tenant has yet; blank where nothing of it can be one. */
export function suggestSlug(name: string, connections: ConnectionView[]): string {
  const base = name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    // By way of upper case, which spells out letters such as ß.
    .toUpperCase()
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 46)
    .replace(/^-+|-+$/g, '');
  const isTaken = (slug: string) => connections.some((connection) => connection.slug === slug);
  if (base === '' || !isTaken(base)) return base;
  let number = 2;
  while (isTaken(`${base}-${number}`)) number++;
  return `${base}-${number}`;
}

/** What both a new and a changed connection send. */
export function settingsOf(values: FormValues) {
  const { name, url, method, authStyle, scopes, timeoutInSeconds, sizeLimitInMegabytes } = values;
  // An empty row that nobody filled in is no model.
  const rows = values.models.filter((model) => model.name.trim() !== '' || model.key !== '');
  return {
    ...{ name, url, method, authStyle, scopes, timeoutInSeconds, sizeLimitInMegabytes },
    authHeader: authStyle === 'header' ? values.authHeader : '',
    providerKeyId: values.providerKeyId || null,
    models: rows.map((model) => ({
      name: model.name,
      ownKey: model.key !== '',
      providerKeyId: model.key === '' || model.key === 'own' ? null : model.key,
    })),
  };
}
