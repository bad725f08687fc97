// What a plot shows, without a browser: points out of the API's answers, the forecast as a fan, ranges,
// ticks in the district's zone.

import assert from 'node:assert/strict';
import {test} from 'node:test';
import {script} from './scripts.mjs';

const data = await script('chart_data.js');
const {timeTicks, offset_ms} = await script('chart_time.js');
const {setZone} = await script('time.js');
const {readView, spanOf} = await script('sensor_view.js');
const {coverageOf, marksOf} = await script('sensor_marks.js');

const DAY = 86400000;
const at = (text) => Date.parse(text);
const COLUMNS = ['t', 't_last', 'n', 'first', 'min', 'max', 'last', 'mean', 'flag', 'gap'];
const FLAGGED = ['t', 't_last', 'flag', 'n', 'min', 'max', 'test'];
const answer = (items, flagged = [], more = {}) => ({
  columns: COLUMNS,
  items,
  flagged_columns: FLAGGED,
  flagged,
  from: '2025-01-01T00:00:00Z',
  to: '2025-01-02T00:00:00Z',
  by_event: false,
  ...more,
});
const point = (hour, min, mean, max, gap = false) => {
  const t = `2025-01-01T${String(hour).padStart(2, '0')}:00:00Z`;
  return [t, t, 1, mean, min, max, mean, mean, 1, gap];
};

test('points lie in the middle of their time; those without a passed reading are none', () => {
  const empty = ['2025-01-01T04:00:00Z', '2025-01-01T04:00:00Z', 0, null, null, null, null, null, 4, false];
  const long = ['2025-01-01T02:00:00Z', '2025-01-01T03:00:00Z', 6, 1, 0, 2, 1, 1, 1, false];
  const series = data.readSeries(
    answer([long, empty], [['2025-01-01T04:00:00Z', '2025-01-01T04:00:00Z', 4, 1, 9, 9, 'spike']]),
  );
  assert.equal(series.points.length, 1);
  assert.equal(series.points[0].at, at('2025-01-01T02:30:00Z'));
  assert.equal(series.flagged[0].test, 'spike');
});

test('a gap breaks the line, and so does a missing day', () => {
  const series = data.readSeries(answer([point(1, 1, 2, 3), point(2, 1, 2, 3), point(9, 1, 2, 3, true)]));
  const daily = data.readDaily({
    daily_columns: ['day', 'compensated', 'measured', 'weather', 'shift'],
    daily: [
      ['2025-01-01', 1, 1, 0, 0],
      ['2025-01-02', 2, 1, 0, 0],
      ['2025-01-05', 3, 1, 0, 0],
    ],
  });
  const rows = data.mergeRows(series, daily, []);
  const breaks = (column) => rows.filter((r) => r[column] && Number.isNaN(r[column][1])).map((r) => r[0]);
  assert.deepEqual(breaks(1), [at('2025-01-01T09:00:00Z') - 1]);
  assert.deepEqual(breaks(2), [at('2025-01-05T12:00:00Z') - 1]);
  assert.deepEqual(
    rows.map((r) => r[0]),
    [...rows.map((r) => r[0])].sort((a, b) => a - b),
  );
  assert.deepEqual(rows[0][1], [1, 2, 3]);
});

test('of events the peak is drawn', () => {
  const series = data.readSeries(answer([point(1, 1, 2, 7)], [], {by_event: true}));
  assert.deepEqual(data.mergeRows(series, [], [])[0][1], [7, 7, 7]);
});

const analysis = (forecasts, movement = {}) => ({
  as_of: '2025-01-01T00:00:00Z',
  quantity: 'tilt',
  movement: {baseline: 2, level: 2.1, change: 0.1, ...movement},
  forecasts,
});
const dated = (limit, t05, t50, t95) => ({
  state: 'dated',
  quantity: 'tilt',
  of: 'change',
  limit,
  t05,
  t50,
  t95,
});

