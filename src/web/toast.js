// A line at the foot of the window that says what became of an act, and goes by itself.

import {el} from './dom.js';

const SHOWN_MS = 6000;

function holder() {
  const there = document.getElementById('toasts');
  if (there) return there;
  const made = el('div', {id: 'toasts', role: 'status'});
  document.body.append(made);
  return made;
}

export function toast(text) {
  const line = el('p', null, text);
  holder().append(line);
  setTimeout(() => line.remove(), SHOWN_MS);
}
