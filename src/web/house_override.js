// The class that a person set in place of the model's: which stand, how to set one and to end it.

import {endOverride, override} from './acts.js';
import {card} from './card.js';
import {el} from './dom.js';
import {pick, t} from './i18n.js';
import {date} from './time.js';

const names = (house) =>
  new Map([
    [house.id, t('act.scope_house')],
    ...(house.elements ?? []).map((e) => [e.id, pick(e, 'name') || e.id]),
  ]);

function line(o, subject, again) {
  const end = async () => {
    if (await endOverride(o)) again();
  };
  return el(
    'li',
    null,
    el('strong', null, t('house.override_is', {subject, class: o.class, by: o.by, until: date(o.until)})),
    ' ',
    o.reason,
    ' ',
    el('button', {'data-key': `end ${o.id}`, onclick: end}, t('act.end_override')),
  );
}

export function overridesPart(house, risk, again) {
  const subjects = names(house);
  const standing = risk?.overrides ?? [];
  const set = async () => {
    if (await override([...subjects])) again();
  };
  return card(
    'house-overrides',
    t('house.overrides'),
    standing.length > 0
      ? el(
          'ul',
          {class: 'plainlist'},
          standing.map((o) => line(o, subjects.get(o.subject) ?? o.subject, again)),
        )
      : el('p', {class: 'muted'}, t('house.no_overrides')),
    el('div', {class: 'acts'}, el('button', {'data-key': 'override', onclick: set}, t('act.override'))),
  );
}
