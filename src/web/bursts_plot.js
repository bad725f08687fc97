// A vibration record drawn: velocity over time, and its spectrum against what the standards allow.

import {el, round, svg} from './dom.js';
import {figure} from './figures.js';
import {number, t, word} from './i18n.js';

const NARROW = matchMedia('(max-width: 40rem)');
const LEFT = 62;
const RIGHT = 12;
// In units of about a pixel, so that texts stay readable on a phone.
const widthNow = () => (NARROW.matches ? 360 : 900);

const ticksOf = (low, high, most) => {
  const raw = (high - low) / most;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((m) => m * power).find((s) => s >= raw);
  const ticks = [];
  for (let v = Math.ceil(low / step) * step; v <= high + step * 1e-9; v += step)
    ticks.push(Math.abs(v) < step * 1e-9 ? 0 : v);
  return ticks;
};

const label = (x, y, text, anchor = 'middle', extra = {}) =>
  svg('text', {x: round(x), y: round(y), 'text-anchor': anchor, ...extra}, text);

// --- over time: one strip for each axis, all with one scale ---

function strip(trace, name, {top, height, most, columns, width}) {
  const x = (i) => LEFT + ((width - LEFT - RIGHT) * (i + 0.5)) / columns;
  const y = (v) => top + height / 2 - (v / most) * (height / 2);
  const up = trace.max.map((v, i) => `${round(x(i), 1)} ${round(y(v), 1)}`);
  const down = trace.min.map((v, i) => `${round(x(i), 1)} ${round(y(v), 1)}`).reverse();
  const same = trace.max.every((v, i) => v === trace.min[i]);
  return svg(
    'g',
    null,
    ticksOf(-most * 0.88, most * 0.88, 5).map((v) =>
      svg(
        'g',
        null,
        svg('path', {class: 'grid', d: `M${LEFT} ${round(y(v))}H${width - RIGHT}`}),
        label(LEFT - 6, y(v) + 4, number(v, {maximumSignificantDigits: 3}), 'end'),
      ),
    ),
    svg('path', {
      class: `wave a-${name}${same ? ' thin' : ''}`,
      d: same ? `M${up.join('L')}` : `M${up.join('L')}L${down.join('L')}Z`,
    }),
    label(LEFT + 8, top + 16, name, 'start', {class: 'axis-name'}),
  );
}

export function wavePlot(record) {
  const width = widthNow();
  const {axes, columns, column_s} = record.plot;
  const names = Object.keys(axes);
  const height = names.length > 1 ? 96 : 180;
  const bottom = 8 + names.length * (height + 6);
  const most =
    Math.max(
      1e-9,
      ...names.flatMap((n) => [...axes[n].max, ...axes[n].min.map((v) => -v)]).filter(Number.isFinite),
    ) * 1.05;
  const total = columns * column_s;
  const x = (s) => LEFT + ((width - LEFT - RIGHT) * s) / total;
  return el(
    'figure',
    {class: 'xy'},
    svg(
      'svg',
      {
        viewBox: `0 0 ${width} ${bottom + 40}`,
        role: 'img',
        'aria-label': t('bursts.wave_label', {
          axes: names.join(', '),
          seconds: figure(total, 's'),
          most: figure(most / 1.05, 'mm/s'),
        }),
      },
      ticksOf(0, total, width / 110).map((s) =>
        svg(
          'g',
          null,
          svg('path', {class: 'grid', d: `M${round(x(s))} 8V${bottom}`}),
          label(x(s), bottom + 16, number(s, {maximumSignificantDigits: 3})),
        ),
      ),
      names.map((n, i) => strip(axes[n], n, {top: 8 + i * (height + 6), height, most, columns, width})),
      label((LEFT + width) / 2, bottom + 34, t('bursts.seconds')),
      label(12, bottom / 2, 'mm/s', 'middle', {transform: `rotate(-90 12 ${round(bottom / 2)})`}),
    ),
    el('figcaption', {class: 'muted small'}, t('bursts.wave')),
  );
}

// --- over frequency, both axes logarithmic ---

const decades = (low, high, steps) => {
  const all = [];
  for (let p = Math.floor(Math.log10(low)); p <= Math.ceil(Math.log10(high)); p++)
    for (const m of steps) all.push(m * 10 ** p);
  return all.filter((v) => v >= low * 0.999 && v <= high * 1.001);
};

const SHARE = 0.003; // of the largest: weaker lines are noise that nobody needs to see

function bounds(record, curves) {
  const {axes} = record.plot;
  const peaks = Object.values(record.assessment?.axes ?? {}).map((a) => a.ppv);
  const lines = Object.values(axes)
    .flatMap((a) => a.amplitude)
    .filter((v) => Number.isFinite(v) && v > 0);
  const allowed = curves.flatMap((c) => c.points.map((p) => p[1]));
  const top = Math.max(1e-6, ...peaks, ...allowed, ...lines);
  const strongest = Math.max(1e-6, ...lines);
  return {
    low: Math.min(strongest * SHARE * 10, ...allowed, ...peaks.filter((v) => v > 0)) * 0.5,
    high: top * 1.6,
  };
}

