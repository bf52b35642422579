import { KeyRound } from 'lucide-react';
import { Button } from '@/components/ui/button';

export type SignInProvider = { id: string; label: string };

type SsoButtonsProps = {
  providers: SignInProvider[];
  /** The provider that is being asked, or anything else that is under way. */
  pending: string | null;
  onChoose: (provider: SignInProvider) => void;
};

/** The ways in through an identity provider, and what divides them from the password. */
export function SsoButtons({ providers, pending, onChoose }: SsoButtonsProps) {
  if (providers.length === 0) return null;
  return (
    <>
      <ul className="space-y-2.5">
        {providers.map((provider) => (
          <li key={provider.id}>
            <Button
              icon={KeyRound}
              pending={pending === provider.id}
              onClick={() => onChoose(provider)}
              className="w-full"
            >
              <span className="min-w-0 truncate">
                Sign in with <bdi>{provider.label}</bdi>
              </span>
            </Button>
          </li>
        ))}
      </ul>
      <div className="my-5 flex items-center gap-3 text-ink-faint text-xs">
        <span aria-hidden className="h-px flex-1 bg-line" />
        or
        <span aria-hidden className="h-px flex-1 bg-line" />
      </div>
    </>
  );
}
