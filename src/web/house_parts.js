// What is said of a house as a whole.

import {card, facts} from './card.js';
import {el} from './dom.js';
import {chance, chanceRange, figure, percent} from './figures.js';
import {dataTag, number, pick, t, tn, word} from './i18n.js';
import {badge, classBadge, colourOfLevel} from './level.js';
import {alertLink, sensorLink} from './link.js';
import {waits} from './risk_rows.js';
import {said} from './said.js';
import {provisionalTag} from './sensor_words.js';
import {date, dayOf, now_ms, relative} from './time.js';

const SHOWN = 4;

const share = (name, value, note) =>
  el(
    'div',
    {class: 'figure'},
    el('span', {class: 'muted small'}, name),
    el('strong', null, value),
    note && el('span', {class: 'muted small'}, note),
  );

export function head(house, risk) {
  const where = [
    house.lane && t('where.lane', {lane: house.lane, row: house.row ?? ''}),
    house.number && t('house.number', {n: house.number}),
  ]
    .filter(Boolean)
    .join(' · ');
  return el(
    'section',
    {class: 'card head'},
    el('p', {class: 'muted small crumbs'}, house.id, where && ` · ${where}`),
    el('h1', {lang: dataTag()}, pick(house, 'name') || house.id),
    el(
      'div',
      {class: 'badges'},
      classBadge(risk ?? house),
      risk?.provisional && provisionalTag(),
      house.override && el('span', {class: 'tag'}, t('house.overridden')),
    ),
    el(
      'div',
      {class: 'figures'},
      share(t('house.confidence'), percent(risk?.confidence)),
      share(t('house.coverage'), percent(risk?.coverage)),
      share(t('house.p30'), chance(risk?.p30), risk?.p30_range && chanceRange(risk.p30_range)),
      share(t('house.p180'), chance(risk?.p180), risk?.p180_range && chanceRange(risk.p180_range)),
      share(t('house.p365'), chance(risk?.p365), risk?.p365_range && chanceRange(risk.p365_range)),
    ),
    waits(risk) && el('p', {class: 'waits'}, t('risk.waits')),
    risk?.at &&
      el('p', {class: 'muted small'}, t('house.as_of', {when: date(risk.at)}), ' ', t('house.p_meaning')),
  );
}

// --- why ---

function reason(r) {
  return el(
    'li',
    null,
    said(pick(r, 'text')),
    ' ',
    r.provisional && provisionalTag(),
    el(
      'div',
      {class: 'small muted'},
      r.source && el('span', {lang: 'en'}, r.source),
      r.mark && ` [${r.mark}]`,
      r.sensors?.length > 0 && [
        r.source ? ' · ' : '',
        r.sensors.slice(0, 4).flatMap((id, i) => [i > 0 && ', ', sensorLink(id)]),
      ],
    ),
  );
}

export function reasonsPart(risk) {
  const list = risk?.reasons ?? [];
  return card(
    'reasons',
    t('house.reasons'),
    list.length > 0
      ? [
          el('ol', {class: 'reasons'}, list.slice(0, SHOWN).map(reason)),
          list.length > SHOWN &&
            el(
              'details',
              null,
              el('summary', null, tn('house.reasons_rest', list.length - SHOWN)),
              el('ol', {class: 'reasons'}, list.slice(SHOWN).map(reason)),
            ),
        ]
      : el('p', {class: 'muted'}, t(risk?.at ? 'house.no_reasons' : 'house.not_assessed')),
    risk?.reasons_total > list.length &&
      el('p', {class: 'muted small'}, tn('house.reasons_more', risk.reasons_total - list.length)),
    risk?.commission_appraisal && el('p', null, el('strong', null, t('house.appraisal'))),
  );
}

// --- alerts ---

export function alertsPart(alerts) {
  return card(
    'house-alerts',
    t('house.alerts'),
    alerts.length === 0
      ? el('p', {class: 'muted'}, t('house.no_alerts'))
      : el(
          'ul',
          {class: 'plainlist'},
          alerts.map((a) =>
            el(
              'li',
              null,
              badge(a.unknown ? 'grey' : (a.colour ?? colourOfLevel(a.level))),
              ' ',
              alertLink(a.id, said(pick(a, 'summary')) ?? t('house.alert')),
              ' ',
              el('span', {class: 'muted small'}, relative(a.opened ?? a.since ?? a.at)),
            ),
          ),
        ),
  );
}

// --- what it is ---

export function factsPart(house, risk) {
  const elements = house.elements ?? [];
  return card(
    'house-facts',
    t('house.facts'),
    facts([
      [t('house.built'), house.built ? String(house.built) : null],
      [t('house.storeys'), house.storeys > 0 && number(house.storeys)],
      [t('house.protection'), house.protection && word('house.protection', house.protection)],
      [t('house.elements'), elements.length > 0 && number(elements.length)],
      [t('house.vulnerability'), risk?.vulnerability],
      [t('house.exposure'), risk?.exposure],
      [
        t('house.weakest'),
        risk?.weakest && `${word('house.weakest', risk.weakest)} (${figure(risk.weakest_value)})`,
      ],
      [t('house.history'), risk?.history_d > 0 && tn('common.days', Math.round(risk.history_d))],
      [
        t('house.forecasts'),
        risk?.forecasts_expected > 0 &&
          t('house.forecasts_are', {
            given: number(risk.forecasts_expected - (risk.forecasts_abstained ?? 0)),
            all: number(risk.forecasts_expected),
          }),
      ],
      [t('house.place'), house.lat && house.lon && `${house.lat.toFixed(5)}, ${house.lon.toFixed(5)}`],
    ]),
  );
}

export function reportsPart(house) {
  const link = (format) =>
    el(
      'a',
      {
        href: `/api/v1/reports/house?${new URLSearchParams({id: house.id, format})}`,
        'data-key': `report ${format}`,
        target: format === 'html' ? '_blank' : null,
        rel: 'noopener',
        download: format === 'html' ? null : `${house.id}_${dayOf(now_ms())}.${format}`,
      },
      format.toUpperCase(),
    );
  return card(
    'house-reports',
    t('house.reports'),
    el('p', {class: 'links'}, ['html', 'pdf', 'json', 'csv'].map(link)),
  );
}
