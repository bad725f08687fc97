// The filter of the feed: read from the address, so that a link or a bookmark keeps it.

import {isOver} from './alert_words.js';
import {choice} from './choice.js';
import {el} from './dom.js';
import {t} from './i18n.js';

const CATEGORIES = ['structure', 'instrument', 'system'];

export function readFilter(query) {
  const level = Number(query.get('level'));
  const days = Number(query.get('days'));
  return {
    level: level >= 1 && level <= 4 ? level : 0,
    category: CATEGORIES.includes(query.get('category')) ? query.get('category') : '',
    text: query.get('q') ?? '',
    waiting: query.get('waiting') === '1',
    all: query.get('state') === 'all',
    days: [7, 30, 365, 0].includes(days) && query.has('days') ? days : 30,
  };
}

export function writeFilter(f) {
  const values = {
    level: f.level || '',
    category: f.category,
    q: f.text,
    waiting: f.waiting ? '1' : '',
    state: f.all ? 'all' : '',
    days: f.all ? String(f.days) : '',
  };
  const search = new URLSearchParams(Object.entries(values).filter(([, v]) => v !== ''));
  return search.size ? `#/?${search}` : '#/';
}

const words = (alert) =>
  [
    alert.house,
    alert.element,
    alert.id,
    alert.last?.house_name?.zh,
    alert.last?.house_name?.en,
    alert.summary?.zh,
    alert.summary?.en,
    ...(alert.sensors ?? []),
    ...(alert.last?.members ?? []).flatMap((m) => [m.house, m.house_name?.zh, m.house_name?.en]),
  ]
    .join('\n')
    .toLowerCase();

export const passes = (f) => (alert) =>
  (f.all ? alert.peak_level : alert.level) >= f.level &&
  (!f.category || alert.category === f.category) &&
  (!f.waiting || (!isOver(alert) && !alert.acknowledged)) &&
  (!f.text || words(alert).includes(f.text.toLowerCase()));

const tick = (id, label, value, changed) =>
  el(
    'label',
    {class: 'tick', for: id},
    el('input', {id, type: 'checkbox', checked: value, onchange: (event) => changed(event.target.checked)}),
    label,
  );

// more stands at its end; change(part) is called with what the person changed.
export function filterForm(f, change, ...more) {
  return el(
    'form',
    {class: 'filters', role: 'search', onsubmit: (event) => event.preventDefault()},
    choice(
      'f-state',
      t('filter.show'),
      f.all ? 'all' : 'open',
      [
        ['open', t('filter.open')],
        ['all', t('filter.history')],
      ],
      (v) => change({all: v === 'all'}),
    ),
    f.all &&
      choice(
        'f-days',
        t('filter.span'),
        String(f.days),
        [
          ['7', t('filter.days_7')],
          ['30', t('filter.days_30')],
          ['365', t('filter.days_365')],
          ['0', t('filter.days_0')],
        ],
        (v) => change({days: Number(v)}),
      ),
    choice(
      'f-level',
      t('filter.level'),
      String(f.level),
      [['0', t('filter.any')], ...[2, 3, 4].map((n) => [String(n), t(`filter.level_${n}`)])],
      (v) => change({level: Number(v)}),
    ),
    choice(
      'f-category',
      t('filter.category'),
      f.category,
      [['', t('filter.any')], ...CATEGORIES.map((c) => [c, t(`category.${c}`)])],
      (v) => change({category: v}),
    ),
    el(
      'span',
      {class: 'field'},
      el('label', {for: 'f-text'}, t('filter.text')),
      el('input', {
        id: 'f-text',
        type: 'search',
        value: f.text,
        placeholder: t('filter.text_hint'),
        size: 14,
        oninput: (event) => change({text: event.target.value}, 250),
      }),
    ),
    tick('f-waiting', t('filter.waiting'), f.waiting, (v) => change({waiting: v})),
    more,
  );
}
