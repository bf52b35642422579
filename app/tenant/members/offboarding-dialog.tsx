'use client';

import { useEffect, useState } from 'react';
import { LoadingStep, notLoaded } from '@/components/loading-step';
import { Button } from '@/components/ui/button';
import { Dialog, DialogBody, DialogFooter } from '@/components/ui/dialog';
import { FormMessage } from '@/components/ui/field';
import { notify } from '@/components/ui/notice';
import { useSubmission } from '@/components/use-submission';
import type { MemberView } from '@/lib/members/schema';
import type { OffboardingReview, ReviewedKey } from '@/lib/offboarding/schema';
import { offboardMemberAction, reviewOffboardingAction } from './actions';
import { type Choice, firstChoice, type Mode, sentDecision, summaryOf } from './decisions';
import { decisionId, KeyDecisions } from './key-decisions';
import type { DialogFrame } from './open-dialog';

type OffboardingDialogProps = DialogFrame & { mode: Mode; member: MemberView };

/** What a member's leaving does to their keys, decided before the click. */
export function OffboardingDialog({ mode, member, onClose, onReturnFocus }: OffboardingDialogProps) {
  const memberId = member.id;
  // The last one that arrived: what was decided about it survives a reload that fails.
  const [review, setReview] = useState<OffboardingReview | null>(null);
  const { state, pending, submit } = useSubmission(async () => {
    const result = await reviewOffboardingAction({ memberId });
    if (result.status === 'ready') setReview(result.review);
    return result;
  });
  const load = () => submit(undefined);
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when it opens
  useEffect(load, []);
  const message = state?.status === 'refused' ? state.message : state?.status === 'unreachable' ? notLoaded : null;
  return (
    <Dialog
      alert
      wide
      title={`${mode === 'disable' ? 'Disable' : 'Remove'} ${member.email}?`}
      description={mode === 'disable' ? disableMeaning : removeMeaning}
      onClose={onClose}
      onReturnFocus={onReturnFocus}
    >
      {review ? (
        <Review review={review} mode={mode} loadMessage={pending ? null : message} onReload={load} onClose={onClose} />
      ) : (
        <LoadingStep
          waiting="Looking at their keys…"
          state={state}
          pending={pending}
          onRetry={load}
          onClose={onClose}
        />
      )}
    </Dialog>
  );
}

const disableMeaning = 'They are signed out at once and cannot sign in until you enable them again.';
const removeMeaning =
  'They disappear from the list. If your identity provider still lets them in, they come back as a new member; disable them instead to keep them out.';

type ReviewProps = {
  review: OffboardingReview;
  mode: Mode;
  /** Why it could not be loaded again. */
  loadMessage: string | null;
  onReload: () => void;
  onClose: () => void;
};

function Review({ review, mode, loadMessage, onReload, onClose }: ReviewProps) {
  const { member, keys, otherKeys, lastAdminRefusal } = review;
  // By client ID, so that what was chosen survives a reload of the list.
  const [choices, setChoices] = useState<Record<string, Choice>>({});
  const [errors, setErrors] = useState<Record<string, string>>({});
  const choiceOf = (key: ReviewedKey) => choices[key.clientId] ?? firstChoice(key, review.now);
  const { state, pending, refusal, submit } = useSubmission(async (chosen: Array<ReturnType<typeof sentDecision>>) => {
    const result = await offboardMemberAction({ memberId: member.id, mode, decisions: chosen });
    if (result.status === 'done') {
      notify(`${member.email} is ${mode === 'disable' ? 'disabled' : 'removed'}`);
      onClose();
    }
    if (result.status === 'review_changed') onReload();
    if (result.status === 'invalid') setErrors(result.keys);
    return result;
  });
  useEffect(() => {
    const [first] = state?.status === 'invalid' ? Object.keys(state.keys) : [];
    if (first) document.getElementById(decisionId(first))?.focus();
  }, [state]);

  function choose(chosen: ReviewedKey[], choice: Choice) {
    const ids = chosen.map(({ clientId }) => clientId);
    setChoices({ ...choices, ...Object.fromEntries(ids.map((clientId) => [clientId, choice])) });
    if (ids.some((clientId) => clientId in errors)) {
      setErrors(Object.fromEntries(Object.entries(errors).filter(([clientId]) => !ids.includes(clientId))));
    }
  }
  return (
    <>
      <DialogBody>
        {state?.status === 'review_changed' && !pending && <FormMessage>{state.message}</FormMessage>}
        {loadMessage && <FormMessage>{loadMessage}</FormMessage>}
        {keys.length > 0 ? (
          <KeyDecisions review={review} mode={mode} choiceOf={choiceOf} onChoose={choose} errors={errors} />
        ) : (
          <p>They have no key that could work: nothing stops.</p>
        )}
        {otherKeys > 0 && (
          <p className="text-ink-muted text-xs leading-5">
            {otherKeys === 1
              ? '1 expired or revoked key stays as it is.'
              : `${otherKeys} expired or revoked keys stay as they are.`}
          </p>
        )}
        <p role="status" className="break-words rounded-lg bg-sunken px-3 py-2">
          {summaryOf(review, mode, choiceOf)}
        </p>
        {refusal && state?.status !== 'review_changed' && <FormMessage>{refusal}</FormMessage>}
      </DialogBody>
      <DialogFooter>
        <Button onClick={onClose}>Cancel</Button>
        <Button
          tone="danger"
          pending={pending}
          refusal={lastAdminRefusal}
          onClick={() => submit(keys.map((key) => sentDecision(key, choiceOf(key))))}
        >
          {mode === 'disable' ? 'Disable' : 'Remove'}
        </Button>
      </DialogFooter>
    </>
  );
}
