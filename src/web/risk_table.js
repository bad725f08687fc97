// The ranking as a table, and up to four houses side by side.

import {provisional} from './alert_words.js';
import {el} from './dom.js';
import {chance, chanceRange, figure, percent} from './figures.js';
import {dataTag, number, pick, t, tn} from './i18n.js';
import {classBadge} from './level.js';
import {houseLink} from './link.js';
import {waits} from './risk_rows.js';
import {plainTable} from './table.js';

const known = (x) => typeof x === 'number' && Number.isFinite(x);
const points = (x) => number(Math.abs(x), {maximumFractionDigits: 1});
const factor = (name) => (name ? t(`risk.factor_${name}`) : '');

export function classCell(row) {
  return [
    classBadge(row),
    ' ',
    row.provisional && !row.grey && provisional(),
    waits(row) && el('p', {class: 'small'}, t('risk.waits')),
    row.commission_appraisal && el('span', {class: 'tag'}, t('risk.appraisal')),
    row.override &&
      el(
        'p',
        {class: 'small'},
        t('risk.override', {by: row.override.by ?? '', class: row.class, reason: row.override.reason ?? ''}),
      ),
  ];
}

export const chanceCell = (row, days) => [
  el('span', {class: 'nowrap'}, chance(row[`p${days}`])),
  ' ',
  row[`p${days}_range`] && el('span', {class: 'muted small nowrap'}, chanceRange(row[`p${days}_range`])),
];

// All three horizons in one cell of the ranking.
const chancesCell = (row) =>
  el(
    'dl',
    {class: 'chances'},
    [30, 180, 365].map((n) => [el('dt', null, t('risk.days', {n})), el('dd', null, chanceCell(row, n))]),
  );

export const confidenceCell = (row) => [
  el('span', null, percent(row.confidence)),
  row.weakest && el('span', {class: 'muted small'}, ` ${t('risk.weakest', {factor: factor(row.weakest)})}`),
];

export function trendCell(row) {
  const change = row.trend;
  if (!change) return el('span', {class: 'muted small'}, t('risk.trend_none'));
  const up = change.classes > 0 || (change.classes === 0 && change.score >= 0.05);
  const down = change.classes < 0 || (change.classes === 0 && change.score <= -0.05);
  const words = up
    ? `▲ ${t('risk.trend_up', {n: points(change.score)})}`
    : down
      ? `▼ ${t('risk.trend_down', {n: points(change.score)})}`
      : `＝ ${t('risk.trend_same')}`;
  return el(
    'span',
    {class: up ? 'rising' : null},
    words,
    change.classes !== 0 && el('span', {class: 'nowrap'}, ` (${change.was} → ${row.class})`),
  );
}

// Without the house's name, which stands beside it.
function reasonText(reason, row) {
  const text = pick(reason, 'text');
  const name = pick(row.place, 'name') || pick(row, 'name');
  return name && text.startsWith(name) ? text.slice(name.length).replace(/^[,，:：\s]+/, '') : text;
}

// The first reasons about different things; one measurement may be past several limits.
function leading(list, most) {
  const seen = new Set();
  const first = list
    .filter((r) => {
      const about = `${r.element} ${r.quantity ?? r.evidence ?? r.kind}`;
      return !seen.has(about) && seen.add(about);
    })
    .slice(0, most);
  return {first, rest: list.filter((r) => !first.includes(r))};
}

const reasonList = (list, row) =>
  list.length > 0 &&
  el(
    'ol',
    {class: 'reasons', lang: dataTag()},
    list.map((r) => el('li', null, reasonText(r, row))),
  );

export function reasonsCell(row, ahead) {
  const {first, rest} = leading(row.reasons ?? [], 2);
  return [
    reasonList(first, row),
    el(
      'details',
      {'data-key': `more ${row.house}`},
      el('summary', null, rest.length > 0 ? tn('risk.reasons_more', rest.length) : t('risk.would_change')),
      reasonList(rest, row),
      wouldChange(row, ahead),
    ),
  ];
}

