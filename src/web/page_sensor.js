// A sensor: what it reads, what the weather has to do with it, which limits hold for it, what is
// foretold, what was done and what was said of it.

import {ApiError, get, inPath} from './api.js';
import {bursts} from './bursts.js';
import {add, el, needStyle} from './dom.js';
import {figure} from './figures.js';
import {pick, t, word} from './i18n.js';
import {houseLink, to} from './link.js';
import {live} from './live.js';
import {alertsPart, epochsPart, factsPart, forecastPart, limitsPart, movementPart} from './sensor_parts.js';
import {said} from './said.js';
import {sensorBadges} from './sensor_state.js';
import {SensorPlot} from './sensor_plot.js';
import {readView} from './sensor_view.js';
import {quantityWord} from './sensor_words.js';
import {dateTime, relative} from './time.js';

function flag(sensor) {
  if (sensor.flag === 3) return el('span', {class: 'tag provisional'}, t('chart.suspect'));
  return sensor.flag >= 4 ? el('span', {class: 'tag failed'}, t('chart.failed')) : null;
}

function head(sensor, house) {
  const element = (house?.elements ?? []).find((e) => e.id === sensor.element);
  const place = [
    house && houseLink(house.id, pick(house, 'name') || house.id),
    element && [' · ', said(pick(element, 'name'))],
    ' · ',
    sensor.id,
  ];
  return el(
    'section',
    {class: 'card head'},
    el('p', {class: 'muted small crumbs'}, place),
    el('h1', null, quantityWord(sensor.quantity), element && [' · ', said(pick(element, 'name'))]),
    el(
      'div',
      {class: 'badges'},
      sensorBadges(sensor),
      sensor.t && el('strong', {class: 'reading'}, figure(sensor.v, sensor.u ?? sensor.unit, 5)),
      flag(sensor),
      sensor.t
        ? el('time', {datetime: sensor.t, class: 'muted'}, `${dateTime(sensor.t)} · ${relative(sensor.t)}`)
        : el('span', {class: 'muted', id: 'heard'}, t('sensor.never')),
    ),
    siblings(sensor, house),
  );
}

// What may explain it, or moves as it does: its weather, and gauges of the same quantity in the house.
function othersOf(sensor, house) {
  const weather = new Set(sensor.environment ?? []);
  return (house?.sensors ?? []).filter(
    (s) =>
      s.id !== sensor.id &&
      (weather.has(s.id) || s.quantity === sensor.quantity || s.element === sensor.element),
  );
}

// Ways to the other sensors of the same element.
function siblings(sensor, house) {
  const list = (house?.sensors ?? []).filter((s) => sensor.element && s.element === sensor.element);
  if (list.length < 2) return null;
  return el(
    'nav',
    {class: 'siblings', 'aria-label': t('sensor.siblings')},
    list.map((s) =>
      el(
        'a',
        {
          href: to('sensor', s.id),
          'aria-current': s.id === sensor.id ? 'page' : null,
          'data-key': `sibling ${s.id}`,
        },
        `${s.id.split('/').slice(1).join('/')}`,
      ),
    ),
  );
}

// A sensor that sends records and never a reading has no plot.
function recordsAlone(sensor, plot, latest) {
  if (sensor.t) return;
  plot.node.hidden = true;
  document.getElementById('heard').textContent = t('sensor.records_only', {when: dateTime(latest.t)});
}

// What it says now, in the place of what it said before.
async function renew(sensor, house, plot, signal) {
  const now = await get(`sensors/${inPath(sensor.id)}`, {signal}).catch(() => null);
  if (!now || signal.aborted) return;
  const old = document.querySelector('.head');
  if (now.t && !old.contains(document.activeElement)) old.replaceWith(head(now, house));
  await plot.refresh(now);
}

// Follows the present, the window's size and the colours for as long as the page is shown.
function follow(sensor, house, plot, signal) {
  let last = Date.now();
  live.addEventListener(
    'state',
    () => {
      if (document.hidden || Date.now() - last < plot.refresh_ms) return;
      last = Date.now();
      renew(sensor, house, plot, signal);
    },
    {signal},
  );
  addEventListener('resize', () => plot.resize(), {signal});
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => plot.recolour(), {signal});
}

// What is registered of it, when what was concluded of it cannot be had.
const withoutAnalysis = (sensor) => ({
  lack: 'failed',
  quantity: sensor.quantity,
  unit: sensor.u,
  limits: sensor.limits ?? [],
  epochs: sensor.epochs ?? [],
});

async function analysisOf(id, signal) {
  try {
    return await get(`sensors/${inPath(id)}/analysis`, {signal});
  } catch (fault) {
    if (fault instanceof ApiError && fault.status >= 500) return null;
    throw fault;
  }
}

export async function show(page) {
  const {root, arg, query, signal} = page;
  const [sensor, concluded] = await Promise.all([
    get(`sensors/${inPath(arg)}`, {signal}),
    analysisOf(arg, signal),
    needStyle('/style_charts.css'),
  ]);
  const house = sensor.house ? await get(`houses/${inPath(sensor.house)}`, {signal}).catch(() => null) : null;
  if (signal.aborted) return;
  const analysis = concluded ?? withoutAnalysis(sensor);
  page.title(`${word('sensor.quantity', sensor.quantity)} ${sensor.id}`);
  const plot = new SensorPlot(page, sensor, analysis, readView(query), othersOf(sensor, house));
  const records = ['velocity', 'acceleration'].includes(sensor.quantity)
    ? bursts(page, sensor.id, (latest) => recordsAlone(sensor, plot, latest))
    : null;
  add(
    root,
    head(sensor, house),
    plot.node,
    records,
    el(
      'div',
      {class: 'two'},
      el(
        'div',
        null,
        movementPart(analysis),
        forecastPart(analysis),
        alertsPart(analysis),
        epochsPart(analysis),
      ),
      el('div', null, limitsPart(analysis), factsPart(sensor)),
    ),
  );
  follow(sensor, house, plot, signal);
  await plot.start();
}