test('the fan goes through the times at which limits are reached', () => {
  const fan = data.readFan(
    analysis([
      dated(1, '2025-06-01T00:00:00Z', '2026-06-01T00:00:00Z', null),
      dated(0.5, '2025-03-01T00:00:00Z', '2025-09-01T00:00:00Z', '2027-01-01T00:00:00Z'),
    ]),
  );
  const values = (t) => fan.find((f) => f.at === at(t)).values;
  assert.deepEqual(values('2025-01-01T00:00:00Z'), [2.1, 2.1, 2.1]);
  assert.equal(values('2025-03-01T00:00:00Z')[2], 2.5);
  assert.equal(values('2025-09-01T00:00:00Z')[1], 2.5);
  assert.equal(values('2027-01-01T00:00:00Z')[0], 2.5);
  assert.equal(values('2025-06-01T00:00:00Z')[2], 3);
  for (const f of fan) assert.ok(f.values[0] <= f.values[1] && f.values[1] <= f.values[2]);
});

test('a sensor that moves down has its fan below; what is not dated, or of another quantity, has none', () => {
  const down = data.readFan(
    analysis([dated(0.5, '2025-03-01T00:00:00Z', '2025-09-01T00:00:00Z', null)], {change: -0.1, level: 1.9}),
  );
  assert.equal(down.at(-1).values[0], 1.5);
  assert.deepEqual(data.readFan(analysis([{...dated(1, null, null, null), state: 'beyond'}])), []);
  assert.deepEqual(
    data.readFan(analysis([{...dated(1, '2025-03-01T00:00:00Z', null, null), quantity: 'mould_index'}])),
    [],
  );
  const passed = dated(0.05, '2025-01-01T00:00:00Z', '2025-02-01T00:00:00Z', '2025-03-01T00:00:00Z');
  assert.deepEqual(data.readFan(analysis([passed])), []);
  assert.deepEqual(data.readFan({as_of: null, movement: null, forecasts: []}), []);
});

test('the range holds what passed and limits near it; flagged and far ones do not stretch it', () => {
  const series = data.readSeries(
    answer(
      [point(1, 1, 1.5, 2)],
      [['2025-01-01T02:00:00Z', '2025-01-01T02:00:00Z', 4, 1, 500, 500, 'spike']],
    ),
  );
  const from = at('2025-01-01T00:00:00Z');
  const range = (limits) => data.valueRange({series, daily: [], fan: [], limits}, from, from + DAY);
  let [low, high] = range([2.5, 90]);
  assert.ok(low < 1 && high > 2.5 && high < 3);
  [low, high] = range([]);
  assert.ok(low < 1 && high > 2 && high < 2.2);
  const nothing = data.readSeries(answer([]));
  assert.deepEqual(
    data.valueRange({series: nothing, daily: [], fan: [], limits: []}, from, from + DAY),
    [0, 1],
  );
});

test('coverage: all of a bucket, some of it, none; nothing where readings are drawn by themselves', () => {
  const bucket = (hour, n) => [
    `2025-01-01T${hour}:00:00Z`,
    `2025-01-01T${hour}:50:00Z`,
    n,
    1,
    1,
    1,
    1,
    1,
    1,
    false,
  ];
  const flagged = [['2025-01-01T03:20:00Z', '2025-01-01T03:20:00Z', 4, 2, 9, 9, 'spike']];
  const more = {
    step_s: 3600,
    period_s: 600,
    total: {first: '2025-01-01T00:00:00Z'},
    to: '2025-01-01T04:00:00Z',
  };
  const series = data.readSeries(answer([bucket('00', 6), bucket('01', 3), bucket('03', 1)], flagged, more));
  assert.deepEqual(
    coverageOf(series).map((c) => c.share),
    [1, 0.5, 0, 0.5],
  );
  assert.deepEqual(coverageOf({...series, step_s: null}), []);
  assert.deepEqual(coverageOf({...series, by_event: true}), []);
  assert.deepEqual(coverageOf({...series, total: {first: null}}), []);
});

test('limits on a change begin with the baseline that it is counted from', () => {
  const limit = (of) => ({of, level: 2, value: 1, unit: 'mm', heights: [3, 1], source: 'x', mark: 'J'});
  const marks = marksOf(
    {
      movement: {since: '2024-05-01T00:00:00Z', baseline: 2},
      unit: 'mm',
      limits: [limit('change'), limit('value')],
    },
    data.readSeries(answer([], [], {total: {first: null}})),
    {limits: true},
  );
  assert.deepEqual(
    marks.limits.map((l) => l.from),
    [
      at('2024-05-01T00:00:00Z'),
      at('2024-05-01T00:00:00Z'),
      -Infinity,
      -Infinity,
      at('2024-05-01T00:00:00Z'),
    ],
  );
  assert.deepEqual([marks.limits[4].y, marks.limits[4].level], [2, 0]); // the baseline itself
});

