// The shell: languages, navigation, the live connection, and the page that the address asks for.
// A page is a module with
//   export async function show(page): page = {root, arg, query, signal, title(text), district}
// root is empty and the page's own; signal aborts when the page is left; arg is the rest of the path.

import {district} from './district.js';
import {add, clear, el} from './dom.js';
import {startLanguage, t} from './i18n.js';
import {live} from './live.js';
import {drawFoot, drawTop, markHere, sayStatus, showStatus} from './shell.js';
import {logIn, session} from './session.js';
import {setTitle, watchAlarms} from './watch.js';

const routes = {
  '': () => import('./page_feed.js'),
  alert: () => import('./page_alert.js'),
  house: () => import('./page_house.js'),
  sensor: () => import('./page_sensor.js'),
  risk: () => import('./page_risk.js'),
  login: () => import('./page_login.js'),
};

let leave = new AbortController();
let shown = null;

// "#/alert/ID?x=1" -> {name: 'alert', arg: 'ID', query}
export function readAddress(hash) {
  const [path, search = ''] = hash.replace(/^#\/?/, '').split('?');
  const slash = path.indexOf('/');
  const name = slash < 0 ? path : path.slice(0, slash);
  return {
    name,
    arg: slash < 0 ? '' : decodeURIComponent(path.slice(slash + 1)),
    query: new URLSearchParams(search),
  };
}

// The daemon shows itself only to who has a token.
function askToEnter(root) {
  add(
    clear(root),
    el(
      'section',
      {class: 'card'},
      el('h1', null, t('login.title')),
      el('p', null, t('login.needed')),
      el(
        'button',
        {
          class: 'main',
          onclick: async () => {
            if (await logIn()) await redraw();
          },
        },
        t('login.enter'),
      ),
    ),
  );
}

function sayFault(root, fault) {
  if (fault.status === 401) {
    askToEnter(root);
    return;
  }
  add(
    clear(root),
    el(
      'section',
      {class: 'card'},
      el('h1', null, t('common.failed')),
      el('p', {class: 'fault', role: 'alert'}, fault.message),
      el('button', {class: 'main', onclick: () => open(true)}, t('common.try_again')),
    ),
  );
}

async function open(again = false) {
  const address = readAddress(location.hash);
  const root = document.getElementById('main');
  const same = shown === address.name + '/' + address.arg;
  leave.abort();
  leave = new AbortController();
  const {signal} = leave;
  shown = address.name + '/' + address.arg;
  markHere(address.name);
  if (!same) clear(root);
  try {
    const where = await district();
    const module = await (routes[address.name] ?? routes[''])();
    if (signal.aborted) return;
    clear(root);
    await module.show({...address, root, signal, district: where, title: setTitle});
    if (!same && !again) focusPage(root);
  } catch (fault) {
    if (!signal.aborted) sayFault(root, fault);
  }
}

let first = true;
// A new page is read from its beginning; at the start the focus stays where the browser put it.
function focusPage(root) {
  if (!first) {
    root.focus({preventScroll: true});
    scrollTo(0, 0);
  }
  first = false;
}

export async function redraw() {
  drawTop(redraw);
  drawFoot();
  showStatus();
  await open(true);
}

async function start() {
  await startLanguage();
  drawTop(redraw);
  live.addEventListener('status', async (event) => {
    showStatus();
    sayStatus();
    if (event.detail.returned) {
      const before = await district().catch(() => null);
      const after = await district({again: true}).catch(() => null);
      if (before?.version && after?.version && before.version !== after.version) location.reload();
      session.refresh().catch(() => {});
    }
  });
  live.addEventListener('state', () => {
    if (live.status === 'live') showStatus();
  });
  live.start();
  watchAlarms();
  await session.refresh().catch(() => {});
  session.addEventListener('change', () => drawTop(redraw));
  drawTop(redraw);
  addEventListener('needstoken', async () => {
    await session.refresh().catch(() => {});
    if (!session.role) askToEnter(document.getElementById('main'));
  });
  addEventListener('hashchange', () => open());
  await open();
  drawFoot();
}

start().catch((fault) => sayFault(document.getElementById('main'), fault));
