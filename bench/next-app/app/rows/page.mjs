/** The least that a list page can be: 25 rows of text in a table, rendered for every request, without session or database. */
import { createElement } from 'react';

export const dynamic = 'force-dynamic';

const columns = ['Name', 'Client ID', 'Secret', 'Profile', 'Status', 'Created', 'Last used', 'Expires', 'Actions'];

export default function Rows() {
  const row = (/** @type {string} */ cell, /** @type {number} */ place) =>
    createElement('tr', { key: place }, ...columns.map((column) => createElement(cell, null, `${column} ${place}`)));
  const rows = Array.from({ length: 25 }, (_, place) => row('td', place));
  return createElement(
    'table',
    null,
    createElement('thead', null, row('th', 0)),
    createElement('tbody', null, ...rows),
  );
}
