// What stands on the plot of a sensor beside its lines, out of what is known of the sensor.

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

export function marksOf(analysis, series, shown) {
  return {
    limits: shown.limits ? limitsOf(analysis) : [],
    flagged: series.flagged,
    now: now_ms(),
    epochs: epochsOf(analysis),
    steps: stepsOf(analysis),
  };
}
