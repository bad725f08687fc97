// A house: how it stands and why, its elements with their sensors, what is open, and how much of it is
// seen.

import {get, inPath, list} from './api.js';
import {add, debounce, el, needStyle} from './dom.js';
import {pick} from './i18n.js';
import {elementsPart} from './house_elements.js';
import {alertsPart, factsPart, head, reasonsPart, reportsPart} from './house_parts.js';
import {live} from './live.js';

const RENEW_MS = 60000;

const ask = (id, signal) =>
  Promise.all([
    get(`houses/${inPath(id)}`, {signal}),
    get(`risk/${inPath(id)}`, {signal}).catch(() => null),
    list('alerts', {state: 'open', house: id, signal}).catch(() => []),
  ]);

const tops = ([house, risk, alerts]) => [
  head(house, risk),
  el(
    'div',
    {class: 'balanced'},
    alertsPart(alerts),
    reasonsPart(risk),
    factsPart(house, risk),
    reportsPart(house),
  ),
];

// What is said of the house as a whole follows its alerts; whoever has the keyboard in it is not disturbed.
function follow(id, parts, signal) {
  let shown = parts;
  let last = Date.now();
  const renew = debounce(500, async () => {
    last = Date.now();
    const answer = await ask(id, signal).catch(() => null);
    if (!answer || signal.aborted || shown.some((part) => part.contains(document.activeElement))) return;
    const fresh = tops(answer);
    shown.forEach((part, i) => part.replaceWith(fresh[i]));
    shown = fresh;
  });
  live.addEventListener('step', ({detail}) => detail.house === id && renew(), {signal});
  live.addEventListener('state', () => !document.hidden && Date.now() - last > RENEW_MS && renew(), {signal});
}

export async function show(page) {
  const {root, arg, signal} = page;
  const [answer] = await Promise.all([ask(arg, signal), needStyle('/style_charts.css')]);
  if (signal.aborted) return;
  const [house, risk] = answer;
  page.title(pick(house, 'name') || house.id);
  const parts = tops(answer);
  add(root, parts, elementsPart(house, risk, signal));
  follow(house.id, parts, signal);
}
