// A labelled choice of one among several.

import {el} from './dom.js';

export const choice = (id, label, value, options, changed) => {
  const select = el(
    'select',
    {id, onchange: (event) => changed(event.target.value)},
    options.map(([code, text]) => el('option', {value: code}, text)),
  );
  select.value = value;
  return el('span', {class: 'field'}, el('label', {for: id}, label), select);
};
