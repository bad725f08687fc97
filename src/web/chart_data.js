// What a plot of one sensor shows, as plain data: no elements, no drawing. Times are milliseconds.

import {ms} from './time.js';

export const LAST_FLAG = 4;
const finite = (x) => typeof x === 'number' && Number.isFinite(x);

// Rows of the API ("columns", "items") as objects.
export const rowsOf = (columns, items) =>
  items.map((item) => Object.fromEntries(columns.map((name, i) => [name, item[i]])));

// The answer of readings?step=AUTO: points in order, each with its middle in time.
export function readSeries(answer) {
  const points = rowsOf(answer.columns, answer.items)
    .filter((p) => p.n > 0)
    .map((p) => {
      const [first, last] = [ms(p.t), ms(p.t_last)];
      return {...p, first_ms: first, last_ms: last, at: (first + last) / 2};
    });
  const flagged = rowsOf(answer.flagged_columns, answer.flagged).map((p) => ({
    ...p,
    at: (ms(p.t) + ms(p.t_last)) / 2,
  }));
  return {...answer, points, flagged, from_ms: ms(answer.from), to_ms: ms(answer.to)};
}

const DAY_MS = 86400000;

// Days of the analysis at their noon; a day that is missing breaks the line.
export function readDaily(analysis) {
  const days = rowsOf(analysis?.daily_columns ?? [], analysis?.daily ?? []);
  return days
    .map((d, i) => ({
      at: ms(`${d.day}T12:00:00Z`),
      value: d.compensated,
      measured: d.measured,
      weather: d.weather,
      gap: i > 0 && ms(`${d.day}T12:00:00Z`) - ms(`${days[i - 1].day}T12:00:00Z`) > 1.5 * DAY_MS,
    }))
    .filter((d) => finite(d.value));
}

// Where a forecast's limit lies on the axis, in the direction that the sensor moves.
function heightOf(forecast, movement) {
  if (forecast.of === 'value') return forecast.limit;
  if (!movement) return null;
  const sign = movement.change < 0 && forecast.quantity !== 'crack_width' ? -1 : 1;
  if (forecast.of === 'change') return movement.baseline + sign * forecast.limit;
  if (forecast.of === 'percent_change') return movement.baseline * (1 - forecast.limit / 100);
  return null;
}

// The value of a path of (time, height) at a time: straight between, level after its last point.
function along(path, at) {
  let k = 0;
  while (k + 1 < path.length && path[k + 1].at <= at) k++;
  if (k + 1 >= path.length) return path[k].y;
  const [a, b] = [path[k], path[k + 1]];
  return a.y + ((b.y - a.y) * (at - a.at)) / (b.at - a.at);
}

// The forecast as a fan from the present level: the limits are reached at t05, t50 and t95, so these
// are the quantiles of the level itself. [] when no limit is foreseen within the ten years looked at.
export function readFan(analysis, forecasts = analysis?.forecasts ?? []) {
  const movement = analysis?.movement;
  if (!movement || !analysis.as_of) return [];
  const from = {at: ms(analysis.as_of), y: movement.level};
  const known = forecasts
    .filter((f) => f.state === 'dated' && f.quantity === analysis.quantity)
    .map((f) => ({...f, y: heightOf(f, movement)}))
    .filter((f) => finite(f.y) && (f.y - from.y) * (f.y - movement.baseline) > 0) // still ahead
    .sort((a, b) => Math.abs(a.y - from.y) - Math.abs(b.y - from.y));
  const path = (key) =>
    known.reduce(
      (all, f) => {
        const at = ms(f[key]);
        return f[key] && at > all[all.length - 1].at ? [...all, {at, y: f.y}] : all;
      },
      [from],
    );
  const [early, middle, late] = ['t05', 't50', 't95'].map(path);
  if (early.length < 2) return [];
  const times = [...new Set([...early, ...middle, ...late].map((p) => p.at))].sort((a, b) => a - b);
  return times.map((at) => ({
    at,
    values: [along(late, at), along(middle, at), along(early, at)].sort((a, b) => a - b),
  }));
}

const NONE = [NaN, NaN, NaN];

// Rows for the plot: [time, raw, compensated, forecast], each [least, middle, most], null where it has
// no point and NaN where its line breaks. With the series of another sensor beside it, that is a fifth.
export function mergeRows(series, daily, fan, beside = null) {
  const rows = new Map();
  const empty = beside ? [null, null, null, null] : [null, null, null];
  const put = (at, column, value) => {
    let key = at;
    while (rows.has(key) && rows.get(key)[column] !== null) key += 0.5; // two points of one column never coincide
    if (!rows.has(key)) rows.set(key, [key, ...empty]);
    rows.get(key)[column] = value;
  };
  const putSeries = (of, column) => {
    for (const p of of.points) {
      if (p.gap) put(p.at - 1, column, NONE);
      put(p.at, column, of.by_event ? [p.max, p.max, p.max] : [p.min, p.mean, p.max]); // of events the peak counts
    }
  };
  putSeries(series, 1);
  if (beside) putSeries(beside, 4);
  for (const d of daily) {
    if (d.gap) put(d.at - 1, 2, NONE);
    put(d.at, 2, [d.value, d.value, d.value]);
  }
  for (const f of fan) put(f.at, 3, f.values);
  const all = [...rows.values()].sort((a, b) => a[0] - b[0]);
  return all.length > 0 ? all : [series.from_ms, series.to_ms].map((at) => [at, ...empty]);
}

// The range of values that a plot from..to needs: what passed, what is shown beside it, and limits no
// further away than these reach themselves; a little more at both ends.
export function valueRange({series, daily, fan, limits}, from, to) {
  let [low, high] = [Infinity, -Infinity];
  const take = (...values) => {
    for (const v of values)
      if (finite(v)) {
        low = Math.min(low, v);
        high = Math.max(high, v);
      }
  };
  for (const p of series.points) if (p.last_ms >= from && p.first_ms <= to) take(p.min, p.max);
  for (const d of daily) if (d.at >= from && d.at <= to) take(d.value);
  for (const f of fan) if (f.at >= from && f.at <= to) take(...f.values);
  if (low > high) for (const p of series.flagged) if (p.at >= from && p.at <= to) take(p.min, p.max);
  if (low > high)
    return limits.length > 0 ? [Math.min(0, ...limits), Math.max(...limits) * 1.1 || 1] : [0, 1];
  const [least, most] = [low, high];
  const reach = Math.max(most - least, Math.abs(most) * 0.02, 1e-9);
  for (const y of limits) if (y >= least - reach && y <= most + reach) take(y);
  const margin = (high - low || Math.abs(high) * 0.1 || 1) * 0.06;
  return [low - margin, high + margin];
}

// How many points a plot of that width asks for: few steps, so that answers can be kept.
export const pointsFor = (width_px) => (width_px < 500 ? 400 : width_px < 900 ? 800 : 1200);
