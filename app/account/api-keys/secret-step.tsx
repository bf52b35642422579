'use client';

import { FileKey2, FileSpreadsheet } from 'lucide-react';
import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { DialogBody, DialogFooter } from '@/components/ui/dialog';
import { FormMessage } from '@/components/ui/field';
import { downloadCsv, downloadEnv } from './downloads';
import { FirstRequestStatus } from './first-request-status';
import { ReadyCommand } from './ready-command';
import { ClientIdField, SecretField } from './secret-field';
import type { NewKey } from './states';
import type { FirstRequestState } from './use-first-request';

type SecretStepProps = {
  newKey: NewKey;
  origin: string;
  firstRequest: FirstRequestState;
  /** The secret was copied or downloaded. */
  onSaved: () => void;
  onDone: () => void;
};

export function SecretStep({ newKey, origin, firstRequest, onSaved, onDone }: SecretStepProps) {
  const [shown, setShown] = useState(false);
  const [downloadFailed, setDownloadFailed] = useState(false);
  const download = (save: (key: NewKey, origin: string) => void | Promise<void>) => async () => {
    try {
      await save(newKey, origin);
      setDownloadFailed(false);
      onSaved();
    } catch {
      setDownloadFailed(true);
    }
  };
  return (
    <>
      <DialogBody>
        <ClientIdField clientId={newKey.clientId} />
        <SecretField secret={newKey.secret} shown={shown} onShow={setShown} onCopied={onSaved} />
        <div className="flex gap-2 max-sm:flex-col">
          <Button icon={FileSpreadsheet} onClick={download(downloadCsv)}>
            Download .csv
          </Button>
          <Button icon={FileKey2} onClick={download(downloadEnv)}>
            Download .env
          </Button>
        </div>
        {downloadFailed && <FormMessage>The file could not be made. Copy the secret instead.</FormMessage>}
        <ReadyCommand newKey={newKey} origin={origin} shown={shown} onShow={setShown} onCopied={onSaved} />
        <FirstRequestStatus state={firstRequest} />
      </DialogBody>
      <DialogFooter>
        <Button tone="primary" onClick={onDone}>
          Done
        </Button>
      </DialogFooter>
    </>
  );
}
