import type { KeyPageView } from '@/lib/keys/schema';

type PageWords = {
  title: string;
  introduction: string;
  create: string;
  createFirst: string;
  emptyTitle: string;
  emptyText: string;
  search: string;
  /** Fewer rows than this are taken in at a glance. */
  searchableFrom: number;
};

export const pageWords: Record<KeyPageView['kind'], PageWords> = {
  personal: {
    title: 'Manage API Keys',
    introduction:
      'Your services present a key to say who is calling. Each has a public client ID and a secret that is shown once.',
    create: '+ Create new API key',
    createFirst: 'Create your first key',
    emptyTitle: 'You have no API keys yet',
    emptyText:
      'A key lets a script or a service call the API in your name, without your password. Give each service its own, so that you can stop one without touching the others.',
    search: 'Search keys',
    searchableFrom: 5,
  },
  agent: {
    title: 'Agent API keys',
    introduction:
      'Agent keys belong to your tenant, so they outlive whoever created them. Every developer can manage them.',
    create: '+ Create agent API key',
    createFirst: 'Create the first agent key',
    emptyTitle: 'Your tenant has no agent keys yet',
    emptyText:
      'An agent key is for what runs in nobody’s name: a deployment, a nightly job, an agent. It keeps working when people leave.',
    search: 'Search agent keys',
    searchableFrom: 1,
  },
};
