import type { AuthStyle, ConnectionKind } from './schema';

/** Where a well-known provider is, and how it wants its key. */
export type Preset = {
  id: string;
  label: string;
  kind: ConnectionKind;
  /** What to fill in; parts in braces are the customer's. Empty: theirs alone. */
  url: string;
  authStyle: AuthStyle;
  authHeader: string;
  /** The path that a first command calls, after the connection's slug; empty for a workflow. */
  examplePath: string;
  exampleModel: string;
};

/** As their own documentation says in 2026. Each of them speaks what its official client speaks. */
export const presets: readonly Preset[] = [
  {
    id: 'openai',
    label: 'OpenAI',
    kind: 'llm_provider',
    url: 'https://api.openai.com/v1',
    authStyle: 'bearer',
    authHeader: '',
    examplePath: 'chat/completions',
    exampleModel: 'gpt-4.1-mini',
  },
  {
    id: 'anthropic',
    label: 'Anthropic',
    kind: 'llm_provider',
    url: 'https://api.anthropic.com/v1',
    authStyle: 'x_api_key',
    authHeader: '',
    examplePath: 'messages',
    exampleModel: 'claude-sonnet-4-5',
  },
  {
    id: 'azure-openai',
    label: 'Azure OpenAI',
    kind: 'llm_provider',
    url: 'https://{resource}.openai.azure.com/openai/v1',
    authStyle: 'header',
    authHeader: 'api-key',
    examplePath: 'chat/completions',
    exampleModel: '',
  },
  {
    id: 'google',
    label: 'Google Gemini',
    kind: 'llm_provider',
    url: 'https://generativelanguage.googleapis.com/v1beta',
    authStyle: 'header',
    authHeader: 'x-goog-api-key',
    examplePath: 'models/gemini-2.5-flash:generateContent',
    exampleModel: 'gemini-2.5-flash',
  },
  {
    id: 'mistral',
    label: 'Mistral',
    kind: 'llm_provider',
    url: 'https://api.mistral.ai/v1',
    authStyle: 'bearer',
    authHeader: '',
    examplePath: 'chat/completions',
    exampleModel: 'mistral-small-latest',
  },
  {
    id: 'openai-compatible',
    label: 'Any OpenAI-compatible provider',
    kind: 'llm_provider',
    url: '',
    authStyle: 'bearer',
    authHeader: '',
    examplePath: 'chat/completions',
    exampleModel: '',
  },
  {
    id: 'workflow',
    label: 'Workflow',
    kind: 'workflow',
    url: '',
    authStyle: 'bearer',
    authHeader: '',
    examplePath: '',
    exampleModel: '',
  },
];
