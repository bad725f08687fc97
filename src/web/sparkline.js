// A year of a sensor in a strip: the mean of some days each, with least and greatest behind it, and
// what did not pass as ticks at the foot. Asked for when it comes into sight.

import {get} from './api.js';
import {readSeries} from './chart_data.js';
import {el, round, svg} from './dom.js';
import {figure} from './figures.js';
import {t} from './i18n.js';
import {iso} from './sensor_view.js';
import {now_ms} from './time.js';

const YEAR = 365 * 86400000;
const WIDTH = 160;
const HEIGHT = 36;
const POINTS = 60;

function paths(series) {
  const {points} = series;
  const [from, to] = [series.from_ms, series.to_ms];
  const low = Math.min(...points.map((p) => p.min));
  const high = Math.max(...points.map((p) => p.max));
  const room = high - low || 1;
  const x = (at) => round((WIDTH * (at - from)) / (to - from), 1);
  const y = (v) => round(2 + (HEIGHT - 8) * (1 - (v - low) / room), 1);
  const runs = [];
  for (const p of points) {
    if (runs.length === 0 || p.gap) runs.push([]);
    runs[runs.length - 1].push(p);
  }
  return [
    ...runs.map((run) =>
      svg('path', {
        class: 'spark-band',
        d: `M${run.map((p) => `${x(p.at)} ${y(p.max)}`).join('L')}L${[...run]
          .reverse()
          .map((p) => `${x(p.at)} ${y(p.min)}`)
          .join('L')}Z`,
      }),
    ),
    ...runs.map((run) =>
      svg('path', {class: 'spark-line', d: `M${run.map((p) => `${x(p.at)} ${y(p.mean)}`).join('L')}`}),
    ),
    ...(series.by_event
      ? points.map((p) => svg('circle', {class: 'spark-dot', cx: x(p.at), cy: y(p.max), r: 1.2}))
      : []),
    ...series.flagged.map((f) =>
      svg('path', {
        class: f.flag >= 4 ? 'spark-failed' : 'spark-suspect',
        d: `M${x(f.at)} ${HEIGHT - 4}V${HEIGHT}`,
      }),
    ),
  ];
}

async function fill(node, sensor, signal) {
  const now = now_ms();
  try {
    const series = readSeries(
      await get('readings', {
        sensor: sensor.id,
        step: 'AUTO',
        points: POINTS,
        from: iso(now - YEAR),
        to: iso(now),
        signal,
      }),
    );
    const {total} = series;
    if (series.points.length === 0) {
      node.replaceChildren(el('span', {class: 'muted small'}, t('house.spark_none')));
      return;
    }
    node.replaceChildren(
      svg(
        'svg',
        {
          viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
          class: `spark${series.by_event ? ' by-event' : ''}`,
          role: 'img',
          'aria-label': t('house.spark_label', {
            min: figure(total.min, series.unit),
            max: figure(total.max, series.unit),
          }),
        },
        paths(series),
      ),
    );
  } catch {
    if (!signal.aborted) node.replaceChildren(el('span', {class: 'muted small'}, '–'));
  }
}

// A place for the strip; its node.
export function sparkline(sensor, signal) {
  const node = el('div', {class: 'spark-box'});
  const watch = new IntersectionObserver(
    (seen) => {
      if (!seen.some((s) => s.isIntersecting)) return;
      watch.disconnect();
      fill(node, sensor, signal);
    },
    {rootMargin: '200px'},
  );
  watch.observe(node);
  signal.addEventListener('abort', () => watch.disconnect());
  return node;
}
