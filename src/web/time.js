// Times as people read them: in the district's zone, whatever the zone of the browser.

import {language, locale, t, tn} from './i18n.js';

let zone = 'UTC';
let label = zone;
let ahead_ms = 0; // the daemon's clock minus this browser's

// A zone that this browser knows by that name; "+08:00" is another name of a whole hour for older ones.
function knownZone(name) {
  const hours = /^([+-])(\d\d):00$/.exec(name);
  const also = hours ? `Etc/GMT${hours[1] === '+' ? '-' : '+'}${Number(hours[2])}` : 'UTC';
  for (const known of [name, also])
    try {
      new Intl.DateTimeFormat('en', {timeZone: known});
      return known;
    } catch {
      continue;
    }
  return 'UTC';
}
export const setZone = (name) => {
  zone = knownZone(name || 'UTC');
  label = zone === 'UTC' ? zone : name;
};
// What people are told of it: what times are really in.
export const zoneLabel = () => label;
export const zoneName = () => zone;
export function setServerNow(rfc3339) {
  const now = Date.parse(rfc3339);
  if (Number.isFinite(now)) ahead_ms = now - Date.now();
}
export const now_ms = () => Date.now() + ahead_ms;

const formats = new Map();
function format(name, options) {
  const key = `${name} ${locale()} ${zone}`;
  if (!formats.has(key))
    formats.set(key, new Intl.DateTimeFormat(locale(), {timeZone: zone, hourCycle: 'h23', ...options}));
  return formats.get(key);
}

export const ms = (at) => (typeof at === 'number' ? at : Date.parse(at));
const known = (at) => at !== null && at !== undefined && Number.isFinite(ms(at));

export const dateTime = (at) =>
  known(at)
    ? format('dateTime', {
        year: 'numeric',
        month: 'short',
        day: 'numeric',
        hour: '2-digit',
        minute: '2-digit',
      }).format(ms(at))
    : '–';
export const date = (at) =>
  known(at) ? format('date', {year: 'numeric', month: 'short', day: 'numeric'}).format(ms(at)) : '–';
export const clock = (at) =>
  known(at) ? format('clock', {hour: '2-digit', minute: '2-digit', second: '2-digit'}).format(ms(at)) : '–';

// "2026-11-30T08:00:00Z": as the daemon writes and reads times.
export const isoSecond = (at) => new Date(at).toISOString().replace(/\.\d+Z/, 'Z');

// "2026-11-30" of that moment in the district's zone.
export function dayOf(at) {
  const part = Object.fromEntries(
    new Intl.DateTimeFormat('en', {timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit'})
      .formatToParts(ms(at))
      .map((p) => [p.type, p.value]),
  );
  return `${part.year}-${part.month}-${part.day}`;
}

const steps = [
  ['year', 31557600],
  ['month', 2629800],
  ['day', 86400],
  ['hour', 3600],
  ['minute', 60],
];

// "3 hours ago", "in 2 days".
export function relative(at, from = now_ms()) {
  if (!known(at)) return t('common.unknown');
  const seconds = (ms(at) - from) / 1000;
  const words = new Intl.RelativeTimeFormat(locale(), {numeric: 'always'});
  for (const [unit, size] of steps)
    if (Math.abs(seconds) >= size * (unit === 'minute' ? 1 : 1.5))
      return words.format(Math.trunc(seconds / size), unit);
  return t('common.just_now');
}

// "3 hours": how long something has lasted.
export function lasting(from, to = now_ms()) {
  const seconds = Math.max(0, (ms(to) - ms(from)) / 1000);
  for (const [unit, size] of steps)
    if (seconds >= size * (unit === 'minute' ? 1 : 1.5))
      return tn(`common.${unit}s`, Math.trunc(seconds / size));
  return tn('common.seconds', Math.trunc(seconds));
}

export const languageKey = () => `${language()} ${zone}`;
