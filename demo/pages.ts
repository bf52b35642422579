import { randomBytes } from 'node:crypto';
import type { DemoPerson } from './accounts';

export type Page = { html: string; contentSecurityPolicy: string };

const style = `
  :root { color-scheme: light dark; --canvas: #f4f1ea; --surface: #fffdf8; --ink: #23201a; --muted: #5f594d; --line: #e0d9ca;
    --hover: #f6f1e5; --accent: #0f6b62; --warn: #7a4a06; --wash: #fbeed5; }
  @media (prefers-color-scheme: dark) { :root { --canvas: #14130f; --surface: #1c1a16; --ink: #f1ede4; --muted: #b0a998;
    --line: #38342b; --hover: #26231d; --accent: #6fd1c4; --warn: #f0c578; --wash: #33270f; } }
  * { box-sizing: border-box; margin: 0; }
  body { min-height: 100dvh; background: var(--canvas); color: var(--ink); padding: 10vh 1rem 3rem;
    font: 15px/1.5 ui-sans-serif, system-ui, -apple-system, "Segoe UI", sans-serif; -webkit-font-smoothing: antialiased; }
  main { max-width: 26rem; margin: 0 auto; background: var(--surface); border: 1px solid var(--line); border-radius: 14px;
    overflow: hidden; box-shadow: 0 1px 2px rgb(0 0 0 / .05), 0 12px 32px -16px rgb(0 0 0 / .25); }
  .brand { display: flex; align-items: center; gap: .6rem; padding: 1rem 1.5rem; border-bottom: 1px solid var(--line);
    font-weight: 600; }
  .brand svg { flex: none; color: var(--accent); }
  .badge { margin-left: auto; padding: .1rem .55rem; border-radius: 99px; background: var(--wash); color: var(--warn);
    font-size: 12px; font-weight: 500; }
  .text { padding: 1.5rem 1.5rem 1rem; }
  h1 { font-size: 1.25rem; line-height: 1.75rem; letter-spacing: -.015em; font-weight: 600; }
  p { color: var(--muted); }
  .text p { margin-top: .25rem; }
  ul { list-style: none; padding: 0 1.5rem; }
  li + li { margin-top: .6rem; }
  button { font: inherit; color: inherit; cursor: pointer; background: none; border: 0; border-radius: 10px; }
  .person { display: flex; align-items: center; gap: .85rem; width: 100%; padding: .75rem .9rem; text-align: left;
    border: 1px solid var(--line); }
  .person:hover, .person:focus-visible { background: var(--hover); border-color: var(--accent); }
  .mark { flex: none; width: 2.4rem; height: 2.4rem; border-radius: 50%; display: grid; place-items: center;
    background: var(--accent); color: var(--surface); font-weight: 600; }
  .who { min-width: 0; overflow-wrap: anywhere; }
  .who strong { display: block; font-weight: 600; }
  .who small { display: block; color: var(--muted); font-size: 13px; }
  :focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
  .end { padding: 1rem 1.5rem 1.25rem; text-align: center; }
  .cancel { min-height: 2.75rem; padding: 0 1rem; color: var(--muted); }
  .cancel:hover { background: var(--hover); color: var(--ink); }
  .note { max-width: 26rem; margin: 1rem auto 0; text-align: center; font-size: 13px; }
`;

const mark = `<svg width="24" height="24" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" aria-hidden="true">
  <circle cx="12" cy="12" r="9"/><circle cx="12" cy="10" r="3"/><path d="M6.5 18.5c1-2.6 3-4 5.500-4s4.500 1.400 5.500 4"/></svg>`;

/** Nothing but its own style, and no script. */
function page(title: string, body: string): Page {
  const nonce = randomBytes(16).toString('base64');
  return {
    contentSecurityPolicy: `default-src 'none'; style-src 'nonce-${nonce}'; img-src data:; base-uri 'none'; frame-ancestors 'none'`,
    html: `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · Demo identity provider</title>
<link rel="icon" href="data:,">
<style nonce="${nonce}">${style}</style>
</head>
<body>
<main>
<div class="brand">${mark}Demo identity provider <span class="badge">Demo</span></div>
${body}
</main>
<p class="note">Anybody on this machine can be anybody here. It stands in for your company’s identity provider.</p>
</body>
</html>
`,
  };
}

export function chooseAccountPage(people: readonly DemoPerson[]): Page {
  const items = people.map(
    ({ subject, email, name, note }) => `<li><button class="person" name="subject" value="${escapeHtml(subject)}">
<span class="mark" aria-hidden="true">${escapeHtml(name.slice(0, 1))}</span>
<span class="who"><strong>${escapeHtml(name)}</strong><small>${escapeHtml(email)}</small><small>${escapeHtml(note)}</small></span>
</button></li>`,
  );
  return page(
    'Choose an account',
    `<div class="text"><h1>Who are you today?</h1><p>Choose an account to continue to Latchkey. There is no password.</p></div>
<form method="post">
<ul>
${items.join('\n')}
</ul>
<div class="end"><button class="cancel" name="subject" value="">Cancel</button></div>
</form>`,
  );
}

export function messagePage(title: string, sentence: string): Page {
  return page(
    title,
    `<div class="text"><h1>${escapeHtml(title)}</h1><p>${escapeHtml(sentence)}</p></div><div class="end"></div>`,
  );
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