// What would move the house in the ranking: the gap, the reason that weighs most, the weakest of the data.
export function wouldChange(row, ahead) {
  const list = row.reasons ?? [];
  const total = list.reduce((sum, r) => sum + (r.weight ?? 0), 0);
  const said = [];
  if (row.grey) said.push(t('risk.change_data'));
  if (ahead && known(ahead.score) && known(row.score))
    said.push(t('risk.change_gap', {house: ahead.title, gap: points(ahead.score - row.score)}));
  if (list[0] && total > 0) {
    said.push([
      t('risk.change_reason', {share: percent(list[0].weight / total)}),
      ' ',
      el('span', {lang: dataTag()}, reasonText(list[0], row)),
      list[0].provisional && ` ${t('risk.change_provisional')}`,
    ]);
  }
  if (row.weakest && known(row.confidence) && row.confidence < 0.999)
    said.push(
      t('risk.change_weakest', {
        factor: factor(row.weakest),
        value: percent(row.weakest_value ?? row.confidence),
      }),
    );
  return (
    said.length > 0 &&
    el(
      'div',
      {class: 'would'},
      el('h3', null, t('risk.would_change')),
      el(
        'ul',
        null,
        said.map((s) => el('li', null, s)),
      ),
    )
  );
}

function choose(row, chosen, toggle) {
  const on = chosen.includes(row.house);
  return el('input', {
    type: 'checkbox',
    checked: on,
    disabled: !on && chosen.length >= 4,
    'data-key': `pick ${row.house}`,
    'aria-label': t('risk.compare_pick', {house: row.title}),
    onchange: () => toggle(row.house),
  });
}

export function rankTable(rows, all, chosen, toggle) {
  const heads = [
    t('risk.compare'),
    t('risk.rank'),
    t('risk.house'),
    t('risk.class'),
    t('risk.chance'),
    t('risk.confidence'),
    t('risk.trend'),
    t('risk.reasons'),
  ];
  const byRank = new Map(all.map((row) => [row.rank, row]));
  const cells = (row) => [
    choose(row, chosen, toggle),
    row.grey ? '–' : String(row.rank),
    [
      houseLink(row.house, row.title),
      el('span', {class: 'muted small'}, ` ${[row.house, row.place?.lane].filter(Boolean).join(' · ')}`),
    ],
    classCell(row),
    chancesCell(row),
    [
      confidenceCell(row),
      el('span', {class: 'muted small'}, ` ${t('risk.coverage')} ${percent(row.coverage)}`),
    ],
    trendCell(row),
    reasonsCell(row, byRank.get(row.rank - 1)),
  ];
  return plainTable(
    heads,
    rows.map((row) =>
      el(
        'tr',
        {'data-house': row.house},
        cells(row).map((c, i) => el('td', {'data-head': heads[i]}, el('div', null, c))),
      ),
    ),
    {class: 'ranking', 'aria-label': t('risk.list')},
  );
}

export function compareTable(rows, all) {
  const byRank = new Map(all.map((row) => [row.rank, row]));
  const lines = [
    ['risk.rank', (r) => (r.grey ? '–' : r.rank)],
    ['risk.class', classCell],
    ['risk.score', (r) => figure(r.score, null, 2)],
    ...[30, 180, 365].map((n) => [['risk.within', {n}], (r) => chanceCell(r, n)]),
    ['risk.confidence', confidenceCell],
    ['risk.coverage', (r) => percent(r.coverage)],
    ['risk.trend', trendCell],
    ['risk.reasons', (r) => reasonList(leading(r.reasons ?? [], 4).first, r)],
    ['risk.would_change', (r) => wouldChange(r, byRank.get(r.rank - 1))],
  ];
  return el(
    'div',
    {class: 'wide', tabindex: 0, role: 'group', 'aria-label': t('risk.compare_title')},
    el(
      'table',
      {class: 'compare'},
      el(
        'thead',
        null,
        el(
          'tr',
          null,
          el('td', null, ''),
          rows.map((r) => el('th', {scope: 'col'}, houseLink(r.house, r.title))),
        ),
      ),
      el(
        'tbody',
        null,
        lines.map(([key, cell]) =>
          el(
            'tr',
            null,
            el('th', {scope: 'row'}, Array.isArray(key) ? t(...key) : t(key)),
            rows.map((r) => el('td', null, cell(r))),
          ),
        ),
      ),
    ),
  );
}
