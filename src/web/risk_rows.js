// The ranking: rows of houses, filtered and sorted.

import {pick} from './i18n.js';

export const CLASSES = ['L', 'ML', 'M', 'MH', 'H'];
export const SORTS = ['score', 'p30', 'p180', 'p365', 'confidence', 'change'];

const rank = (row) => CLASSES.indexOf(row.class);
// A limit is reached already, hence a chance of 1, while the class waits for data.
export const waits = (row) =>
  Boolean(row?.grey) && row.p30 === 1 && (row.reasons ?? []).some((r) => r.kind === 'limit' && r.p30 === 1);
const known = (x) => typeof x === 'number' && Number.isFinite(x);

export const housesOnly = (rows) => rows.filter((row) => row.house && !row.lane);

// {classes, score, was}: how many classes worse (better: negative) and how many points than 30 days
// before; null: nothing to compare.
export function trend(row) {
  if (row.grey || !row.class_30d_ago || !known(row.score_30d_ago) || !known(row.score)) return null;
  return {
    classes: rank(row) - CLASSES.indexOf(row.class_30d_ago),
    score: row.score - row.score_30d_ago,
    was: row.class_30d_ago,
  };
}

const rising = (change) => change !== null && (change.classes > 0 || change.score >= 1);

const keys = {
  score: (row) => row.score,
  p30: (row) => row.p30,
  p180: (row) => row.p180,
  p365: (row) => row.p365,
  confidence: (row) => (known(row.confidence) ? -row.confidence : null),
  change: (row) => (row.trend ? row.trend.classes * 1000 + row.trend.score : null),
};

// Falling; what is unknown comes last, then by name so that equals keep their places.
function compare(sort) {
  const key = keys[sort] ?? keys.score;
  return (a, b) => {
    const [x, y] = [key(a), key(b)];
    if (known(x) !== known(y)) return known(x) ? -1 : 1;
    return (known(x) ? y - x : 0) || (b.score ?? -1) - (a.score ?? -1) || (a.house < b.house ? -1 : 1);
  };
}

// rows with rank by score, trend and lane; sorted and filtered as f says.
export function arrange(rows, district, f) {
  const places = new Map((district.houses ?? []).map((h) => [h.id, h]));
  const all = housesOnly(rows).map((row) => ({
    ...row,
    trend: trend(row),
    place: places.get(row.house),
    title: pick(places.get(row.house), 'name') || pick(row, 'name') || row.house,
  }));
  [...all].sort(compare('score')).forEach((row, i) => {
    row.rank = i + 1;
  });
  const passes = (row) =>
    (!f.min || row.grey || rank(row) >= CLASSES.indexOf(f.min)) &&
    (!f.lane || row.place?.lane === f.lane) &&
    (f.only !== 'grey' || row.grey) &&
    (f.only !== 'provisional' || row.provisional) &&
    (f.only !== 'rising' || rising(row.trend)) &&
    (!f.text ||
      `${row.house}\n${row.title}\n${pick(row, 'name')}`.toLowerCase().includes(f.text.toLowerCase()));
  return {all, shown: all.filter(passes).sort(compare(f.sort))};
}

export function readFilter(query) {
  const one = (name, allowed, otherwise) => (allowed.includes(query.get(name)) ? query.get(name) : otherwise);
  return {
    sort: one('sort', SORTS, 'score'),
    min: one('min', CLASSES, ''),
    lane: query.get('lane') ?? '',
    only: one('only', ['grey', 'provisional', 'rising'], ''),
    text: query.get('q') ?? '',
    at: /^\d{4}-\d{2}-\d{2}$/.test(query.get('at') ?? '') ? query.get('at') : '',
    chosen: (query.get('compare') ?? '').split(',').filter(Boolean).slice(0, 4),
  };
}

export function writeFilter(f) {
  const values = {
    sort: f.sort === 'score' ? '' : f.sort,
    min: f.min,
    lane: f.lane,
    only: f.only,
    q: f.text,
    at: f.at,
    compare: f.chosen.join(','),
  };
  const search = new URLSearchParams(Object.entries(values).filter(([, v]) => v));
  return search.size ? `#/risk?${search}` : '#/risk';
}
