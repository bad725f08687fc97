// The plan of the lanes: houses to scale as the registry has their footprints; without them a scheme,
// which says so. One stop for the Tab key: arrows go from house to house.

import {el, round, svg} from './dom.js';
import {number, pick, t} from './i18n.js';
import {colourWord, shape} from './level.js';
import {to} from './link.js';

const HOUSE = {width: 4.1, depth: 12, lane: 3.2, street: 8};
const LEAST_M = 24; // as wide as scale and arrow need
const PAD_M = 3;
const PX_PER_M = [4.6, 7.5]; // least: the plan scrolls; most: a small district stays small

const byText = (a, b) => (a < b ? -1 : a > b ? 1 : 0);

// Rows of equal houses by lane, row and number, one lane's rows beside the next lane's.
function scheme(houses) {
  const sorted = [...houses].sort(
    (a, b) =>
      byText(a.lane ?? '', b.lane ?? '') ||
      byText(a.row ?? '', b.row ?? '') ||
      (a.number ?? 0) - (b.number ?? 0) ||
      byText(a.id, b.id),
  );
  const rows = new Map();
  for (const h of sorted) {
    const key = `${h.lane ?? ''}\n${h.row ?? ''}`;
    if (!rows.has(key)) rows.set(key, []);
    rows.get(key).push(h);
  }
  const pitch = Math.max(...[...rows.values()].map((r) => r.length)) * HOUSE.width + HOUSE.street;
  const lanes = [...new Set([...rows.keys()].map((key) => key.split('\n')[0]))];
  const placed = new Map();
  const levels = new Map();
  for (const [key, row] of rows) {
    const lane = key.split('\n')[0];
    const level = levels.get(lane) ?? 0;
    levels.set(lane, level + 1);
    row.forEach((h, i) => {
      const x = lanes.indexOf(lane) * pitch + i * HOUSE.width;
      const y = level * (HOUSE.depth + HOUSE.lane);
      placed.set(h.id, [
        [x, y],
        [x + HOUSE.width, y],
        [x + HOUSE.width, y + HOUSE.depth],
        [x, y + HOUSE.depth],
      ]);
    });
  }
  return placed;
}

// Footprints of all houses; toScale only when every house has its own.
export function layOut(houses) {
  const toScale = houses.length > 0 && houses.every((h) => Array.isArray(h.plan_m) && h.plan_m.length >= 3);
  return {toScale, corners: toScale ? new Map(houses.map((h) => [h.id, h.plan_m])) : scheme(houses)};
}

const middle = (corners) => {
  const n = corners.length;
  return [corners.reduce((s, c) => s + c[0], 0) / n, corners.reduce((s, c) => s + c[1], 0) / n];
};

function bounds(all) {
  const xs = all.flatMap((c) => c.map((p) => p[0]));
  const ys = all.flatMap((c) => c.map((p) => p[1]));
  const [left, right] = [Math.min(...xs), Math.max(...xs)];
  const pad = Math.max(PAD_M, (LEAST_M - (right - left)) / 2);
  const [x0, x1] = [left - pad, right + pad];
  const [y0, y1] = [Math.min(...ys) - PAD_M, Math.max(...ys) + PAD_M];
  return {x0, y0, width: x1 - x0, height: y1 - y0, top: y1};
}

// A length that fits a quarter of the width: 1, 2 or 5 times a power of ten, at most 20 m, so that it
// is seen whole where the plan scrolls.
function scaleLength(width) {
  const most = Math.min(20, width / 4);
  const power = 10 ** Math.floor(Math.log10(most));
  return [5, 2, 1].map((m) => m * power).find((length) => length <= most) ?? power;
}

function scaleBar(b) {
  const length = scaleLength(b.width);
  const y = b.height + 4;
  return svg(
    'g',
    {class: 'scale', 'aria-hidden': 'true'},
    svg('path', {d: `M${PAD_M} ${y - 1}v1h${length}v-1`}),
    svg('text', {x: PAD_M + length + 1.5, y: y + 0.6}, `${number(length)} m`),
    svg('path', {d: `M${b.width - PAD_M} ${y + 1}v-5m-1.2 1.6l1.2 -1.6l1.2 1.6`}),
    svg('text', {x: b.width - PAD_M - 1.8, y: y + 0.6, 'text-anchor': 'end'}, t('plan.north')),
  );
}

function laneNames(houses, corners, b) {
  const lanes = new Map();
  for (const h of houses) {
    if (!h.lane) continue;
    const at = lanes.get(h.lane) ?? {x: Infinity, y: Infinity};
    for (const [x, y] of corners.get(h.id)) {
      at.x = Math.min(at.x, x);
      at.y = Math.min(at.y, y);
    }
    lanes.set(h.lane, at);
  }
  return [...lanes].map(([name, at]) =>
    svg(
      'text',
      {class: 'lane', x: round(at.x - b.x0), y: round(b.top - at.y + 3), 'aria-hidden': 'true'},
      name,
    ),
  );
}

