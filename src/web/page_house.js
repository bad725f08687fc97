// A house: how it stands and why, its elements with their sensors, what is open, and how much of it is
// seen.

import {get, inPath, list} from './api.js';
import {add, debounce, el, needStyle, swap} from './dom.js';
import {pick} from './i18n.js';
import {elementsPart} from './house_elements.js';
import {overridesPart} from './house_override.js';
import {alertsPart, factsPart, head, reasonsPart, reportsPart} from './house_parts.js';
import {live} from './live.js';

const RENEW_MS = 60000;

const ask = (id, signal) =>
  Promise.all([
    get(`houses/${inPath(id)}`, {signal}),
    get(`risk/${inPath(id)}`, {signal}).catch(() => null),
    list('alerts', {state: 'open', house: id, signal}).catch(() => []),
  ]);

// again is called after an act, so that the house can be asked for anew.
const tops = ([house, risk, alerts], again) => [
  head(house, risk),
  el(
    'div',
    {class: 'balanced'},
    alertsPart(alerts),
    reasonsPart(risk),
    overridesPart(house, risk, again),
    factsPart(house, risk),
    reportsPart(house),
  ),
];

// What is said of the house as a whole follows its alerts and what persons do; whoever has the keyboard
// in it is not disturbed, except by their own act.
function follow(id, box, signal) {
  let last = Date.now();
  const renew = debounce(500, async (own) => {
    last = Date.now();
    const answer = await ask(id, signal).catch(() => null);
    if (!answer || signal.aborted || (!own && box.contains(document.activeElement))) return;
    draw(answer);
  });
  const draw = (answer) =>
    swap(
      box,
      tops(answer, () => renew(true)),
    );
  live.addEventListener('step', ({detail}) => detail.house === id && renew(), {signal});
  live.addEventListener('state', () => !document.hidden && Date.now() - last > RENEW_MS && renew(), {signal});
  return draw;
}

export async function show(page) {
  const {root, arg, signal} = page;
  const [answer] = await Promise.all([ask(arg, signal), needStyle('/style_charts.css')]);
  if (signal.aborted) return;
  const [house, risk] = answer;
  page.title(pick(house, 'name') || house.id);
  const box = el('div');
  follow(house.id, box, signal)(answer);
  add(root, box, elementsPart(house, risk, signal));
}
