// The pure parts of the pages, without a browser: the stream of events, filters, the ranking, the plan.

import assert from 'node:assert/strict';
import {test} from 'node:test';
import {script} from './scripts.mjs';

const {EventParser} = await script('live.js');
const {layOut} = await script('plan.js');
const {passes, readFilter, writeFilter} = await script('feed_filter.js');
const {feedStates} = await script('feed_plan.js');
const {isReached} = await script('alert_words.js');
const ranking = await script('risk_rows.js');
const {chance, chanceRange, figure} = await script('figures.js');
const {rankOfColour} = await script('level.js');
const {debounce} = await script('dom.js');

function parse(chunks) {
  const events = [];
  const parser = new EventParser((event) => events.push(event));
  for (const chunk of chunks) parser.push(chunk);
  return events;
}

test('a stream of events, however it is cut and whatever ends its lines', () => {
  const expected = [
    {name: 'step', data: '{"a":1}', id: '7'},
    {name: 'message', data: 'two\nlines', id: '7'},
  ];
  for (const end of ['\n', '\r\n', '\r']) {
    const lines = [': beat', 'event: step', 'id: 7', 'data: {"a":1}', '', 'data: two', 'data:lines', '', ''];
    const text = lines.join(end);
    assert.deepEqual(parse([text, end === '\r' ? 'x' : '']), expected);
    for (let cut = 1; cut < text.length; cut++)
      assert.deepEqual(
        parse([text.slice(0, cut), text.slice(cut), end === '\r' ? 'x' : '']),
        expected,
        `cut ${cut}`,
      );
    assert.deepEqual(parse([...text, end === '\r' ? 'x' : '']), expected, 'byte by byte');
  }
});

test('what is no event is none: comments, unknown fields, an event without data, an id with NUL', () => {
  assert.deepEqual(parse([': x\n\nevent: step\n\nretry: 5\nfoo\n\n']), []);
  assert.deepEqual(parse(['id: a\0b\ndata: x\n\n']), [{name: 'message', data: 'x', id: null}]);
  assert.deepEqual(parse(['data\n\n']), [{name: 'message', data: '', id: null}]);
});

const house = (id, more = {}) => ({id, lane: 'L01', row: 'R1', number: 1, ...more});

test('houses stand where the registry says, and apart from one another where it does not', () => {
  const square = [
    [0, 0],
    [4, 0],
    [4, 12],
    [0, 12],
  ];
  const known = layOut([house('A', {plan_m: square})]);
  assert.equal(known.toScale, true);
  assert.deepEqual(known.corners.get('A'), square);
  const houses = [];
  for (const lane of ['L01', 'L02'])
    for (const row of ['R1', 'R2'])
      for (let n = 1; n <= 5; n++) houses.push(house(`${lane}${row}${n}`, {lane, row, number: n}));
  const {toScale, corners} = layOut([...houses, house('B', {plan_m: square, lane: null, row: null})]);
  assert.equal(toScale, false, 'one without a footprint: a scheme');
  const boxes = [...corners.values()].map((c) => [c[0][0], c[0][1], c[2][0], c[2][1]]);
  for (const [i, a] of boxes.entries())
    for (const b of boxes.slice(i + 1))
      assert.ok(a[2] <= b[0] + 1e-9 || b[2] <= a[0] + 1e-9 || a[3] <= b[1] + 1e-9 || b[3] <= a[1] + 1e-9);
  assert.equal(layOut([]).toScale, false);
});

const alert = (more) => ({
  id: 'a',
  state: 'open',
  level: 3,
  peak_level: 3,
  category: 'structure',
  kind: 'trend',
  house: 'H001',
  sensors: ['H001/n1/x'],
  summary: {zh: '裂缝', en: 'crack'},
  ...more,
});

test('the filter is what the address says, and nothing else gets in', () => {
  for (const hash of ['level=3&category=structure&q=x&waiting=1&state=all&days=365', '']) {
    const filter = readFilter(new URLSearchParams(hash));
    assert.deepEqual(readFilter(new URLSearchParams(writeFilter(filter).split('?')[1] ?? '')), filter);
  }
  const wild = readFilter(new URLSearchParams('level=99&category=<b>&state=none&days=3'));
  assert.deepEqual(wild, {level: 0, category: '', text: '', waiting: false, all: false, days: 30});
  const open = readFilter(new URLSearchParams('level=3'));
  assert.equal(passes(open)(alert()), true);
  assert.equal(passes(open)(alert({level: 2})), false);
  assert.equal(passes({...open, all: true})(alert({level: 0, state: 'resolved'})), true, 'it was that bad');
  assert.equal(passes({...open, waiting: true})(alert({acknowledged: '2026-01-01T00:00:00Z'})), false);
  assert.equal(passes({...open, text: 'CRACK'})(alert()), true);
  assert.equal(passes({...open, text: 'leak'})(alert()), false);
});

const row = (id, more) => ({id, sensors: 10, sensors_silent: 0, alerts_unknown: 0, ...more});