const DASH = ['', '8 4', '3 3', '10 3 2 3', '1 3'];

function frame(scale, {f0, f1, v0, v1, height, width}) {
  return [
    decades(f0, f1, [1, 2, 5]).map((f) =>
      svg(
        'g',
        null,
        svg('path', {class: 'grid', d: `M${round(scale.x(f))} 10V${height - 44}`}),
        label(scale.x(f), height - 28, number(f)),
      ),
    ),
    decades(v0, v1, v1 / v0 > 1000 ? [1] : [1, 2, 5]).map((v) =>
      svg(
        'g',
        null,
        svg('path', {class: 'grid', d: `M${LEFT} ${round(scale.y(v))}H${width - RIGHT}`}),
        label(LEFT - 6, scale.y(v) + 4, number(v, {maximumSignificantDigits: 2}), 'end'),
      ),
    ),
    label((LEFT + width) / 2, height - 8, t('bursts.hertz')),
    label(12, height / 2, 'mm/s', 'middle', {transform: `rotate(-90 12 ${height / 2})`}),
  ];
}

// The curve that governs is drawn bold; what else applies to this source, thin. Limits of the sensor's
// own registration always.
export function spectrumPlot(record, source) {
  const width = widthNow();
  const {axes, bands_hz: bands, curves} = record.plot;
  const shown = curves
    .filter((c) => c.level !== null || c.sources.includes(source))
    .sort((a, b) => b.governs.includes(source) - a.governs.includes(source));
  const height = 380;
  const [f0, f1] = [1, 125];
  const {low: v0, high: v1} = bounds(record, shown);
  const scale = {
    x: (f) => LEFT + ((width - LEFT - RIGHT) * Math.log(f / f0)) / Math.log(f1 / f0),
    y: (v) => 10 + ((height - 54) * Math.log(v1 / v)) / Math.log(v1 / v0),
  };
  const path = (points) =>
    `M${points
      .filter(([f, v]) => f >= f0 && v > 0)
      .map(([f, v]) => `${round(scale.x(f), 1)} ${round(scale.y(Math.max(v, v0)), 1)}`)
      .join('L')}`;
  const dots = Object.entries(record.assessment?.axes ?? {}).flatMap(([name, a]) => {
    const f = a.crossing_hz > 0 ? a.crossing_hz : a.spectrum_hz;
    return f > 0 && a.ppv > 0
      ? [
          svg(
            'g',
            {class: `peak a-${name}`},
            svg('circle', {cx: round(scale.x(f)), cy: round(scale.y(a.ppv)), r: 5}),
            label(scale.x(f) + 9, scale.y(a.ppv) + 4, name, 'start'),
          ),
        ]
      : [];
  });
  return el(
    'figure',
    {class: 'xy'},
    svg(
      'svg',
      {
        viewBox: `0 0 ${width} ${height}`,
        role: 'img',
        'aria-label': t('bursts.spectrum_label', {count: number(shown.length)}),
      },
      frame(scale, {f0, f1, v0, v1, height, width}),
      Object.entries(axes).map(([name, a]) =>
        svg('path', {
          class: `spectrum a-${name}`,
          d: path(a.amplitude.map((v, i) => [bands[i], v]).filter(([, v]) => Number.isFinite(v))),
        }),
      ),
      shown.map((c, i) =>
        svg('path', {
          class: `allowed ${c.level !== null ? `l-${c.level}` : ''} ${c.governs.includes(source) ? 'governs' : ''}`,
          'stroke-dasharray': DASH[i % DASH.length] || null,
          d: path(c.points),
        }),
      ),
      dots,
    ),
    el(
      'figcaption',
      {class: 'small'},
      el('p', {class: 'muted'}, t('bursts.spectrum')),
      curveLegend(shown, source),
    ),
  );
}

function curveLegend(curves, source) {
  return el(
    'ul',
    {class: 'curves'},
    curves.map((c, i) =>
      el(
        'li',
        null,
        svg(
          'svg',
          {viewBox: '0 0 32 10', class: 'sample', 'aria-hidden': 'true'},
          svg('path', {
            class: `allowed ${c.level !== null ? `l-${c.level}` : ''} ${c.governs.includes(source) ? 'governs' : ''}`,
            'stroke-dasharray': DASH[i % DASH.length] || null,
            d: 'M0 5H32',
          }),
        ),
        el(
          'span',
          null,
          c.level !== null && `${t('bursts.own')} · `,
          el(
            'span',
            {lang: 'en'},
            `${c.standard}${c.clause && !c.standard.includes(c.clause) ? ` · ${c.clause}` : ''}${c.edition ? ` (${c.edition})` : ''}`,
          ),
          c.places.length > 0 && ` · ${c.places.map((p) => word('bursts.place', p)).join(', ')}`,
          c.governs.includes(source) && ` · ${t('bursts.governs')}`,
          'JM'.includes(c.mark) && ` · ${t('common.provisional')}`,
        ),
      ),
    ),
  );
}
