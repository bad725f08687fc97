// Addresses of pages inside the one document. Ids keep their slashes.

import {el} from './dom.js';
import {inPath} from './api.js';
import {dataTag} from './i18n.js';

export const to = (page, id) => `#/${page}/${inPath(id)}`;
export const houseLink = (id, text = id) =>
  el(
    'a',
    {href: to('house', id), 'data-key': `house ${id} ${text}`, lang: text === id ? null : dataTag()},
    text,
  );
export const sensorLink = (id, text = id) =>
  el('a', {href: to('sensor', id), 'data-key': `sensor ${id}`}, text);
export const alertLink = (id, text) => el('a', {href: to('alert', id), 'data-key': `alert ${id}`}, text);
