// Head and foot of every page: navigation, language, sound, session; and what is said when the view is
// no longer fresh.

import {add, clear, el, svg, swap} from './dom.js';
import {district} from './district.js';
import {chooseLanguage, dataLanguage, language, LANGUAGES, pick, t, word} from './i18n.js';
import {live, STALE_MS} from './live.js';
import {logIn, session} from './session.js';
import {clock, dateTime, lasting, now_ms, zoneLabel} from './time.js';
import {setSound, soundOn} from './watch.js';

const byId = (id) => document.getElementById(id);
const pages = [
  ['', 'nav.feed'],
  ['risk', 'nav.risk'],
];
const aliases = {alert: '', house: '', sensor: ''};
let here = '';

export function markHere(name) {
  here = aliases[name] ?? name;
  for (const link of byId('top').querySelectorAll('nav a'))
    if (link.dataset.page === here) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
}

function navigation() {
  return el(
    'nav',
    {'aria-label': t('nav.label')},
    pages.map(([page, key]) =>
      el(
        'a',
        {
          href: `#/${page}`,
          'data-page': page,
          'data-key': `nav-${page}`,
          'aria-current': page === here ? 'page' : null,
        },
        t(key),
      ),
    ),
  );
}

function languageChoice(redraw) {
  const choice = el(
    'select',
    {
      id: 'language',
      'aria-label': t('nav.language'),
      onchange: async (event) => {
        await chooseLanguage(event.target.value);
        await redraw();
      },
    },
    Object.entries(LANGUAGES).map(([code, name]) => el('option', {value: code, lang: code}, name)),
  );
  choice.value = language();
  return choice;
}

// A loudspeaker, crossed out while it is silent.
const speaker = (on) =>
  svg(
    'svg',
    {viewBox: '0 0 20 20', class: 'speaker', 'aria-hidden': 'true'},
    svg('path', {d: 'M3 8h3l4-4v12l-4-4H3z'}),
    on
      ? svg('path', {d: 'M13 7c1.6 1.6 1.6 4.4 0 6M15.5 4.5c3 3 3 8 0 11'})
      : svg('path', {d: 'M13 8l4 4M17 8l-4 4'}),
  );

function soundChoice(redraw) {
  const on = soundOn();
  const toggle = () => {
    setSound(!on);
    redraw();
  };
  const words = t(on ? 'nav.sound_on' : 'nav.sound_off');
  return el(
    'button',
    {
      class: 'plain',
      id: 'sound',
      'aria-pressed': String(on),
      'aria-label': words,
      title: t('nav.sound_help'),
      onclick: toggle,
    },
    speaker(on),
    el('span', {class: 'wide-only'}, words),
  );
}

// What was shown to whoever leaves goes with them.
async function leave() {
  await session.leave().catch(() => {});
  location.reload();
}

function sessionChoice() {
  if (!session.name)
    return el('button', {class: 'plain', id: 'session', onclick: () => logIn()}, t('login.enter'));
  return el(
    'button',
    {class: 'plain', id: 'session', onclick: leave},
    el('span', {class: 'who'}, session.name),
    el('span', {class: 'wide-only muted'}, t(`login.role_${session.role}`)),
    el('span', null, '· ', t('login.leave')),
  );
}

function liveMark() {
  return el(
    'span',
    {id: 'live', class: `live is-${live.status}`},
    el('span', {class: 'dot', 'aria-hidden': 'true'}),
    el('span', null, t(`live.${live.status}_mark`)),
  );
}

export function drawTop(redraw) {
  const again = () => drawTop(redraw);
  byId('skip').textContent = t('nav.skip');
  byId('skip').onclick = (event) => {
    event.preventDefault();
    byId('main').focus();
  };
  swap(
    byId('top'),
    el(
      'a',
      {class: 'brand', href: '#/', 'data-key': 'brand'},
      el('img', {src: '/icon.svg', alt: '', width: 26, height: 26}),
      t('nav.brand'),
    ),
    navigation(),
    el('div', {class: 'tools'}, liveMark(), soundChoice(again), languageChoice(redraw), sessionChoice()),
  );
}

export async function drawFoot() {
  const where = await district().catch(() => null);
  swap(
    byId('foot'),
    where && el('span', null, pick(where, 'name'), ' · ', t('foot.times', {zone: zoneLabel()})),
    dataLanguage() !== language() && el('span', null, t('foot.sentences')),
    where?.version && el('span', null, `shikumend ${where.version}`),
    el('a', {href: '/feed.atom', 'data-key': 'atom'}, t('foot.atom')),
  );
}

// "broker: connecting": which part, in words; what it says is left as it is.
function reasonWords(reason) {
  const [, part, what] = /^(\w+): (.*)$/s.exec(reason) ?? [];
  if (!part) return reason;
  return `${word('part', part)}${t('common.colon')}${word('fault', what)}`;
}

function reasonsOf(figures) {
  if (language() === 'zh' && figures.reasons_zh) return figures.reasons_zh;
  return (figures.reasons ?? []).map(reasonWords);
}

// What the daemon itself says is wrong, as long as it can say so.
function degraded(figures) {
  if (figures?.state !== 'degraded') return null;
  const received = figures.received ? ` ${t('live.received', {clock: dateTime(figures.received)})}` : '';
  return el(
    'p',
    {class: 'banner is-degraded'},
    el('strong', null, t('live.degraded')),
    ' ',
    reasonsOf(figures).join(t('common.sentence_end')),
    received,
  );
}

let ticking = 0;

// The banner: nothing while live; else since when, in words. Screen readers hear the change once.
export function showStatus() {
  const banner = byId('banner');
  banner.setAttribute('aria-label', t('live.label'));
  banner.hidden = false;
  byId('live')?.replaceWith(liveMark());
  document.documentElement.dataset.live = live.status;
  clearInterval(ticking);
  if (live.status === 'live' || live.status === 'connecting') {
    add(clear(banner), live.status === 'live' && degraded(live.figures));
    banner.hidden = !banner.firstChild;
    return;
  }
  const since = live.since_ms + now_ms() - Date.now();
  const rest = el('span');
  const tell = () => {
    rest.textContent = ` ${t('live.since', {clock: clock(since), lasting: lasting(since)})} `;
  };
  tell();
  ticking = setInterval(tell, 5000);
  add(
    clear(banner),
    el(
      'p',
      {class: `banner is-${live.status}`},
      el('strong', null, t(`live.${live.status}`, {seconds: STALE_MS / 1000})),
      rest,
      t('live.shown_is_old'),
    ),
  );
}

export function sayStatus() {
  const key = live.status === 'live' ? 'live.back' : `live.${live.status}`;
  byId('announce').append(el('p', null, t(key, {seconds: STALE_MS / 1000})));
}
