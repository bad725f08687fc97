// What is said of an alert beside its own sentences: where, since when, how sure.

import {el} from './dom.js';
import {chance, figure, percent} from './figures.js';
import {pick, t, tn, word} from './i18n.js';
import {colourOfLevel} from './level.js';
import {date, dateTime, relative} from './time.js';

export const isUnknown = (alert) =>
  alert.state === 'unknown' || (alert.state === 'open' && Boolean(alert.unknown_since));
export const isOver = (alert) => alert.state === 'resolved' || alert.level === 0;
export const alertColour = (alert) => (isOver(alert) ? 'green' : colourOfLevel(alert.level));

export function place(alert) {
  const last = alert.last ?? {};
  const house = pick(last, 'house_name') || alert.house;
  const element = pick(last, 'element_name') || alert.element;
  const several = new Set((last.members ?? []).map((m) => m.house).filter(Boolean)).size;
  return house || several === 0 ? [house, element].filter(Boolean).join(' · ') : tn('feed.houses', several);
}

const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

// The summary without what the page shows beside it: level and acknowledgement in brackets, the place.
export function plainSummary(alert) {
  const text = pick(alert, 'summary').replace(/^(【[^】]*】|\[[^\]]*\]\s*)/, '');
  for (const gap of [' ', ', ']) {
    const last = alert.last ?? {};
    const names = [pick(last, 'house_name'), pick(last, 'element_name')].filter(Boolean).join(gap);
    const rest = names && text.startsWith(names) ? text.slice(names.length).replace(/^[,，:：\s]+/, '') : '';
    if (rest) return capital(rest);
  }
  return text;
}

// Without its heading, which the page has in its own language.
export const adviceText = (alert) => pick(alert.last, 'advice').replace(/^(建议：|Advice: )/, '');

export const kindWord = (alert) => `${word('category', alert.category)} · ${word('kind', alert.kind)}`;

export const since = (at) =>
  el('time', {datetime: at, title: dateTime(at)}, `${relative(at)} · ${dateTime(at)}`);

export const provisional = () =>
  el('span', {class: 'tag provisional', title: t('common.provisional_help')}, t('common.provisional'));

function measured(last) {
  const {evidence} = last;
  if (!evidence || last.value === null || last.value === undefined) return null;
  if (!(evidence.sigma > 0)) return null;
  return t('sure.measured', {
    value: figure(last.value, last.unit),
    sigma: figure(evidence.sigma, null, 2),
    times: figure(Math.abs(last.value) / evidence.sigma, null, 2),
  });
}

// Nothing when the limit has been passed already.
const foreseen = ({forecast: f, value}) =>
  f &&
  f.p365 !== null &&
  f.p365 !== undefined &&
  !(Math.abs(value) >= f.limit) &&
  t('sure.foreseen', {limit: figure(f.limit, f.unit), p: chance(f.p365), from: date(f.t05), to: date(f.t95)});

// Sentences; the first are the weightiest. Empty when the step says nothing about it.
export function sure(last) {
  if (!last?.evidence) return [];
  const e = last.evidence;
  return [
    measured(last),
    e.together && t('sure.together'),
    e.unconfirmed && t('sure.unconfirmed'),
    last.limit?.provisional && t('sure.provisional'),
    e.coverage !== null && e.coverage > 0 && t('sure.coverage', {coverage: percent(e.coverage)}),
    e.coverage === 0 && t('sure.no_data'),
    foreseen(last),
  ].filter(Boolean);
}

export const membersText = (last) =>
  last?.members?.length ? tn('feed.speaks_for', last.members.length) : '';

// What is measured lies beyond the very limit that the forecast speaks of: then no chance is said.
export const isReached = ({value, limit}, f) =>
  limit?.value === f.limit && limit.of === f.of && Math.abs(value) >= Math.abs(f.limit);
