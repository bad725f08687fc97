// Tables, and the frame in which wide ones scroll on a phone.

import {el} from './dom.js';

const asCell = (c) => (c instanceof Node && (c.tagName === 'TD' || c.tagName === 'TH') ? c : el('td', null, c));
const asRow = (row) => (row instanceof Node ? row : el('tr', null, row.map(asCell)));

// rows: lists of cells (text, nodes, or a TD or TH as it is), or rows as they are.
export const plainTable = (heads, rows, attributes = null) =>
  el(
    'table',
    attributes,
    el(
      'thead',
      null,
      el(
        'tr',
        null,
        heads.map((h) => el('th', {scope: 'col'}, h)),
      ),
    ),
    el('tbody', null, rows.map(asRow)),
  );

export const wideTable = (label, heads, rows) =>
  el('div', {class: 'wide', tabindex: 0, role: 'region', 'aria-label': label}, plainTable(heads, rows));
