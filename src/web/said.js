// What the daemon itself says of houses, marked with the language it says it in: Chinese or English,
// whatever the language of the page.

import {el} from './dom.js';
import {dataTag} from './i18n.js';

export const said = (text) => (text ? el('span', {lang: dataTag()}, text) : null);
