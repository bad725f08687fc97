// The parts of a sensor's page beside its plot.

import {card, facts} from './card.js';
import {el} from './dom.js';
import {chance, figure, percent} from './figures.js';
import {number, t, tn, word} from './i18n.js';
import {badge, colourOfLevel} from './level.js';
import {alertLink, sensorLink} from './link.js';
import {
  forecastText,
  levelText,
  limitAmount,
  limitSource,
  provisionalTag,
  quantityWord,
} from './sensor_words.js';
import {spanWords} from './sensor_summary.js';
import {wideTable} from './table.js';
import {date, dateTime} from './time.js';

const right = (text) => el('td', {class: 'number'}, text);

// --- what the slow analysis says ---

const signed = (x, unit, digits = 3) => `${x > 0 ? '+' : ''}${figure(x, unit, digits)}`;
const withError = (x, error, unit) => `${signed(x, unit)} ± ${figure(error, unit, 2)}`;

function windows(movement, unit) {
  const name = (w) => (w.weeks === null ? t('sensor.window_all') : tn('sensor.window_weeks', w.weeks));
  return wideTable(
    t('sensor.slopes'),
    [t('sensor.window'), t('sensor.slope'), t('sensor.significant'), t('sensor.peers')],
    movement.windows.map((w) => [
      [name(w), w.governs && ' ★'],
      right(t('sensor.per_year', {amount: withError(w.slope_per_year, w.error_per_year, unit)})),
      w.significant ? el('strong', null, t('sensor.yes')) : t('sensor.no'),
      right(
        w.peers_slope_per_year === null
          ? '–'
          : t('sensor.per_year', {amount: withError(w.peers_slope_per_year, w.peers_error_per_year, unit)}),
      ),
    ]),
  );
}

function modelTable(model, unit) {
  return el(
    'details',
    null,
    el('summary', null, t('sensor.model')),
    facts([
      [t('sensor.model_trained'), `${date(model.trained_from)} – ${date(model.trained_until)}`],
      [t('sensor.model_maturity'), word('sensor.maturity', model.maturity)],
      [t('sensor.model_skill'), percent(model.skill)],
      [t('sensor.model_sigma'), figure(model.sigma, unit, 2)],
    ]),
    wideTable(
      t('sensor.model'),
      [t('sensor.term'), t('sensor.memory'), t('sensor.coefficient')],
      model.terms.map((m) => [
        [
          sensorLink(m.sensor),
          ` ${quantityWord(m.quantity)}`,
          m.above !== null && ` > ${figure(m.above, m.unit)}`,
        ],
        m.memory_d > 0 ? tn('sensor.memory_days', m.memory_d) : t('sensor.memory_none'),
        right(
          `${figure(m.coefficient, unit)} / ${figure(1, m.unit).replace(/^1\s?/, '')} ± ${figure(m.error, null, 2)}`,
        ),
      ]),
    ),
  );
}

export function movementPart(analysis) {
  if (analysis.lack === 'not_for_it') return null;
  const {movement, model, unit} = analysis;
  if (analysis.lack)
    return card(
      'movement',
      t('sensor.movement'),
      el('p', {class: 'muted'}, t(`sensor.lack_${analysis.lack}`)),
    );
  return card(
    'movement',
    t('sensor.movement'),
    analysis.doubt !== 'none' &&
      el(
        'p',
        {class: 'doubt'},
        el('strong', null, t('sensor.doubt')),
        ` ${word('sensor.doubts', analysis.doubt)}`,
      ),
    movement
      ? [
          facts([
            [t('sensor.change'), el('strong', null, withError(movement.change, movement.error, unit))],
            [t('sensor.level'), figure(movement.level, unit, 4)],
            [
              t('sensor.baseline'),
              t('sensor.baseline_since', {
                value: figure(movement.baseline, unit, 4),
                when: date(movement.since),
              }),
            ],
            [t('sensor.together'), movement.together && t('sensor.yes')],
            [t('sensor.coverage'), percent(analysis.coverage)],
            [t('sensor.as_of'), date(analysis.as_of)],
          ]),
          windows(movement, unit),
        ]
      : el('p', {class: 'muted'}, t('sensor.lack_not_yet')),
    model && modelTable(model, unit),
  );
}

// --- limits, forecasts ---

export function limitsPart(analysis) {
  const limits = analysis.limits ?? [];
  if (limits.length === 0)
    return card('limits', t('sensor.limits'), el('p', {class: 'muted'}, t('sensor.no_limits')));
  return card(
    'limits',
    t('sensor.limits'),
    el(
      'ul',
      {class: 'limits'},
      limits.map((l) =>
        el(
          'li',
          null,
          badge(colourOfLevel(l.level)),
          ' ',
          el('strong', null, limitAmount(l)),
          ` ${l.below ? t('sensor.limit_below') : word('of', l.of)} `,
          l.provisional && provisionalTag(),
          el(
            'div',
            {class: 'small muted'},
            el('span', {lang: 'en'}, limitSource(l)),
            ' ',
            el('span', {class: 'tag', title: t(`mark.${l.mark}`)}, `${l.mark}: ${t(`mark.${l.mark}`)}`),
          ),
        ),
      ),
    ),
  );
}

// The limit that a forecast speaks of: of the sensor's own quantity, or of one derived from it.
function foretold(f, analysis) {
  if (f.quantity !== analysis.quantity)
    return `${word('sensor.derived', f.quantity)} ${figure(f.limit, null, 4)}`;
  return `${figure(f.limit, f.of === 'percent_change' ? '%' : analysis.unit, 4)} ${word('of', f.of)}`;
}

