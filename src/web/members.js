// The alerts that one speaks for.

import {el} from './dom.js';
import {pick, t} from './i18n.js';
import {badge, colourOfLevel} from './level.js';
import {alertLink, houseLink} from './link.js';

export const memberList = (alert) =>
  el(
    'ul',
    {class: 'members'},
    alert.last.members.map((m) =>
      el(
        'li',
        null,
        badge(m.colour ?? colourOfLevel(m.level)),
        ' ',
        m.house && houseLink(m.house, pick(m, 'house_name') || m.house),
        ' ',
        alertLink(m.id, t('feed.details')),
      ),
    ),
  );
