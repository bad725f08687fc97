// What the pages of houses and sensors are laid out in: cards, and lists of facts.

import {el} from './dom.js';

export const card = (id, title, ...children) =>
  el('section', {class: 'card', 'aria-labelledby': id}, el('h2', {id}, title), children);

// Facts that are not known are left out.
export const facts = (pairs) =>
  el(
    'dl',
    {class: 'facts'},
    pairs
      .filter(([, v]) => v !== null && v !== undefined && v !== '' && v !== false)
      .map(([name, value]) => [el('dt', null, name), el('dd', null, value)]),
  );
