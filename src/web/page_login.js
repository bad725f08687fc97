// "#/login": for who comes by a bookmark; the same dialog as everywhere.

import {add, el} from './dom.js';
import {t} from './i18n.js';
import {logIn, session} from './session.js';

export async function show(page) {
  page.title(t('login.title'));
  add(
    page.root,
    el(
      'section',
      {class: 'card'},
      el('h1', null, t('login.title')),
      session.name
        ? el('p', null, t('login.is', {name: session.name, role: t(`login.role_${session.role}`)}))
        : el(
            'button',
            {
              class: 'main',
              onclick: async () => {
                if (await logIn()) location.hash = '#/';
              },
            },
            t('login.enter'),
          ),
    ),
  );
}
