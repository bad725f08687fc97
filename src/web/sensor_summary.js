// The readings of a plot in words: a summary, the value under the pointer, and a table.

import {el} from './dom.js';
import {figure, percent} from './figures.js';
import {number, t, tn, word} from './i18n.js';
import {plainTable} from './table.js';
import {dateTime} from './time.js';

const DIGITS = 5;
const UNITS = [
  ['day', 86400],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
];

// "2 days": a step or a period.
export function spanWords(seconds) {
  const [unit, size] = UNITS.find(([, s]) => seconds % s === 0) ?? UNITS[3];
  return tn(`common.${unit}s`, seconds / size);
}

const extremes = (total, unit) =>
  t('chart.extremes', {
    min: figure(total.min, unit, DIGITS),
    min_t: dateTime(total.min_t),
    max: figure(total.max, unit, DIGITS),
    max_t: dateTime(total.max_t),
    last: figure(total.last, unit, DIGITS),
  });

// What is shown, in a few sentences; silent_since: when the sensor last spoke, null while it does.
export function summary({total, unit, expected, step_s, by_event}, silent_since) {
  const all = total.passed + total.suspect + total.failed;
  return [
    silent_since && t('chart.silent', {when: dateTime(silent_since)}),
    all === 0 ? t('chart.nothing') : tn('chart.readings', all),
    expected > 0 &&
      t('chart.coverage', {share: percent(Math.min(1, all / expected), 1), expected: number(expected)}),
    total.suspect + total.failed > 0 &&
      t('chart.flagged', {suspect: number(total.suspect), failed: number(total.failed)}),
    total.gaps > 0 && !by_event && tn('chart.gaps', total.gaps),
    total.passed > 0 && extremes(total, unit),
    step_s && t(by_event ? 'chart.buckets_events' : 'chart.buckets', {span: spanWords(step_s)}),
  ]
    .filter(Boolean)
    .join(t('common.sentence_gap'));
}

// The points under the pointer.
export function readout(series, x, points, beside) {
  const said = points
    .filter((p) => Number.isFinite(p.yval))
    .map((p) => {
      if (p.name === 'beside') return `${beside.sensor} ${figure(p.yval, beside.unit, DIGITS)}`;
      const value = figure(p.yval, series.unit, DIGITS);
      if (p.name !== 'raw') return t(`chart.read_${p.name}`, {value});
      const bucket = series.points.find((b) => Math.abs(b.at - p.xval) < 1);
      if (!bucket || bucket.n === 1) return value;
      const [min, max] = [figure(bucket.min, null, DIGITS), figure(bucket.max, null, DIGITS)];
      return t('chart.read_bucket', {value, min, max, n: number(bucket.n)});
    });
  return said.length > 0 ? `${dateTime(x)} · ${said.join(' · ')}` : '';
}

const passedRow = (p, unit) => [
  dateTime(p.t),
  p.n > 1 ? dateTime(p.t_last) : '',
  number(p.n),
  figure(p.min, unit, DIGITS),
  figure(p.mean, unit, DIGITS),
  figure(p.max, unit, DIGITS),
  p.gap ? t('chart.gap_before') : '',
];

const flaggedRow = (f, unit) => [
  dateTime(f.t),
  f.n > 1 ? dateTime(f.t_last) : '',
  number(f.n),
  figure(f.min, unit, DIGITS),
  '',
  figure(f.max, unit, DIGITS),
  [t(f.flag >= 4 ? 'chart.failed' : 'chart.suspect'), f.test && word('sensor.test', f.test)]
    .filter(Boolean)
    .join(': '),
];

// All points and what did not pass, latest first.
export function readingsTable({points, flagged, unit}) {
  const rows = [
    ...points.map((p) => ({at: p.at, cells: passedRow(p, unit)})),
    ...flagged.map((f) => ({at: f.at, cells: flaggedRow(f, unit)})),
  ].sort((a, b) => b.at - a.at);
  const heads = ['from', 'until', 'count', 'min', 'mean', 'max', 'flag'];
  const cell = (text, i) => el('td', {class: i >= 2 && i <= 5 ? 'number' : null}, text);
  return plainTable(
    heads.map((k) => t(`chart.col_${k}`)),
    rows.map((r) => r.cells.map(cell)),
  );
}
