import type { BiasProfileTexts } from '@/lib/bias-profiles/schema';
import { formatSettings } from '@/lib/bias-profiles/settings';

const labels = { name: 'Name', description: 'Description', settings: 'Settings' } as const;

/** What somebody else has written where the editor wrote, too. */
export function ChangedMeanwhile({ current }: { current: Partial<BiasProfileTexts> }) {
  const fields = (['name', 'description', 'settings'] as const).filter((field) => current[field] !== undefined);
  return (
    <div role="alert" className="space-y-2 rounded-lg bg-warn-wash px-3 py-2 text-warn-text">
      <p>Somebody else changed this meanwhile. Save again to replace theirs with yours, or Cancel to keep it.</p>
      <dl className="space-y-1">
        {fields.map((field) => (
          <div key={field}>
            <dt className="font-medium">{labels[field]} now</dt>
            <dd className="max-h-40 overflow-y-auto whitespace-pre-wrap font-mono text-xs leading-5 [overflow-wrap:anywhere]">
              <bdi>{shown(field, current[field] ?? '')}</bdi>
            </dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

function shown(field: keyof BiasProfileTexts, text: string): string {
  if (field === 'settings') return formatSettings(text);
  return text === '' ? '(empty)' : text;
}
