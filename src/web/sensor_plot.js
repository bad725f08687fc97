// The plot of a sensor with what belongs to it: choices, legend, the value under the pointer, what is
// shown in words and as a table.

import {get} from './api.js';
import {TimeChart} from './chart.js';
import {mergeRows, pointsFor, readDaily, readFan, readSeries, valueRange} from './chart_data.js';
import {debounce, el, swap} from './dom.js';
import {figure, unitWord} from './figures.js';
import {t} from './i18n.js';
import {legend} from './chart_legend.js';
import {marksOf} from './sensor_marks.js';
import {readingsTable, readout, summary} from './sensor_summary.js';
import {iso, spanOf, SPANS, writeView} from './sensor_view.js';
import {quantityWord} from './sensor_words.js';
import {date, ms, now_ms} from './time.js';

const CSV_MOST = 100000; // rows that the API gives at once

export class SensorPlot {
  #page;
  #sensor;
  #analysis;
  #view;
  #shown = {compensated: true, forecast: true, limits: true};
  #series = null;
  #others;
  #beside = null; // one of others, and its series
  #besideSeries = null;
  #asking = null;
  #chart;
  #parts = {};
  #base;
  #known = {first: null, last: null};

  // others: sensors that may be drawn beside this one
  constructor(page, sensor, analysis, view, others) {
    this.#page = page;
    this.#sensor = sensor;
    this.#analysis = analysis;
    this.#view = view;
    this.#others = others;
    this.#known.last = sensor.t ? ms(sensor.t) : null;
    this.#base = location.hash.split('?')[0];
    this.daily = readDaily(analysis);
    this.fan = readFan(analysis);
    this.#build();
    this.fetchSoon = debounce(120, () => this.#fetch());
    page.signal.addEventListener('abort', () => {
      this.#asking?.abort();
      this.#chart.destroy();
    });
  }

  // How often new readings can make a difference to what is shown.
  get refresh_ms() {
    return ['hour', 'day'].includes(this.#view.span) ? 5000 : 30000;
  }

  get node() {
    return this.#parts.all;
  }

  #build() {
    const p = this.#parts;
    p.box = el('div', {class: 'chart', 'aria-describedby': 'plot-words plot-keys'});
    p.tools = el('div', {class: 'plot-tools'});
    p.readout = el('p', {class: 'readout small', 'aria-hidden': 'true'});
    p.words = el('p', {id: 'plot-words', 'aria-live': 'polite'});
    p.legend = el('div', {class: 'legend small'});
    p.table = el('div', {
      class: 'wide plot-table',
      tabindex: 0,
      role: 'region',
      'aria-label': t('chart.table'),
    });
    p.details = el(
      'details',
      {ontoggle: () => this.#table()},
      el('summary', null, t('chart.table')),
      p.table,
    );
    p.fault = el('p', {class: 'fault', role: 'alert'});
    p.all = el(
      'section',
      {class: 'card', 'aria-labelledby': 'plot-title'},
      el('h2', {id: 'plot-title'}, t('chart.title')),
      p.tools,
      p.fault,
      p.box,
      p.readout,
      p.legend,
      p.words,
      el('p', {class: 'muted small no-print', id: 'plot-keys'}, t('chart.keys')),
      p.details,
      (p.csv = el('p')),
    );
    this.#chart = new TimeChart(p.box, t('chart.label', {sensor: this.#sensor.id}), {
      view: (from, to) => this.#moved(from, to),
      point: (x, points = []) => {
        this.#parts.readout.textContent = this.#series
          ? readout(this.#series, x, points, this.#besideSeries)
          : '';
      },
      home: () => this.choose(this.#view.span ?? 'month'),
    });
    this.#tools();
  }

  // --- choices ---

  #tools() {
    const span = (name) =>
      el(
        'button',
        {
          'aria-pressed': String(this.#view.span === name),
          'data-key': `span ${name}`,
          onclick: () => this.choose(name),
        },
        t(`chart.span_${name}`),
      );
    const move = (key, sign, act) =>
      el(
        'button',
        {
          class: 'plain',
          'data-key': key,
          'aria-label': t(`chart.${key}`),
          title: t(`chart.${key}`),
          onclick: act,
        },
        sign,
      );
    const toggle = (name, there) =>
      there &&
      el(
        'label',
        {class: 'tick'},
        el('input', {
          type: 'checkbox',
          checked: this.#shown[name],
          'data-key': `show ${name}`,
          onchange: (event) => {
            this.#shown[name] = event.target.checked;
            this.#draw();
          },
        }),
        t(`chart.show_${name}`),
      );
    swap(
      this.#parts.tools,
      el(
        'div',
        {class: 'group', role: 'group', 'aria-label': t('chart.spans')},
        Object.keys(SPANS).map(span),
      ),
      el(
        'div',
        {class: 'group', role: 'group', 'aria-label': t('chart.moving')},
        move('back', '◀', () => this.#chart.pan(-0.5)),
        move('forth', '▶', () => this.#chart.pan(0.5)),
        move('closer', '＋', () => this.#chart.zoom(0.5)),
        move('farther', '－', () => this.#chart.zoom(2)),
      ),
      el(
        'div',
        {class: 'group'},
        toggle('compensated', this.daily.length > 0),
        toggle('forecast', this.fan.length > 0),
        toggle('limits', (this.#analysis.limits ?? []).length > 0),
        this.#others.length > 0 && this.#besideChoice(),
      ),
    );
  }

  #besideChoice() {
    const name = (s) => `${quantityWord(s.quantity)} · ${s.id}`;
    const choice = el(
      'select',
      {
        'aria-label': t('chart.beside'),
        'data-key': 'beside',
        onchange: (event) => {
          this.#beside = this.#others.find((s) => s.id === event.target.value) ?? null;
          this.#besideSeries = null;
          this.#fetch();
        },
      },
      el('option', {value: ''}, t('chart.beside_none')),
      this.#others.map((s) => el('option', {value: s.id}, name(s))),
    );
    choice.value = this.#beside?.id ?? '';
    return choice;
  }

  async choose(span) {
    this.#view = {span};
    this.#parts.words.setAttribute('aria-live', 'polite');
    writeView(this.#base, this.#view);
    this.#tools();
    if (span === 'all' && this.#known.first === null) return this.#fetch(true);
    const {from, to} = this.#range();
    this.#chart.look(from, to); // who goes on from here by key starts there
    return this.#fetch();
  }

  #moved(from, to) {
    this.#view = {span: null, from, to};
    this.#parts.words.setAttribute('aria-live', 'polite');
    writeView(this.#base, this.#view);
    this.#tools();
    this.fetchSoon();
  }

  #range() {
    if (!this.#view.span) return this.#view;
    const last = this.fan.length > 0 && this.#shown.forecast ? this.fan[this.fan.length - 1].at : null;
    return spanOf(this.#view.span, {now: now_ms(), ...this.#known, ahead: last});
  }

  // --- data ---

  async #fetch(whole = false) {
    this.#asking?.abort();
    this.#asking = new AbortController();
    const {signal} = this.#asking;
    this.#parts.box.setAttribute('aria-busy', 'true');
    try {
      const {from, to} = this.#range();
      const end = Math.min(to, now_ms() + 1000);
      const ask = whole ? {} : {from: iso(Math.min(from, end - 60000)), to: iso(end)};
      const points = pointsFor(this.#parts.box.clientWidth);
      const series = ({id}) => get('readings', {sensor: id, step: 'AUTO', points, ...ask, signal});
      const [answer, other] = await Promise.all([
        series(this.#sensor),
        this.#beside ? series(this.#beside) : null,
      ]);
      this.#series = readSeries(answer);
      this.#besideSeries = other && readSeries(other);
      if (whole) this.#known.first = answer.total.first ? ms(answer.total.first) : this.#series.from_ms;
      this.#parts.fault.textContent = '';
      await this.#draw();
    } catch (fault) {
      if (!signal.aborted) this.#parts.fault.textContent = fault.message;
    } finally {
      if (!signal.aborted) this.#parts.box.removeAttribute('aria-busy');
    }
  }

  start() {
    return this.#view.span === 'all' ? this.#fetch(true) : this.#fetch();
  }
  // New readings may have come: only who looks at the present wants them.
  refresh(sensor) {
    if (sensor.t) this.#known.last = ms(sensor.t);
    if (!this.#view.span || document.hidden) return null;
    this.#parts.words.setAttribute('aria-live', 'off'); // nobody asked
    return this.#fetch();
  }
  resize() {
    this.#chart.resize();
  }
  recolour() {
    this.#chart.redraw();
  }

  async #draw() {
    if (!this.#series) return;
    const series = this.#series;
    const daily = this.#shown.compensated ? this.daily : [];
    const fan = this.#shown.forecast ? this.fan : [];
    const marks = marksOf(this.#analysis, series, this.#shown);
    const limits = marks.limits.map((l) => l.y);
    const {from, to} = this.#range();
    const other = this.#besideSeries;
    const beside = other && {
      name: `${quantityWord(other.quantity)} (${unitWord(other.unit)})`,
      range: (a, b) => valueRange({series: other, daily: [], fan: [], limits: []}, a, b),
    };
    await this.#chart.show(
      {
        rows: mergeRows(series, daily, fan, other),
        beside,
        marks,
        byEvent: series.by_event,
        range: (a, b) => valueRange({series, daily, fan, limits}, a, b),
        unit: figure(0, series.unit).replace(/^0\s*/, ''),
      },
      [from, to],
    );
    swap(
      this.#parts.legend,
      legend({
        series,
        daily,
        fan,
        marks,
        view: [from, to],
        beside: other && `${quantityWord(other.quantity)} ${other.sensor}`,
      }),
    );
    this.#words();
    this.#table();
    this.#csv();
  }

  // --- words ---

  #words() {
    const {silent} = this.#range();
    this.#parts.words.textContent = summary(this.#series, silent ? this.#known.last : null);
  }

  #table() {
    if (this.#parts.details.open && this.#series) swap(this.#parts.table, readingsTable(this.#series));
  }

  #csv() {
    const {from_ms, to_ms, total} = this.#series;
    const hourly = total.passed + total.suspect + total.failed > CSV_MOST;
    const query = new URLSearchParams({
      sensor: this.#sensor.id,
      from: iso(from_ms),
      to: iso(to_ms),
      step: hourly ? 'hour' : 'raw',
      limit: CSV_MOST,
      format: 'csv',
    });
    const name = `${this.#sensor.id.replaceAll('/', '_')}_${iso(from_ms).slice(0, 10)}_${iso(to_ms).slice(0, 10)}.csv`;
    swap(
      this.#parts.csv,
      el(
        'a',
        {href: `/api/v1/readings?${query}`, download: name, 'data-key': 'csv'},
        t(hourly ? 'chart.csv_hourly' : 'chart.csv'),
      ),
      el('span', {class: 'muted small'}, ` ${date(from_ms)} – ${date(to_ms)}`),
    );
  }
}
