// Vibration records of a sensor: the list, and one of them as waveform and spectrum with its verdicts.

import {get} from './api.js';
import {spectrumPlot, wavePlot} from './bursts_plot.js';
import {add, clear, el} from './dom.js';
import {figure, percent} from './figures.js';
import {number, pick, t, word} from './i18n.js';
import {badge} from './level.js';
import {said} from './said.js';
import {provisionalTag} from './sensor_words.js';
import {wideTable} from './table.js';
import {dateTime} from './time.js';

const SHOWN = 12;
const SOURCES = ['permanent', 'piling', 'blasting'];

// Colours by the share of the limit: attention from 60 %, above it from 100 %.
const colourOfRatio = (ratio) =>
  ratio >= 1 ? 'red' : ratio >= 0.8 ? 'orange' : ratio >= 0.6 ? 'yellow' : 'green';
const ratioBadge = (ratio) =>
  ratio === null
    ? el('span', {class: 'muted'}, t('bursts.not_rated'))
    : badge(colourOfRatio(ratio), percent(ratio));

const right = (text) => el('td', {class: 'number'}, text);

function verdicts(assessment, source) {
  const rows = assessment.verdicts.filter((v) => v.source === source).sort((a, b) => b.ratio - a.ratio);
  if (rows.length === 0) return el('p', {class: 'muted'}, t('bursts.no_limit'));
  const heads = ['standard', 'place', 'component', 'value', 'allowed', 'frequency', 'ratio'];
  return wideTable(
    t('bursts.verdicts'),
    heads.map((k) => t(`bursts.${k}`)),
    rows.map((v) => [
      [
        el('strong', null, v.standard),
        ' ',
        el('span', {class: 'small', lang: 'en'}, `${v.clause} (${v.edition})`),
        ' ',
        el('span', {class: 'tag', title: t(`mark.${v.mark}`)}, v.mark),
        ' ',
        'JM'.includes(v.mark) && provisionalTag(),
      ],
      word('bursts.place', v.place),
      word('bursts.component', v.component),
      right(figure(v.value, 'mm/s')),
      right(figure(v.limit, 'mm/s')),
      right(v.frequency_hz > 0 ? figure(v.frequency_hz, 'Hz') : '–'),
      ratioBadge(v.ratio),
    ]),
  );
}

function axesTable(assessment) {
  const heads = ['axis', 'ppv', 'crossing', 'line', 'kb'];
  return wideTable(
    t('bursts.axes'),
    heads.map((k) => t(`bursts.${k}`)),
    Object.entries(assessment.axes).map(([name, a]) => [
      el('th', {scope: 'row'}, name),
      right(figure(a.ppv, 'mm/s')),
      right(a.crossing_hz > 0 ? figure(a.crossing_hz, 'Hz') : '–'),
      right(a.spectrum_hz > 0 ? figure(a.spectrum_hz, 'Hz') : '–'),
      right(figure(a.kb_fmax)),
    ]),
  );
}

// In one sentence: how much it shook, and how that stands to the strictest limit of the source chosen.
function summary(record, source) {
  const a = record.assessment;
  const governs = a.governing[source];
  const peak = Math.max(...Object.values(a.axes).map((x) => x.ppv));
  const said = t('bursts.summary', {
    peak: figure(peak, 'mm/s'),
    vector: figure(a.vector, 'mm/s'),
    seconds: figure(a.duration_s, 's'),
  });
  if (governs === null) return `${said} ${t('bursts.no_limit')}`;
  const v = a.verdicts[governs];
  return `${said} ${t(v.ratio > 1 ? 'bursts.exceeds' : 'bursts.within', {ratio: percent(v.ratio), limit: figure(v.limit, 'mm/s'), standard: v.standard})}`;
}

function drawRecord(box, record) {
  const plot = record.plot;
  const state = {source: SOURCES[0]};
  const inner = el('div');
  const draw = () => {
    clear(inner);
    if (record.assessment) add(inner, el('p', {'aria-live': 'polite'}, summary(record, state.source)));
    if (plot) add(inner, spectrumPlot(record, state.source));
    if (record.assessment)
      add(
        inner,
        el('h4', null, t('bursts.verdicts')),
        verdicts(record.assessment, state.source),
        axesTable(record.assessment),
      );
  };
  const choice = el(
    'select',
    {
      id: 'burst-source',
      onchange: (event) => {
        state.source = event.target.value;
        draw();
      },
    },
    SOURCES.map((s) => el('option', {value: s}, word('bursts.source', s))),
  );
  add(
    clear(box),
    el('h3', {tabindex: -1}, t('bursts.record', {when: dateTime(record.t)})),
    record.fault && el('p', {class: 'fault'}, said(pick(record, 'fault'))),
    plot && wavePlot(record),
    record.assessment &&
      el('p', null, el('label', {for: 'burst-source'}, t('bursts.judged_as')), ' ', choice),
    inner,
  );
  draw();
}

// found(latest) is called when there are any.
export function bursts(page, sensor, found) {
  const list = el('div', null, el('p', {class: 'muted'}, t('common.loading')));
  const detail = el('div', {class: 'burst'});
  const card = el(
    'section',
    {class: 'card', 'aria-labelledby': 'bursts'},
    el('h2', {id: 'bursts'}, t('bursts.title')),
    list,
    detail,
  );

  async function open(id, row) {
    for (const other of list.querySelectorAll('[aria-current]')) other.removeAttribute('aria-current');
    row.setAttribute('aria-current', 'true');
    try {
      drawRecord(detail, await get(`bursts/${id}`, {signal: page.signal}));
      detail.querySelector('h3').focus();
    } catch (fault) {
      if (!page.signal.aborted) add(clear(detail), el('p', {class: 'fault', role: 'alert'}, fault.message));
    }
  }

  function draw(items, all) {
    const shown = all ? items : items.slice(0, SHOWN);
    const rows = shown.map((b) => {
      const row = el('tr');
      return add(
        row,
        el(
          'td',
          null,
          el(
            'button',
            {class: 'plain', 'data-key': `burst ${b.id}`, onclick: () => open(b.id, row)},
            dateTime(b.t),
          ),
        ),
        el('td', null, ratioBadge(b.ratio)),
        el('td', null, b.kept ? t('bursts.kept') : ''),
      );
    });
    add(
      clear(list),
      el(
        'div',
        {class: 'wide', tabindex: 0, role: 'region', 'aria-label': t('bursts.title')},
        el(
          'table',
          {class: 'records'},
          el(
            'thead',
            null,
            el(
              'tr',
              null,
              ['time', 'of_limit', 'keeping'].map((k) => el('th', {scope: 'col'}, t(`bursts.${k}`))),
            ),
          ),
          el('tbody', null, rows),
        ),
      ),
      !all &&
        items.length > SHOWN &&
        el('button', {onclick: () => draw(items, true)}, t('bursts.all', {n: number(items.length)})),
    );
  }

  get('bursts', {sensor, limit: 500, signal: page.signal})
    .then(({items}) => {
      if (items.length === 0) {
        card.hidden = true;
        return;
      }
      draw(items, false);
      found(items[0]);
    })
    .catch((fault) => {
      if (!page.signal.aborted) add(clear(list), el('p', {class: 'fault', role: 'alert'}, fault.message));
    });
  return card;
}
