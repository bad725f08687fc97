// The time axis in the district's zone, whatever the zone of the browser.

import {locale} from './i18n.js';
import {zoneName} from './time.js';

const MINUTE = 60000;
const HOUR = 3600000;
const DAY = 86400000;
const EVEN = [
  MINUTE,
  2 * MINUTE,
  5 * MINUTE,
  10 * MINUTE,
  15 * MINUTE,
  30 * MINUTE,
  HOUR,
  2 * HOUR,
  3 * HOUR,
  6 * HOUR,
  12 * HOUR,
  DAY,
  2 * DAY,
  7 * DAY,
];
const MONTHS = [1, 2, 3, 6, 12, 24, 60, 120];
const MONDAY = 4 * DAY; // 1970-01-05

let clockFor = '';
let clock = null;

// Local time less UTC at a moment.
export function offset_ms(at) {
  if (clockFor !== zoneName()) {
    clock = new Intl.DateTimeFormat('en', {
      timeZone: zoneName(),
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    clockFor = zoneName();
  }
  const p = Object.fromEntries(clock.formatToParts(at).map((x) => [x.type, Number(x.value)]));
  return Date.UTC(p.year, p.month - 1, p.day, p.hour, p.minute, p.second) - Math.floor(at / 1000) * 1000;
}

// The moment at which the clocks of the zone show that time (given as if it were UTC).
const momentOf = (local) => local - offset_ms(local - offset_ms(local));

function evenTicks(from, to, step) {
  const ticks = [];
  const begin = step === 7 * DAY ? MONDAY : 0;
  const local = from + offset_ms(from);
  for (let at = begin + Math.ceil((local - begin) / step) * step; momentOf(at) <= to; at += step)
    ticks.push(momentOf(at));
  return ticks;
}

function monthTicks(from, to, months) {
  const ticks = [];
  const first = new Date(from + offset_ms(from));
  let month = Math.floor((first.getUTCFullYear() * 12 + first.getUTCMonth()) / months) * months;
  for (; ; month += months) {
    const at = momentOf(Date.UTC(Math.floor(month / 12), month % 12, 1));
    if (at > to) return ticks;
    if (at >= from) ticks.push(at);
  }
}

const formats = new Map();
function words(options) {
  const key = JSON.stringify([options, locale(), zoneName()]);
  if (!formats.has(key))
    formats.set(key, new Intl.DateTimeFormat(locale(), {timeZone: zoneName(), hourCycle: 'h23', ...options}));
  return formats.get(key);
}

const isMidnight = (at) => (at + offset_ms(at)) % DAY === 0;
const monthOf = (at) => new Date(at + offset_ms(at)).getUTCMonth();

function label(at, step) {
  if (step < DAY && !isMidnight(at)) return words({hour: '2-digit', minute: '2-digit'}).format(at);
  if (step <= 7 * DAY) return words({month: 'short', day: 'numeric'}).format(at);
  if (step < 12 * 28 * DAY && monthOf(at) !== 0) return words({month: 'short'}).format(at);
  return words({year: 'numeric'}).format(at);
}

// Ticks at round local times, at most so many.
export function timeTicks(from, to, most) {
  const even = EVEN.find((step) => (to - from) / step <= most);
  if (even) return evenTicks(from, to, even).map((v) => ({v, label: label(v, even)}));
  const months = MONTHS.find((n) => (to - from) / (n * 30.4 * DAY) <= most) ?? 240;
  return monthTicks(from, to, months).map((v) => ({v, label: label(v, months * 28 * DAY)}));
}
