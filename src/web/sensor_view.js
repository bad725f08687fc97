// Which part of a sensor's time is looked at: a span up to now, or one that a person chose; it stands
// in the address, so that it can be kept and sent.

const DAY = 86400000;
export const SPANS = {hour: 3600000, day: DAY, week: 7 * DAY, month: 30 * DAY, year: 365 * DAY, all: null};
const AHEAD = 0.25; // of the span, for what is foretold

// {span} or {from, to} of an address; a month when it says neither.
export function readView(query) {
  const from = Date.parse(query.get('from') ?? '');
  const to = Date.parse(query.get('to') ?? '');
  if (Number.isFinite(from) && Number.isFinite(to) && from < to) return {span: null, from, to};
  const span = query.get('span');
  return {span: Object.hasOwn(SPANS, span ?? '') ? span : 'month'};
}

export function writeView(base, view) {
  const query = view.span ? {span: view.span} : {from: iso(view.from), to: iso(view.to)};
  history.replaceState(null, '', `${base}?${new URLSearchParams(query)}`);
}

export const iso = (at) => new Date(Math.round(at / 1000) * 1000).toISOString().replace('.000Z', 'Z');

// The moments of a span. A sensor that was silent for longer is shown as it last spoke.
export function spanOf(span, {now, first, last, ahead}) {
  const length = SPANS[span] ?? Math.max(now - (first ?? now - SPANS.month), SPANS.hour);
  const silent = span !== 'all' && last !== null && now - last > length;
  const end = silent ? last + length * 0.02 : now;
  const extra =
    ahead !== null && !silent && (span === 'year' || span === 'all')
      ? Math.min(AHEAD * length, Math.max(0, ahead - now))
      : 0;
  return {from: end - length, to: end + extra, silent};
}
