// The tables of an alert's page.

import {decide} from './acts.js';
import {isReached, provisional} from './alert_words.js';
import {el} from './dom.js';
import {chance, figure, percent} from './figures.js';
import {dataLanguage, dataTag, pick, t, word} from './i18n.js';
import {badge, colourOfLevel} from './level.js';
import {sensorLink, to as addressOf} from './link.js';
import {memberList} from './members.js';
import {said} from './said.js';
import {wideTable} from './table.js';
import {date, dateTime, isoSecond, ms, now_ms, relative} from './time.js';

const DAY_MS = 86400000;

const table = (heads, rows) => wideTable(heads.filter(Boolean).join(', '), heads, rows);

// A sentence that stands in both languages, "zh / en".
const half = (both) => {
  const parts = String(both ?? '').split(' / ');
  return parts.length === 2 ? parts[dataLanguage() === 'zh' ? 0 : 1] : both;
};

export function steps(alert) {
  const list = [...(alert.steps ?? [])].reverse();
  return el(
    'ol',
    {class: 'steps', reversed: true},
    list.map((s) =>
      el(
        'li',
        {class: `e-${colourOfLevel(s.body?.level)}`},
        el(
          'div',
          {class: 'badges'},
          badge(s.body?.level > 0 ? colourOfLevel(s.body.level) : 'green'),
          el('strong', null, word('event', s.event)),
          el('time', {datetime: s.at, class: 'muted'}, `${dateTime(s.at)} · ${relative(s.at)}`),
        ),
        s.body?.by &&
          el('p', null, el('strong', null, s.body.by), s.body.note && [t('common.colon'), s.body.note]),
        el('p', {lang: dataTag(), class: 'small'}, pick(s.body, 'summary')),
      ),
    ),
  );
}

const limitText = (r, unit) =>
  r.limit === null || r.limit === undefined ? '–' : figure(r.limit, unit ?? r.unit);

// What was compared with what: the sensors' own lines, then the limit with its source and clause.
export function reasons(alert) {
  const {evidence, limit} = alert.last;
  const list = evidence?.reasons ?? [];
  return (
    (list.length > 0 || limit) && [
      limit &&
        el(
          'p',
          null,
          t('alert.limit_is', {limit: figure(limit.value, limit.unit), of: word('of', limit.of)}),
          ' ',
          el('span', {lang: 'en'}, limit.source),
          limit.clause && !limit.source?.includes(limit.clause) && ` — ${limit.clause}`,
          limit.edition && ` (${limit.edition})`,
          ' ',
          el(
            'span',
            {class: 'tag', title: t(`mark.${limit.mark}`)},
            `${limit.mark}: ${t(`mark.${limit.mark}`)}`,
          ),
          ' ',
          limit.provisional && provisional(),
        ),
      list.length > 0 &&
        table(
          [
            t('alert.sensor'),
            t('alert.kind'),
            t('alert.level'),
            t('alert.value'),
            t('alert.limit'),
            t('alert.mark'),
            t('alert.since'),
          ],
          list.map((r) => [
            sensorLink(r.sensor),
            r.derived ? word('sensor.derived', r.derived) : word('kind', r.kind),
            badge(colourOfLevel(r.level)),
            figure(r.value, r.unit),
            limitText(r),
            r.mark ?? '–',
            dateTime(r.since),
          ]),
        ),
    ]
  );
}

const PLOT_MARGIN = 0.5; // of the window, before and after it

// The sensor's plot over the window of the evidence, with something around it.
function plotLink(id, [from, to]) {
  const around = Math.max(DAY_MS, (ms(to) - ms(from)) * PLOT_MARGIN);
  const span = {from: isoSecond(ms(from) - around), to: isoSecond(Math.min(ms(to) + around, now_ms()))};
  return el(
    'a',
    {href: `${addressOf('sensor', id)}?${new URLSearchParams(span)}`, 'data-key': `plot ${id}`},
    id,
  );
}

