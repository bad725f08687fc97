// What the lines and signs of a plot mean.

import {el, svg} from './dom.js';
import {t} from './i18n.js';

const sample = (...parts) =>
  svg('svg', {viewBox: '0 0 28 14', class: 'sample', 'aria-hidden': 'true', focusable: 'false'}, ...parts);
const line = (kind) => svg('path', {d: 'M1 9 8 5 15 8 27 4', class: `line ${kind}`});
const band = (kind) => svg('path', {d: 'M1 5 8 1 15 4 27 0V8L15 12 8 9 1 13Z', class: `band ${kind}`});

const entry = (sign, words) => el('span', {class: 'entry'}, sign, el('span', null, words));

export function legend({series, daily, fan, marks, view, beside}) {
  const [from, to] = view;
  const flags = new Set(series.flagged.map((f) => f.flag >= 4));
  const bucketed = series.step_s !== null;
  return [
    entry(
      series.by_event
        ? sample(svg('circle', {cx: 14, cy: 7, r: 3, class: 'dot raw'}))
        : sample(bucketed && band('raw'), line('raw')),
      t(series.by_event ? 'chart.legend_events' : bucketed ? 'chart.legend_raw_band' : 'chart.legend_raw'),
    ),
    daily.length > 0 && entry(sample(line('level')), t('chart.legend_compensated')),
    fan.length > 0 && entry(sample(band('ahead'), line('ahead')), t('chart.legend_forecast')),
    marks.coverage.length > 0 &&
      entry(
        sample(
          svg('path', {d: 'M1 3H9V12H1Z', class: 'came'}),
          svg('path', {d: 'M10 8H18V12H10Z', class: 'came some'}),
          svg('path', {d: 'M19 3H27M19 12H27', class: 'came none'}),
        ),
        t('chart.legend_coverage'),
      ),
    beside && entry(sample(line('beside')), t('chart.legend_beside', {name: beside})),
    flags.has(false) &&
      entry(sample(svg('path', {d: 'M9 7H19M14 2V12', class: 'suspect'})), t('chart.suspect')),
    flags.has(true) &&
      entry(sample(svg('path', {d: 'M10 3 18 11M18 3 10 11', class: 'failed'})), t('chart.failed')),
    marks.steps.some((s) => s.at >= from && s.at <= to) &&
      entry(
        sample(
          svg('path', {d: 'M9 1 14 10H4Z', class: 'alert'}),
          svg('path', {d: 'M23 2V14', class: 'alert thin'}),
        ),
        t('chart.legend_alerts'),
      ),
    marks.epochs.some((e) => e.from <= to && e.to >= from) &&
      entry(sample(svg('path', {d: 'M3 0V14M3 0H26V14H3Z', class: 'epoch'})), t('chart.legend_epochs')),
  ];
}
