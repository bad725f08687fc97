// Words for limits, forecasts and what else stands beside the readings of a sensor.

import {el} from './dom.js';
import {figure, unitWord} from './figures.js';
import {number, t, word} from './i18n.js';
import {colourWord, colourOfLevel} from './level.js';
import {date} from './time.js';

const SHAPES = ['○', '◇', '△', '▲', '■'];
export const quantityWord = (name) => word('sensor.quantity', name);
export const shapeSign = (level) => SHAPES[level] ?? '?';

// "±0.5 mm", "4 mm in 30 days", "3–10 mm/s by frequency"
export function limitAmount(l) {
  const values = (l.curve ?? []).map((p) => p[1]);
  if (values.length > 0) {
    const [low, high] = [Math.min(...values), Math.max(...values)];
    return t('sensor.limit_by_frequency', {
      range: low < high ? `${number(low)}–${number(high)}` : number(low),
      unit: unitWord(l.unit),
    });
  }
  const amount = `${l.two_sided ? '±' : ''}${figure(l.value, l.unit, 4)}`;
  return l.of === 'rate' && l.window_d
    ? t('sensor.limit_rate', {amount, days: number(l.window_d, {maximumSignificantDigits: 3})})
    : amount;
}

// Source and clause, which may say the same.
export function limitSource(l) {
  const clause = l.clause && !(l.source ?? '').includes(l.clause) ? l.clause : '';
  return [l.source, clause, l.edition && !(l.source ?? '').includes(l.edition) ? `(${l.edition})` : '']
    .filter(Boolean)
    .join(' · ');
}

export const provisionalTag = () =>
  el('span', {class: 'tag provisional', title: t('common.provisional_help')}, t('common.provisional'));

export function limitLabel(l) {
  const of = l.below ? t('sensor.limit_below') : word('of', l.of);
  return `${shapeSign(l.level)} ${limitAmount(l)} ${of} · ${limitSource(l)}${l.provisional ? ` · ${t('common.provisional')}` : ''}`;
}
export const limitShort = (l) =>
  `${shapeSign(l.level)} ${limitAmount(l)}${l.provisional ? ` · ${t('common.provisional')}` : ''}`;

export const levelText = (level) => `${shapeSign(level)} ${colourWord(colourOfLevel(level))}`;

// When a limit is reached, as the forecast says it.
export function forecastText(f) {
  if (f.state === 'exceeded') return t('sensor.forecast_exceeded');
  if (f.state === 'abstained')
    return t('sensor.forecast_abstained', {reason: word('sensor.reason', f.reason)});
  if (f.state === 'beyond' || !f.t05) return t('sensor.forecast_beyond');
  return t('sensor.forecast_dated', {
    early: date(f.t05),
    middle: f.t50 ? date(f.t50) : t('sensor.forecast_later'),
    late: f.t95 ? date(f.t95) : t('sensor.forecast_later'),
  });
}

export function epochShort(e) {
  return `${word('sensor.epoch', e.kind)}${e.note ? ` · ${e.note}` : ''}`;
}
