// A house: how it stands and why, its elements with their sensors, what is open, and how much of it is
// seen.

import {get, inPath, list} from './api.js';
import {add, el, needStyle} from './dom.js';
import {pick, t} from './i18n.js';
import {elementsPart} from './house_elements.js';
import {alertsPart, factsPart, head, reasonsPart, reportsPart} from './house_parts.js';

export async function show(page) {
  const {root, arg, signal} = page;
  const [house, risk, alerts] = await Promise.all([
    get(`houses/${inPath(arg)}`, {signal}),
    get(`risk/${inPath(arg)}`, {signal}).catch(() => null),
    list('alerts', {state: 'open', house: arg, signal}).catch(() => []),
    needStyle('/style_charts.css'),
  ]);
  if (signal.aborted) return;
  page.title(pick(house, 'name') || house.id);
  add(
    root,
    head(house, risk),
    el(
      'div',
      {class: 'balanced'},
      alertsPart(alerts),
      reasonsPart(risk),
      factsPart(house, risk),
      reportsPart(house),
    ),
    elementsPart(house, risk, alerts, signal),
  );
}