test('no data is never green, and an alert stays when its data stop', () => {
  const states = feedStates(
    [row('H001'), row('H002'), row('H003', {sensors_silent: 5}), row('H004'), row('H005', {sensors: 0})],
    [
      alert(),
      alert({house: 'H004', sensors: [], category: 'instrument', kind: 'silence', level: 2}),
      alert({house: 'H002', sensors: [], state: 'unknown', level: 4}),
    ],
  );
  const seen = Object.fromEntries([...states].map(([id, s]) => [id, [s.colour, s.unknown]]));
  assert.deepEqual(seen, {
    H001: ['orange', false],
    H002: ['red', true],
    H003: ['grey', true],
    H004: ['grey', true],
    H005: ['grey', true],
  });
  assert.ok(rankOfColour('grey') > rankOfColour('green'));
});

test('the ranking: worst first, unknown last, trend against thirty days ago', () => {
  const rows = [
    {
      house: 'A',
      class: 'M',
      score: 40,
      p365: 0.2,
      confidence: 0.9,
      grey: false,
      class_30d_ago: 'ML',
      score_30d_ago: 30,
    },
    {house: 'B', class: 'insufficient data', score: null, p365: null, confidence: 0.1, grey: true},
    {
      house: 'C',
      class: 'H',
      score: 90,
      p365: 0.9,
      confidence: 0.5,
      grey: false,
      class_30d_ago: 'H',
      score_30d_ago: 95,
    },
    {house: null, lane: 'L01', class: 'H', score: 90},
  ];
  const district = {houses: [house('A', {name_zh: '甲', name_en: 'A'}), house('C', {lane: 'L02'})]};
  const read = (search) => ranking.readFilter(new URLSearchParams(search));
  const order = (search) =>
    ranking
      .arrange(rows, district, read(search))
      .shown.map((r) => r.house)
      .join('');
  assert.equal(order(''), 'CAB');
  assert.equal(order('sort=confidence'), 'BCA');
  assert.equal(order('sort=change'), 'ACB');
  assert.equal(order('min=MH'), 'CB', 'what is unknown is never filtered away by class');
  assert.equal(order('lane=L02'), 'C');
  assert.equal(order('only=rising'), 'A');
  assert.equal(order('only=grey'), 'B');
  assert.deepEqual(ranking.trend(rows[0]), {classes: 1, score: 10, was: 'ML'});
  assert.equal(ranking.trend(rows[1]), null);
  assert.equal(read('at=2026-02-30x').at, '');
  assert.equal(read('compare=A,B,C,D,E').chosen.length, 4);
  const kept = read('sort=p30&min=M&lane=L02&only=grey&q=x&at=2026-01-02&compare=A,C');
  assert.deepEqual(read(ranking.writeFilter(kept).split('?')[1]), kept);
});

test('unknown numbers are a dash, small chances are not nought', () => {
  assert.equal(figure(null, 'mm'), '–');
  assert.equal(figure(NaN, 'mm'), '–');
  assert.match(figure(1234.5, null), /^1,?23[45]$/);
  assert.equal(chance(null), '–');
  assert.match(chance(0.0001), /^</);
  assert.match(chance(0.9999), /^>/);
  assert.equal(chanceRange([0.5, 0.5]), '');
  assert.match(chanceRange([0.1, 0.5]), /10 ?% – 50 ?%/);
  assert.equal(chanceRange(null), '');
});

test('what is put off is done once calls cease, and now and then while they do not', (context) => {
  let now = 0;
  let due = null;
  context.mock.method(Date, 'now', () => now);
  context.mock.method(globalThis, 'setTimeout', (act, wait) => (due = {act, at: now + wait}));
  context.mock.method(globalThis, 'clearTimeout', () => (due = null));
  const done = [];
  const later = debounce(100, (x) => done.push([x, now]));
  const until = (end) => {
    if (due && due.at <= end) {
      now = due.at;
      const {act} = due;
      due = null;
      act();
    }
    now = end;
  };
  later('a');
  until(50);
  later('b');
  until(500);
  assert.deepEqual(done, [['b', 150]]);
  for (let i = 0; i < 60; i++) {
    later(i);
    until(now + 50);
  }
  assert.deepEqual(
    done.slice(1).map(([, at]) => at),
    [1500, 2500, 3500],
  );
});

test('of a limit that is passed no chance is said, of one that lies ahead it is', () => {
  const limit = {value: 1, of: 'change'};
  assert.equal(isReached({value: 1.16, limit}, {limit: 1, of: 'change'}), true);
  assert.equal(isReached({value: -1, limit}, {limit: 1, of: 'change'}), true, 'to either side');
  assert.equal(isReached({value: 0.99, limit}, {limit: 1, of: 'change'}), false);
  assert.equal(isReached({value: 1.16, limit}, {limit: 2, of: 'change'}), false, 'the next limit');
  assert.equal(isReached({value: 1.16, limit}, {limit: 1, of: 'value'}), false, 'another quantity');
  assert.equal(isReached({value: null, limit: null}, {limit: 1, of: 'change'}), false);
});
