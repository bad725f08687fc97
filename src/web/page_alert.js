// One alert: what, where, since when, how sure, what to do; its steps, limits, deliveries and acts.

import {get, inPath} from './api.js';
import {
  adviceText,
  alertColour,
  isOver,
  isUnknown,
  kindWord,
  place,
  plainSummary,
  provisional,
  since,
  sure,
} from './alert_words.js';
import {
  deliveries,
  evidence,
  forecast,
  members,
  proposals,
  reasons,
  records,
  steps,
  waitingActs,
} from './alert_parts.js';
import {debounce, el, swap} from './dom.js';
import {actButtons} from './feed_card.js';
import {dataTag, t} from './i18n.js';
import {badge} from './level.js';
import {alertLink} from './link.js';
import {live} from './live.js';
import {said} from './said.js';
import {dateTime, lasting, relative} from './time.js';
import {where} from './where.js';

// The story as the daemon tells it, with what rows of the feed have: summary and last step.
function asRow(story) {
  const last = story.steps?.at(-1)?.body ?? {};
  const acked = [...(story.steps ?? [])]
    .reverse()
    .find((s) => s.event === 'acknowledged' && s.body?.level >= story.level);
  return {
    ...story,
    last,
    summary: last.summary,
    sensors: last.sensors ?? [],
    acknowledged: acked?.at ?? null,
    acknowledgedBy: acked?.body?.by ?? null,
  };
}

const fact = (name, value) => value && [el('dt', null, name), el('dd', null, value)];

function head(alert, done) {
  return el(
    'section',
    {class: `alert card e-${alertColour(alert)}${isUnknown(alert) ? ' is-unknown' : ''}`},
    el(
      'div',
      {class: 'badges'},
      badge(alertColour(alert), isOver(alert) ? t('feed.over') : undefined),
      isUnknown(alert) && badge('grey', t('feed.unknown_since', {when: relative(alert.unknown_since)})),
      alert.last.limit?.provisional && provisional(),
      el('span', {class: 'muted small'}, kindWord(alert)),
    ),
    el('h1', {lang: alert.house ? dataTag() : null}, place(alert) || t('feed.district_wide')),
    el('p', {lang: dataTag(), class: 'what'}, plainSummary(alert)),
    alert.spoken_by && el('p', null, alertLink(alert.spoken_by, t('alert.spoken_by'))),
    el(
      'dl',
      {class: 'facts'},
      fact(t('alert.since'), since(alert.opened)),
      fact(
        t('alert.lasted'),
        isOver(alert) && alert.resolved
          ? `${lasting(alert.opened, Date.parse(alert.resolved))} (${dateTime(alert.resolved)})`
          : lasting(alert.opened),
      ),
      fact(
        t('alert.acknowledged'),
        alert.acknowledged
          ? `${alert.acknowledgedBy ?? ''} ${dateTime(alert.acknowledged)}`
          : !isOver(alert) && t('alert.not_yet'),
      ),
      fact(t('alert.how_sure'), sure(alert.last).join(t('common.sentence_gap'))),
      fact(
        t('alert.what_to_do'),
        alert.last.advice && !isOver(alert) && said(adviceText(alert)),
      ),
    ),
    actButtons(alert, done, true),
  );
}

const section = (title, body, more) =>
  body && el('section', {class: 'card'}, el('h2', null, title), more, body);

export async function show(page) {
  const {signal, root, arg, district} = page;
  const sides = el(
    'div',
    {class: 'card', 'aria-busy': 'true'},
    el('h2', null, t('where.title')),
    el('p', {class: 'muted'}, t('common.loading')),
  );
  let placeDrawn = false;
  let id = arg; // which may be the beginning of it
  const load = async () => {
    const alert = asRow(await get(`alerts/${inPath(arg)}`, {signal}));
    id = alert.id;
    page.title(`${place(alert) || t('feed.district_wide')}`);
    swap(
      root,
      el('p', {class: 'no-print'}, el('a', {href: '#/', 'data-key': 'back'}, `← ${t('nav.feed')}`)),
      el(
        'div',
        {class: 'two'},
        el(
          'div',
          null,
          head(alert, again),
          section(t('alert.steps'), steps(alert)),
          section(t('alert.reasons'), reasons(alert)),
          section(t('alert.evidence'), evidence(alert)),
          section(t('alert.forecast'), forecast(alert)),
          section(t('alert.members'), members(alert)),
          section(t('alert.proposals'), proposals(alert, again)),
          section(t('alert.records'), records(alert)),
          section(t('alert.waiting'), waitingActs(alert)),
          section(t('alert.deliveries'), deliveries(alert)),
        ),
        el('div', {class: 'beside'}, sides),
      ),
    );
    if (placeDrawn) return;
    placeDrawn = true;
    const drawn = await where(alert, district);
    sides.removeAttribute('aria-busy');
    sides.replaceChildren(el('h2', null, t('where.title')), drawn);
  };
  const again = debounce(400, () => load().catch(() => {}));
  await load();
  live.addEventListener(
    'step',
    (event) => {
      if (event.detail.id === id) again();
    },
    {signal},
  );
  live.addEventListener('changed', () => again(), {signal});
  live.addEventListener(
    'status',
    (event) => {
      if (event.detail.returned) again();
    },
    {signal},
  );
}
