// What is held back now: each silence with its scope and end, and how to begin and end one.

import {silence, unsilence} from './acts.js';
import {el} from './dom.js';
import {pick, t, tn} from './i18n.js';
import {dateTime} from './time.js';

// What may be silenced: the district, its lanes and rows, its houses.
function scopes(district) {
  const houses = district.houses ?? [];
  const once = (key) => [...new Set(houses.map((h) => h[key]).filter(Boolean))];
  return [
    ...(district.id ? [[district.id, pick(district, 'name') || district.id]] : []),
    ...once('lane').map((id) => [id, t('act.scope_lane', {id})]),
    ...once('row').map((id) => [id, t('act.scope_row', {id})]),
    ...houses.map((h) => [h.id, `${pick(h, 'name') || h.id} (${h.id})`]),
  ];
}

export const silenceButton = (district, done) =>
  el(
    'button',
    {
      type: 'button',
      'data-key': 'silence',
      onclick: async () => {
        if (await silence(scopes(district))) done();
      },
    },
    t('act.silence'),
  );

function line(s, done) {
  const end = async () => {
    if (await unsilence(s)) done();
  };
  return el(
    'li',
    null,
    el('strong', null, s.scope),
    ' ',
    t('feed.silence_until', {until: dateTime(s.until), by: s.by ?? ''}),
    ' ',
    s.reason,
    ' ',
    el('button', {'data-key': `end ${s.id}`, onclick: end}, t('act.unsilence')),
  );
}

export const silenceList = (silences, done) =>
  silences.length > 0 &&
  el(
    'details',
    {class: 'card slim', 'data-key': 'silences'},
    el('summary', null, tn('feed.silences', silences.length)),
    el(
      'ul',
      null,
      silences.map((s) => line(s, done)),
    ),
  );
