// What stands on the plot of a sensor beside its lines, out of what is known of the sensor.

import {figure} from './figures.js';
import {t} from './i18n.js';
import {epochShort, limitLabel, limitShort} from './sensor_words.js';
import {ms, now_ms} from './time.js';

const STEPS = ['raised', 'worsened', 'eased', 'resolved', 'reopened'];
const RELATIVE = ['change', 'percent_change'];

// Limits on a change hold from the baseline on that it is counted from.
function limitsOf(analysis) {
  const since = analysis.movement ? ms(analysis.movement.since) : -Infinity;
  return (analysis.limits ?? []).flatMap((l) =>
    l.heights.map((y) => ({
      y,
      level: l.level,
      from: RELATIVE.includes(l.of) ? since : -Infinity,
      label: limitLabel(l),
      short: limitShort(l),
    })),
  );
}

// Where changes are counted from; level 0.
function baselineOf({movement, unit}) {
  if (!movement) return [];
  const words = `${t('sensor.baseline')} ${figure(movement.baseline, unit, 4)}`;
  return [{y: movement.baseline, level: 0, from: ms(movement.since), label: words, short: ''}];
}

const epochsOf = (analysis) =>
  (analysis.epochs ?? []).map((e) => ({
    from: ms(e.t),
    to: e.until ? ms(e.until) : e.lasts ? Infinity : ms(e.t),
    short: epochShort(e),
  }));

const stepsOf = (analysis) =>
  (analysis.alerts ?? []).flatMap((a) =>
    a.steps.filter((s) => STEPS.includes(s.event)).map((s) => ({at: ms(s.t), level: s.level})),
  );

// Which share of the readings that there should be came in each bucket, from the first reading to now;
// none where each reading is drawn by itself, for there gaps can be seen.
export function coverageOf(series) {
  const {step_s, period_s, by_event, total} = series;
  if (!step_s || !period_s || by_event || !total.first) return [];
  const step = step_s * 1000;
  const [first, end] = [ms(total.first), Math.min(series.to_ms, now_ms())];
  const came = new Map();
  for (const p of [...series.points, ...series.flagged]) {
    const key = Math.floor(ms(p.t) / step);
    came.set(key, (came.get(key) ?? 0) + p.n);
  }
  const all = [];
  for (let key = Math.floor(first / step); key * step < end; key++) {
    const from = Math.max(key * step, first);
    const to = Math.min((key + 1) * step, end);
    const expected = (to - from) / (period_s * 1000);
    if (expected >= 1) all.push({from, to, share: Math.min(1, (came.get(key) ?? 0) / Math.floor(expected))});
  }
  return all;
}

export function marksOf(analysis, series, shown) {
  return {
    coverage: coverageOf(series),
    limits: shown.limits ? [...limitsOf(analysis), ...baselineOf(analysis)] : [],
    flagged: series.flagged,
    now: now_ms(),
    epochs: epochsOf(analysis),
    steps: stepsOf(analysis),
  };
}
