// Addresses of pages inside the one document. Ids keep their slashes.

import {el} from './dom.js';
import {inPath} from './api.js';

export const to = (page, id) => `#/${page}/${inPath(id)}`;
export const houseLink = (id, text = id) =>
  el('a', {href: to('house', id), 'data-key': `house ${id} ${text}`}, text);
export const sensorLink = (id, text = id) =>
  el('a', {href: to('sensor', id), 'data-key': `sensor ${id}`}, text);
export const alertLink = (id, text) => el('a', {href: to('alert', id), 'data-key': `alert ${id}`}, text);
