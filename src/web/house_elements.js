// The elements of a house, each from the front with its sensors, and what these read.

import {el} from './dom.js';
import {elevation} from './elevation.js';
import {figure, percent} from './figures.js';
import {dataTag, pick, t, word} from './i18n.js';
import {classBadge} from './level.js';
import {sensorLink} from './link.js';
import {said} from './said.js';
import {sensorBadges, sensorColour} from './sensor_state.js';
import {quantityWord} from './sensor_words.js';
import {sparkline} from './sparkline.js';
import {relative} from './time.js';

const INSTRUMENT = ['battery', 'rssi'];
const sensorsOf = (house) => house.sensors?.items ?? (Array.isArray(house.sensors) ? house.sensors : []);

function row(sensor, signal) {
  return el(
    'tr',
    null,
    el(
      'th',
      {scope: 'row'},
      sensorLink(sensor.id, sensor.id.split('/').slice(1).join('/')),
      el('div', {class: 'small muted'}, quantityWord(sensor.quantity)),
    ),
    el(
      'td',
      {class: 'number'},
      figure(sensor.v, sensor.u ?? sensor.unit, 4),
      sensor.flag >= 3 && el('div', {class: 'small'}, t(sensor.flag >= 4 ? 'chart.failed' : 'chart.suspect')),
      el('div', {class: 'small muted'}, sensor.t ? relative(sensor.t) : t('sensor.never')),
    ),
    el('td', null, sensorBadges(sensor)),
    el('td', {class: 'spark-cell'}, sparkline(sensor, signal)),
  );
}

const table = (label, sensors, signal) =>
  el(
    'div',
    {class: 'wide', tabindex: 0, role: 'region', 'aria-label': label},
    el(
      'table',
      {class: 'sensors'},
      el(
        'thead',
        null,
        el(
          'tr',
          null,
          ['sensor', 'now', 'state', 'year'].map((k) => el('th', {scope: 'col'}, t(`house.col_${k}`))),
        ),
      ),
      el(
        'tbody',
        null,
        sensors.map((s) => row(s, signal)),
      ),
    ),
  );

function elementCard(element, sensors, risk, signal) {
  const own = sensors.filter((s) => s.element === element.id);
  const states = new Map(own.map((s) => [s.id, {colour: sensorColour(s)}]));
  const drawing = elevation(element, own, states);
  const id = `element-${element.id}`;
  return el(
    'section',
    {class: 'card element-card', 'aria-labelledby': id},
    el(
      'div',
      {class: 'element-head'},
      el('h3', {id, lang: dataTag()}, pick(element, 'name') || element.id),
      risk && classBadge(risk),
      el(
        'span',
        {class: 'muted small'},
        [
          word('house.kind', element.kind),
          element.material && word('house.material', element.material),
          risk && t('house.element_coverage', {coverage: percent(risk.coverage)}),
        ]
          .filter(Boolean)
          .join(' · '),
      ),
    ),
    el(
      'div',
      {class: drawing ? 'element-body' : null},
      drawing,
      own.length > 0
        ? table(`${pick(element, 'name') || element.id}, ${t('house.col_sensor')}`, own, signal)
        : el('p', {class: 'muted'}, t('house.no_sensors')),
    ),
  );
}

export function elementsPart(house, risk, signal) {
  const sensors = sensorsOf(house);
  const risks = new Map((risk?.elements ?? []).map((e) => [e.element, e]));
  const elements = house.elements ?? [];
  const watched = elements.filter((e) => sensors.some((s) => s.element === e.id));
  const bare = elements.filter((e) => !watched.includes(e));
  const rest = sensors.filter((s) => !elements.some((e) => e.id === s.element));
  const climate = rest.filter((s) => !INSTRUMENT.includes(s.quantity));
  const instruments = rest.filter((s) => INSTRUMENT.includes(s.quantity));
  const group = (id, title, list) =>
    list.length > 0 &&
    el('section', {class: 'card', 'aria-labelledby': id}, el('h3', {id}, title), table(`${title}, ${t('house.col_sensor')}`, list, signal));
  return [
    el('h2', {class: 'part'}, t('house.elements')),
    el(
      'div',
      {class: 'elements'},
      watched.map((e) => elementCard(e, sensors, risks.get(e.id), signal)),
      group('climate', t('house.climate'), climate),
      group('instruments', t('house.instruments'), instruments),
    ),
    bare.length > 0 &&
      el(
        'p',
        {class: 'muted'},
        t('house.unwatched'),
        ' ',
        said(bare.map((e) => pick(e, 'name') || e.id).join(', ')),
      ),
  ];
}
