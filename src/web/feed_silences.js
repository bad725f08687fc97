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

const isPlanned = (s) => s.state === 'planned';

function line(s, done) {
  const end = async () => {
    if (await unsilence(s)) done();
  };
  return el(
    'li',
    null,
    el('strong', null, s.scope),
    ' ',
    isPlanned(s) && [el('span', {class: 'tag'}, t('feed.silence_planned')), ' '],
    t(isPlanned(s) ? 'feed.silence_from' : 'feed.silence_until', {
      from: dateTime(s.from),
      until: dateTime(s.until),
      by: s.by ?? '',
    }),
    ' ',
    s.reason,
    ' ',
    el('button', {'data-key': `end ${s.id}`, onclick: end}, t('act.unsilence')),
  );
}

// Those that hold notices back now, then those to come.
function summary(silences) {
  const planned = silences.filter(isPlanned).length;
  const standing = silences.length - planned;
  return [
    standing > 0 && tn('feed.silences', standing),
    standing > 0 && planned > 0 && t('common.sentence_end'),
    planned > 0 && tn('feed.silences_planned', planned),
  ];
}

export const silenceList = (silences, done) =>
  silences.length > 0 &&
  el(
    'details',
    {class: 'card slim', 'data-key': 'silences'},
    el('summary', null, summary(silences)),
    el(
      'ul',
      null,
      silences.map((s) => line(s, done)),
    ),
  );
