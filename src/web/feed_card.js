// One alert of the feed.

import {act} from './acts.js';
import {
  adviceText,
  alertColour,
  isOver,
  isUnknown,
  kindWord,
  membersText,
  place,
  plainSummary,
  provisional,
  since,
  sure,
} from './alert_words.js';
import {el} from './dom.js';
import {dataTag, t} from './i18n.js';
import {badge} from './level.js';
import {alertLink} from './link.js';
import {memberList} from './members.js';
import {said} from './said.js';
import {dateTime, relative} from './time.js';
import {whereDetails} from './where.js';

function heading(alert) {
  const where = place(alert) || t('feed.district_wide');
  return el('h2', {lang: alert.house ? dataTag() : null}, alertLink(alert.id, where));
}

function badges(alert) {
  return el(
    'div',
    {class: 'badges'},
    badge(alertColour(alert), isOver(alert) ? t('feed.over') : undefined),
    isUnknown(alert) && badge('grey', t('feed.unknown_since', {when: relative(alert.unknown_since)})),
    alert.acknowledged &&
      el('span', {class: 'tag', title: dateTime(alert.acknowledged)}, `✓ ${t('feed.acknowledged')}`),
    alert.last?.limit?.provisional && provisional(),
    el('span', {class: 'muted small'}, kindWord(alert)),
  );
}

function members(alert) {
  const text = membersText(alert.last);
  if (!text) return null;
  return el(
    'details',
    {'data-key': `members ${alert.id}`},
    el('summary', null, text),
    memberList(alert),
  );
}

function sureLine(alert) {
  const said = sure(alert.last);
  return (
    said.length > 0 &&
    el(
      'p',
      {class: 'line'},
      el('strong', null, t('feed.how_sure')),
      ' ',
      said.slice(0, 3).join(t('common.sentence_gap')),
    )
  );
}

const advice = (alert) =>
  alert.last?.advice &&
  !isOver(alert) &&
  el(
    'p',
    {class: 'line'},
    el('strong', null, t('feed.what_to_do')),
    ' ',
    said(adviceText(alert)),
  );

// Buttons; done is called after an act so that the list can be asked for again.
export function actButtons(alert, done, all = false) {
  if (isOver(alert)) return null;
  const about = `${place(alert)}${t('common.colon')}${plainSummary(alert)}`;
  const button = (verb, main) =>
    el(
      'button',
      {
        class: main ? 'main' : null,
        'data-key': `${verb} ${alert.id}`,
        onclick: async () => {
          if (await act(alert, verb, said(about))) done();
        },
      },
      t(`act.${verb}`),
    );
  return el(
    'div',
    {class: 'acts'},
    button('ack', !alert.acknowledged),
    button('comment'),
    all && [button('assign'), button('record'), button('propose')],
    button('resolve'),
  );
}

export function card(alert, {fresh, done, district}) {
  const grey = isUnknown(alert) ? ' is-unknown' : '';
  return el(
    'li',
    {class: `alert card e-${alertColour(alert)}${grey}${fresh ? ' fresh' : ''}`, 'data-alert': alert.id},
    badges(alert),
    heading(alert),
    el('p', {lang: dataTag(), class: 'what'}, plainSummary(alert)),
    el(
      'p',
      {class: 'line muted'},
      t('feed.since'),
      ' ',
      since(alert.opened),
      alert.changed !== alert.opened && [' · ', t('feed.changed'), ' ', relative(alert.changed)],
    ),
    sureLine(alert),
    advice(alert),
    members(alert),
    whereDetails(alert, district),
    actButtons(alert, done),
  );
}
