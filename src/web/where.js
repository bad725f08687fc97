// Where an alert is: the house on the plan, the element from the front with its sensors.

import {get, inPath} from './api.js';
import {alertColour} from './alert_words.js';
import {el} from './dom.js';
import {elevation} from './elevation.js';
import {language, pick, t} from './i18n.js';
import {colourWord} from './level.js';
import {houseLink, sensorLink} from './link.js';
import {plan} from './plan.js';

const asked = new Map();

// A house with its elements and sensors, asked once.
export function houseDetail(id) {
  if (!asked.has(id)) {
    const answer = get(`houses/${inPath(id)}`);
    asked.set(id, answer);
    answer.catch(() => asked.delete(id));
  }
  return asked.get(id);
}

const sensorsOf = (house) => house.sensors?.items ?? house.sensors ?? [];

function sensorStates(alert, all) {
  const chosen = new Set(alert.sensors ?? []);
  return new Map(
    all.map((s) => [
      s.id,
      chosen.has(s.id) ? {colour: alertColour(alert), chosen: true} : {colour: s.silent ? 'grey' : 'none'},
    ]),
  );
}

function drawElement(alert, house) {
  const sensors = Array.isArray(sensorsOf(house)) ? sensorsOf(house) : [];
  const named = sensors.filter((s) => (alert.sensors ?? []).includes(s.id));
  const ids = new Set([alert.element, ...named.map((s) => s.element)].filter(Boolean));
  const elements = (house.elements ?? []).filter((e) => ids.has(e.id)).slice(0, 3);
  return elements.map((element) => elevation(element, sensors, sensorStates(alert, sensors))).filter(Boolean);
}

const affected = (alert) =>
  new Set(
    [
      alert.house,
      ...(alert.last?.members ?? []).map((m) => m.house),
      ...(alert.sensors ?? []).map((id) => id.split('/')[0]),
    ].filter(Boolean),
  );

// The lanes that it concerns, its houses marked.
function locating(alert, district) {
  const ids = affected(alert);
  const all = district.houses ?? [];
  const lanes = new Set(all.filter((h) => ids.has(h.id)).map((h) => h.lane));
  const shown = all.filter((h) => lanes.size === 0 || lanes.has(h.lane));
  const states = new Map(
    shown.map((h) => [
      h.id,
      ids.has(h.id)
        ? {colour: alertColour(alert), chosen: h.id === alert.house, text: colourWord(alertColour(alert))}
        : {colour: 'none', text: t('where.not_this')},
    ]),
  );
  return plan(shown, states, {label: t('where.plan')});
}

// Drawn when asked for (a <details> is opened, or the alert's page).
export async function where(alert, district) {
  const houses = district.houses ?? [];
  const own = houses.find((h) => h.id === alert.house);
  const house = alert.house ? await houseDetail(alert.house).catch(() => null) : null;
  const sensors = alert.sensors ?? [];
  return el(
    'div',
    {class: 'where'},
    own &&
      el(
        'p',
        null,
        houseLink(own.id, pick(own, 'name') || own.id),
        own.lane && ` · ${t('where.lane', {lane: own.lane, row: own.row ?? ''})}`,
      ),
    locating(alert, district),
    house && drawElement(alert, house),
    sensors.length > 0 &&
      el(
        'p',
        {class: 'small'},
        t('where.sensors'),
        ' ',
        sensors.slice(0, 12).flatMap((id, i) => [i > 0 && t('common.comma'), sensorLink(id)]),
        sensors.length > 12 && ` … (${sensors.length})`,
      ),
  );
}

const BOXES_KEPT = 60;
const boxes = new Map(); // what was drawn, by alert and step, so that it need not be drawn again

function boxOf(alert) {
  const key = `${alert.id} ${alert.step} ${language()}`;
  if (!boxes.has(key))
    boxes.set(key, {box: el('div', {role: 'region', 'aria-label': t('where.title')}), drawn: false});
  if (boxes.size > BOXES_KEPT) boxes.delete(boxes.keys().next().value);
  return boxes.get(key);
}

export function whereDetails(alert, district) {
  const kept = boxOf(alert);
  return el(
    'details',
    {
      'data-key': `where ${alert.id}`,
      ontoggle: async (event) => {
        if (!event.target.open || kept.drawn) return;
        kept.drawn = true;
        kept.box.replaceChildren(await where(alert, district));
      },
    },
    el('summary', null, t('where.title')),
    kept.box,
  );
}