export function forecastPart(analysis) {
  const list = analysis.forecasts ?? [];
  if (list.length === 0) return null;
  return card(
    'forecast',
    t('sensor.forecast'),
    wideTable(
      t('sensor.reached'),
      [t('sensor.limit'), t('sensor.reached'), t('sensor.p30'), t('sensor.p180'), t('sensor.p365')],
      list.map((f) => [
        [levelText(f.level), el('br'), foretold(f, analysis), ' ', f.provisional && provisionalTag()],
        forecastText(f),
        ...[f.p30, f.p180, f.p365].map((p) => right(f.state === 'exceeded' ? '–' : chance(p))),
      ]),
    ),
    el('p', {class: 'muted small'}, t('sensor.forecast_made', {when: date(list[0].at)})),
  );
}

// --- what was said and done ---

export function alertsPart(analysis) {
  const list = [...(analysis.alerts ?? [])].sort((a, b) => Date.parse(b.opened) - Date.parse(a.opened));
  if (list.length === 0) return null;
  const shown = list.slice(0, 30);
  return card(
    'alerts',
    t('sensor.alerts'),
    wideTable(
      t('sensor.alerts'),
      [t('sensor.alert_worst'), t('sensor.alert_what'), t('sensor.alert_from'), t('sensor.alert_until')],
      shown.map((a) => [
        badge(colourOfLevel(a.peak_level)),
        alertLink(a.id, `${word('category', a.category)} · ${word('kind', a.kind)}`),
        dateTime(a.opened),
        a.resolved ? dateTime(a.resolved) : el('strong', null, t('sensor.alert_open')),
      ]),
    ),
    list.length > shown.length &&
      el('p', {class: 'muted small'}, tn('sensor.alerts_more', list.length - shown.length)),
  );
}

export function epochsPart(analysis) {
  const list = analysis.epochs ?? [];
  if (list.length === 0) return null;
  return card(
    'epochs',
    t('sensor.epochs'),
    el(
      'ul',
      null,
      list.map((e) =>
        el(
          'li',
          null,
          el('strong', null, word('sensor.epoch', e.kind)),
          ` · ${date(e.t)}`,
          e.lasts && ` – ${e.until ? date(e.until) : t('sensor.epoch_open')}`,
          ` · ${e.scope}`,
          e.note && el('div', {class: 'small'}, e.note),
          e.starts_baseline && el('div', {class: 'small muted'}, t('sensor.epoch_baseline')),
        ),
      ),
    ),
  );
}

// --- what it is ---

const position = (p) =>
  Array.isArray(p) && p.every((x) => typeof x === 'number')
    ? t('sensor.position_is', {along: number(p[0]), into: number(p[1]), height: number(p[2])})
    : null;

const quality = (flags) =>
  flags &&
  flags.pass + flags.suspect + flags.fail > 0 &&
  t('sensor.quality_is', {
    pass: number(flags.pass),
    suspect: number(flags.suspect),
    fail: number(flags.fail),
  });

// "milesight-em310-tilt 2 (tts-v3 3)": profile and version, and those of the message around.
function decodedBy(origin) {
  const envelope = origin.envelope ? ` (${origin.envelope} ${origin.envelope_version})` : '';
  return `${origin.profile} ${origin.version}${envelope}, ${date(origin.first_rx)} – ${date(origin.last_rx)}`;
}

// What the node told of itself, null where it did not.
const nodeFigure = (value, unit) => (Number.isFinite(value) ? figure(value, unit) : null);

export function factsPart(sensor) {
  const unit = sensor.u ?? sensor.unit;
  return card(
    'facts',
    t('sensor.facts'),
    facts([
      [t('sensor.id'), sensor.id],
      [t('sensor.node'), sensor.node],
      [t('sensor.quantity_is'), quantityWord(sensor.quantity)],
      [t('sensor.axis'), sensor.axis],
      [t('sensor.medium'), sensor.medium && word('sensor.media', sensor.medium)],
      [t('sensor.mode'), sensor.mode],
      [t('sensor.period'), sensor.period_s > 0 && spanWords(sensor.period_s)],
      [t('sensor.resolution'), sensor.resolution > 0 && figure(sensor.resolution, unit)],
      [
        t('sensor.span'),
        Array.isArray(sensor.range) && `${figure(sensor.range[0], unit)} – ${figure(sensor.range[1], unit)}`,
      ],
      [t('sensor.position'), position(sensor.position_m)],
      [t('sensor.calibrated'), sensor.calibrated && t('sensor.yes')],
      [t('sensor.quality'), quality(sensor.flags_30d)],
      [
        t('sensor.clock'),
        sensor.flags_30d?.clock_suspect > 0 &&
          t('sensor.clock_is', {count: number(sensor.flags_30d.clock_suspect)}),
      ],
      [t('sensor.installed'), sensor.installed && date(sensor.installed)],
      [t('sensor.battery'), nodeFigure(sensor.node_battery_v, 'V') ?? nodeFigure(sensor.node_battery_pct, '%')],
      [t('sensor.radio'), nodeFigure(sensor.node_rssi_dbm, 'dBm')],
      [t('sensor.decoded_by'), sensor.profiles?.map(decodedBy).join(t('common.sentence_end'))],
      [
        t('sensor.environment'),
        sensor.environment?.length > 0 &&
          sensor.environment.flatMap((id, i) => [i > 0 && ', ', sensorLink(id)]),
      ],
    ]),
  );
}