// What the step rests on: the window, what was measured in it, and where to look at it.
export function evidence(alert) {
  const e = alert.last.evidence;
  if (!e?.window) return null;
  const {unit} = alert.last;
  const pair = (name, value) => value && value !== '–' && [el('dt', null, name), el('dd', null, value)];
  return [
    el(
      'dl',
      {class: 'facts'},
      pair(t('alert.window'), `${dateTime(e.window[0])} – ${dateTime(e.window[1])}`),
      pair(t('alert.reading'), figure(e.reading, unit)),
      pair(t('alert.baseline'), figure(e.baseline, unit)),
      pair(t('alert.residual'), figure(e.residual, unit)),
      pair(t('alert.sigma'), figure(e.sigma, unit, 2)),
      pair(t('alert.coverage'), e.coverage === null ? null : percent(e.coverage)),
      pair(t('alert.model'), e.model_version ? String(e.model_version) : null),
    ),
    (alert.sensors ?? []).length > 0 &&
      el(
        'p',
        null,
        t('alert.plots'),
        ' ',
        alert.sensors.slice(0, 8).flatMap((id, i) => [i > 0 && t('common.comma'), plotLink(id, e.window)]),
      ),
  ];
}

export function forecast(alert) {
  const f = alert.last.forecast;
  if (!f) return null;
  const of = el(
    'p',
    null,
    t('alert.forecast_of', {limit: figure(f.limit, f.unit), of: word('of', f.of)}),
    ' ',
    el('span', {lang: 'en', class: 'muted'}, f.source),
  );
  if (isReached(alert.last, f)) return [of, el('p', null, el('strong', null, t('sensor.forecast_exceeded')))];
  return [
    of,
    table(
      [t('alert.within'), t('alert.chance')],
      [
        [30, f.p30],
        [180, f.p180],
        [365, f.p365],
      ].map(([d, p]) => [t('alert.days', {n: d}), chance(p)]),
    ),
    f.t50 && el('p', null, t('alert.reached', {t50: date(f.t50), t05: date(f.t05), t95: date(f.t95)})),
  ];
}

export const members = (alert) => alert.last.members?.length > 0 && memberList(alert);

function decisions(p, again) {
  const verbs = {proposed: ['approve', 'reject'], approved: ['done']}[p.state];
  if (!verbs) return null;
  const button = (verb) =>
    el(
      'button',
      {
        'data-key': `${verb} ${p.id}`,
        onclick: async () => {
          if (await decide(p, verb, said(half(p.reason)))) again();
        },
      },
      t(`act.${verb}`),
    );
  return el('div', {class: 'acts'}, verbs.map(button));
}

export const proposals = (alert, again) =>
  alert.proposals?.length > 0 &&
  el(
    'ul',
    {class: 'plainlist'},
    alert.proposals.map((p) =>
      el(
        'li',
        null,
        el('strong', null, `${p.id} · ${word('proposal', p.kind)}`),
        ' ',
        el('span', {class: 'tag'}, word('proposal_state', p.state)),
        ' ',
        dateTime(p.made),
        el('p', {class: 'small'}, said(half(p.reason)), p.decided_by && ` — ${p.decided_by}: ${p.decision ?? ''}`),
        decisions(p, again),
      ),
    ),
  );

export const records = (alert) =>
  alert.records?.length > 0 &&
  table(
    [t('alert.date'), t('alert.record'), t('alert.finding'), t('alert.cost'), t('alert.by')],
    alert.records.map((r) => [
      date(r.date),
      word('record', r.kind),
      r.finding,
      r.cost_cny === null ? '–' : `¥ ${r.cost_cny}`,
      r.by,
    ]),
  );

export const waitingActs = (alert) =>
  alert.acts?.length > 0 &&
  table(
    [t('alert.act'), t('alert.time'), t('alert.by'), t('alert.outcome')],
    alert.acts.map((a) => [
      word('act', a.verb),
      dateTime(a.at),
      a.by,
      [word('outcome', a.outcome), ' ', said(pick(a, 'why'))],
    ]),
  );

export function deliveries(alert) {
  if (!alert.deliveries?.length) return el('p', {class: 'muted'}, t('alert.no_deliveries'));
  return table(
    [
      t('alert.step'),
      t('alert.endpoint'),
      t('alert.delivery'),
      t('alert.attempts'),
      'HTTP',
      t('alert.time'),
      t('alert.fault'),
    ],
    alert.deliveries.map((d) => [
      d.step,
      d.endpoint,
      word('delivery', d.state),
      d.attempts,
      d.http_status ?? '–',
      dateTime(d.settled ?? d.due),
      d.error ?? '',
    ]),
  );
}
