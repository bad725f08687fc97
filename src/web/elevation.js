// An element seen from the front (or the side, when it runs into the house), to scale, with its sensors
// where they are mounted: the front's left end is 0 along it, height is above the ground.

import {el, round, svg} from './dom.js';
import {number, pick, t} from './i18n.js';
import {colourWord, shape} from './level.js';
import {to} from './link.js';

const SIDE = ['party_wall', 'foundation', 'structure'];
const ROOM_PX = [290, 215]; // what a drawing of 416 by 240 px leaves beside its names and measures
const NAME_PX = 13;

const finite = (x) => typeof x === 'number' && Number.isFinite(x);
const along = (element, sensor) => sensor.position_m[SIDE.includes(element.kind) ? 1 : 0];
const placed = (sensor) => Array.isArray(sensor.position_m) && sensor.position_m.every(finite);

// How high the element's lower edge is: on the ground, below it, or where its sensors say.
function base(element, sensors) {
  if (['wall', 'party_wall', 'gate_frame', 'column', 'stair', 'structure'].includes(element.kind)) return 0;
  if (element.kind === 'foundation') return Math.min(0, 0.3 - element.height_m);
  const heights = sensors.map((s) => s.position_m[2]).sort((a, b) => a - b);
  return heights.length ? Math.max(0, heights[heights.length >> 1] - element.height_m / 2) : null;
}

const nameOf = (sensor) => sensor.id.split('/').slice(1).join('/');
const nameWidth = (sensor, size) => size * (1 + 0.58 * nameOf(sensor).length);

// Heights of the names: those that would run into one another stand below one another.
function nameHeights(sensors, top, size) {
  const heights = new Map();
  let last = -Infinity;
  for (const s of [...sensors].sort((a, b) => b.position_m[2] - a.position_m[2])) {
    last = Math.max(top - s.position_m[2] + size * 0.3, last + size);
    heights.set(s.id, last);
  }
  return heights;
}

function mark(element, sensor, x0, top, state, size, nameY) {
  const x = along(element, sensor) - x0;
  const y = top - sensor.position_m[2];
  const colour = state?.colour ?? 'none';
  const words = colour === 'none' ? sensor.id : `${sensor.id}, ${colourWord(colour)}`;
  return svg(
    'a',
    {
      href: to('sensor', sensor.id),
      class: `sensor c-${colour}${state?.chosen ? ' chosen' : ''}`,
      'aria-label': words,
    },
    svg('title', null, words),
    svg('circle', {cx: round(x), cy: round(y), r: round(size * 0.75)}),
    svg(
      'g',
      {
        class: 'shape',
        transform: `translate(${round(x - size / 2)} ${round(y - size / 2)}) scale(${round(size / 16, 4)})`,
      },
      shape(colour),
    ),
    svg('text', {x: round(x + size), y: round(nameY), 'font-size': round(size * 0.95)}, nameOf(sensor)),
  );
}

function dimensions(element, box) {
  const size = box.size * 0.9;
  return svg(
    'g',
    {class: 'dimension', 'aria-hidden': 'true', 'font-size': round(size)},
    svg(
      'text',
      {x: round(box.left + element.length_m / 2), y: round(box.bottom + size * 1.5), 'text-anchor': 'middle'},
      `${number(element.length_m)} m`,
    ),
    svg(
      'text',
      {x: round(box.left - size * 0.4), y: round((box.up + box.bottom) / 2), 'text-anchor': 'end'},
      `${number(element.height_m)} m`,
    ),
  );
}

// null when the registry does not say how large it is or where any of its sensors is.
export function elevation(element, sensors, states) {
  const own = sensors.filter((s) => s.element === element.id && placed(s));
  if (!finite(element.height_m) || !finite(element.length_m) || own.length === 0) return null;
  const low = base(element, own);
  if (low === null) return null;
  const xs = own.map((s) => along(element, s));
  const zs = own.map((s) => s.position_m[2]);
  const [x_low, x_high] = [Math.min(0, ...xs), Math.max(element.length_m, ...xs)];
  const [z_low, z_high] = [Math.min(0, low, ...zs), Math.max(low + element.height_m, ...zs)];
  const size = NAME_PX * Math.max((x_high - x_low) / ROOM_PX[0], (z_high - z_low) / ROOM_PX[1]);
  const x0 = x_low - size * 3.2;
  const x1 = Math.max(x_high, ...own.map((s) => along(element, s) + nameWidth(s, size))) + size;
  const z0 = z_low - size * 1.8;
  const z1 = z_high + size;
  const [width, height] = [x1 - x0, z1 - z0];
  const box = {left: -x0, up: z1 - low - element.height_m, bottom: z1 - low, size};
  const names = nameHeights(own, z1, box.size);
  const drawing = svg(
    'svg',
    {
      viewBox: `0 0 ${round(width)} ${round(height)}`,
      class: 'elevation',
      role: 'group',
      'aria-label': t('elevation.label', {element: pick(element, 'name') || element.id}),
    },
    svg('path', {class: 'ground', d: `M0 ${round(z1)}H${round(width)}`}),
    svg('rect', {
      class: `element k-${element.kind}`,
      x: round(box.left),
      y: round(box.up),
      width: element.length_m,
      height: element.height_m,
    }),
    dimensions(element, box),
    own.map((s) => mark(element, s, x0, z1, states?.get(s.id), box.size, names.get(s.id))),
  );
  return el(
    'figure',
    {class: 'elevation-box'},
    drawing,
    el(
      'figcaption',
      {class: 'muted small'},
      t('elevation.caption', {element: pick(element, 'name') || element.id}),
    ),
  );
}