test('a second sensor is a fifth column', () => {
  const one = data.readSeries(answer([point(1, 1, 2, 3)]));
  const other = data.readSeries(answer([point(2, 10, 20, 30)]));
  assert.deepEqual(
    data.mergeRows(one, [], [], other).map((r) => r.slice(1)),
    [
      [[1, 2, 3], null, null, null],
      [null, null, null, [10, 20, 30]],
    ],
  );
  assert.deepEqual(data.mergeRows(data.readSeries(answer([])), [], [])[0].length, 4);
});

test('a red alert stays red when its sensor falls silent; of lesser ones nothing is known then', async () => {
  const {sensorColour} = await script('sensor_state.js');
  const of = (silent, alert_level) => sensorColour({silent, alert_level});
  assert.deepEqual(
    [of(false, 0), of(false, 2), of(false, 4), of(true, 0), of(true, 2), of(true, 3), of(true, 4)],
    ['green', 'yellow', 'red', 'grey', 'grey', 'orange', 'red'],
  );
  assert.equal(sensorColour({silent: true}), 'grey');
});

test('ticks stand at round local times, also where clocks change', () => {
  setZone('Asia/Shanghai');
  assert.equal(offset_ms(at('2025-01-01T00:00:00Z')), 8 * 3600000);
  const day = timeTicks(at('2024-12-31T16:00:00Z'), at('2025-01-01T16:00:00Z'), 9);
  assert.ok(day.length >= 5 && day.length <= 9);
  for (const {v} of day) assert.equal((v + 8 * 3600000) % (3 * 3600000), 0);
  const years = timeTicks(at('2020-01-01T00:00:00Z'), at('2025-01-01T00:00:00Z'), 12);
  assert.ok(years.length >= 5 && years.length <= 12);
  for (const {v} of years) assert.equal(new Date(v + 8 * 3600000).getUTCDate(), 1);
  setZone('Europe/Madrid');
  const spring = timeTicks(at('2025-03-27T23:00:00Z'), at('2025-04-02T22:00:00Z'), 8);
  assert.deepEqual(
    spring.map(({v}) => new Date(v).getUTCHours()),
    spring.map(({v}) => (v < at('2025-03-30T01:00:00Z') ? 23 : 22)),
  );
});

test('a span ends now; of a sensor that was silent for longer, when it last spoke', () => {
  const now = at('2025-06-01T00:00:00Z');
  const known = {now, first: now - 900 * DAY, last: now - 60000, ahead: null};
  assert.deepEqual(spanOf('week', known), {from: now - 7 * DAY, to: now, silent: false});
  assert.equal(spanOf('all', known).from, known.first);
  const silent = spanOf('day', {...known, last: now - 40 * DAY});
  assert.ok(silent.silent && silent.to > now - 40 * DAY && silent.to < now - 39 * DAY);
  assert.equal(spanOf('year', {...known, ahead: now + 900 * DAY}).to, now + 0.25 * 365 * DAY);
  assert.equal(spanOf('week', {...known, ahead: now + 900 * DAY}).to, now);
});

test('the address says what is looked at', () => {
  assert.deepEqual(readView(new URLSearchParams('')), {span: 'month'});
  assert.deepEqual(readView(new URLSearchParams('span=year')), {span: 'year'});
  assert.deepEqual(readView(new URLSearchParams('span=constructor')), {span: 'month'});
  const view = readView(new URLSearchParams('from=2025-01-01T00:00:00Z&to=2025-01-02T00:00:00Z'));
  assert.deepEqual(view, {span: null, from: at('2025-01-01T00:00:00Z'), to: at('2025-01-02T00:00:00Z')});
  assert.deepEqual(readView(new URLSearchParams('from=2025-01-02&to=2025-01-01&span=day')), {span: 'day'});
});
