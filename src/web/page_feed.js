// The alert feed: what is open now, worst first.

import {list} from './api.js';
import {add, el} from './dom.js';
import {pick, t} from './i18n.js';
import {badge} from './level.js';

export async function show(page) {
  page.title(t('nav.feed'));
  const alerts = await list('alerts', {state: 'open', signal: page.signal});
  add(page.root, el('h1', null, t('nav.feed')), el('ul', null, alerts.map((alert) =>
    el('li', null, badge(alert.colour), ' ', el('a', {href: `#/alert/${alert.id}`}, pick(alert, 'summary'))))));
}