// A shape of so many metres about x, y.
const sign = (colour, x, y, size) =>
  svg(
    'g',
    {
      class: `shape s-${colour}`,
      transform: `translate(${round(x - size / 2)} ${round(y - size / 2)}) scale(${round(size / 16, 4)})`,
    },
    shape(colour),
  );

function houseMark(h, corners, b, state, size) {
  const points = corners.map(([x, y]) => `${round(x - b.x0)},${round(b.top - y)}`).join(' ');
  const [mx, my] = middle(corners);
  const [x, y] = [mx - b.x0, b.top - my];
  const words = [pick(h, 'name') || h.id, state.text ?? colourWord(state.colour)].join(', ');
  const marks = ['chosen', 'faint', 'unknown'].filter((mark) => state[mark]);
  return svg(
    'a',
    {
      href: state.href ?? to('house', h.id),
      class: ['house', `c-${state.colour}`, ...marks].join(' '),
      'data-house': h.id,
      tabindex: -1,
      'aria-label': words,
    },
    svg('title', null, words),
    svg('polygon', {points}),
    sign(state.colour, x, y - 1, size),
    state.unknown && state.colour !== 'grey' && sign('grey', x, y - 1 - size, size * 0.75),
    svg('text', {class: 'name', x: round(x), y: round(y + size / 2 + 1.6)}, h.number || h.id),
  );
}

const DIRECTIONS = {ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1]};

// The nearest house in that direction: what lies aside counts double.
function neighbour(id, [dx, dy], corners) {
  const [x, y] = middle(corners.get(id));
  let best = null;
  for (const [other, shapeOf] of corners) {
    const [ox, oy] = middle(shapeOf);
    const ahead = (ox - x) * dx + (oy - y) * dy;
    if (other === id || ahead <= 0.5) continue;
    const far = ahead + 2 * Math.abs((ox - x) * dy + (oy - y) * dx);
    if (!best || far < best.far) best = {other, far};
  }
  return best?.other ?? null;
}

function roam(drawing, corners) {
  drawing.addEventListener('keydown', (event) => {
    const here = event.target.closest?.('.house');
    if (!here || !DIRECTIONS[event.key]) return;
    event.preventDefault();
    const next = neighbour(here.dataset.house, DIRECTIONS[event.key], corners);
    const node = next && drawing.querySelector(`[data-house="${CSS.escape(next)}"]`);
    if (!node) return;
    here.setAttribute('tabindex', -1);
    node.setAttribute('tabindex', 0);
    node.focus();
  });
}

// states: house id -> {colour, text, href, chosen, faint, unknown}; what is not in it is drawn as unknown.
export function plan(houses, states, {label} = {}) {
  if (houses.length === 0) return el('p', {class: 'muted'}, t('plan.nothing'));
  const {toScale, corners} = layOut(houses);
  const b = bounds([...corners.values()]);
  const marks = houses.map((h) =>
    houseMark(h, corners.get(h.id), b, states.get(h.id) ?? {colour: 'grey'}, 3.4),
  );
  const first = marks.find((m) => m.classList.contains('chosen')) ?? marks[0];
  first.setAttribute('tabindex', 0);
  const drawing = svg(
    'svg',
    {
      viewBox: `0 0 ${round(b.width)} ${round(b.height + 7)}`,
      class: 'plan',
      role: 'group',
      'aria-label': label ?? t('plan.label'),
    },
    laneNames(houses, corners, b),
    marks,
    toScale && scaleBar(b),
  );
  drawing.style.minWidth = `${Math.round(b.width * PX_PER_M[0])}px`;
  drawing.style.maxWidth = `${Math.round(b.width * PX_PER_M[1])}px`;
  roam(drawing, corners);
  return el(
    'div',
    {class: 'plan-box'},
    el('div', {class: 'wide', 'data-key': 'plan-scroll'}, drawing),
    !toScale && el('p', {class: 'muted small'}, t('plan.scheme')),
  );
}

// word: colour -> its word.
export function legend(colours, word = colourWord) {
  return el(
    'ul',
    {class: 'legend'},
    colours.map((colour) =>
      el(
        'li',
        {class: `c-${colour}`},
        svg('svg', {viewBox: '0 0 16 16', class: 'shape', 'aria-hidden': 'true'}, shape(colour)),
        el('span', null, word(colour)),
      ),
    ),
  );
}
