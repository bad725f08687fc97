// The ranking for planners: now, or as it stood on a past day.

import {list} from './api.js';
import {choice} from './choice.js';
import {add, debounce, el, swap} from './dom.js';
import {dataLanguage, t} from './i18n.js';
import {COLOURS, GREY} from './level.js';
import {live} from './live.js';
import {legend, plan} from './plan.js';
import {arrange, CLASSES, readFilter, SORTS, writeFilter} from './risk_rows.js';
import {compareTable, rankTable} from './risk_table.js';
import {date, dateTime, dayOf, now_ms} from './time.js';

const DAY_MS = 86400000;
const SLIDER_DAYS = 730;
const DAYS_KEPT = 24;

// The report of the whole district, as the daemon makes it.
const reportLinks = () =>
  el(
    'p',
    {class: 'reports no-print'},
    t('risk.report'),
    ['html', 'pdf', 'csv', 'geojson'].map((format) =>
      el(
        'a',
        {
          href: `/api/v1/reports/district?${new URLSearchParams({format, lang: dataLanguage()})}`,
          'data-key': `report ${format}`,
          target: format === 'html' ? '_blank' : null,
          rel: 'noopener',
        },
        format.toUpperCase(),
      ),
    ),
  );

class Risk {
  days = new Map();
  rows = [];

  constructor(page) {
    this.page = page;
    this.filter = readFilter(page.query);
    this.parts = Object.fromEntries(
      ['head', 'time', 'filters', 'plan', 'compare', 'list'].map((n) => [n, el('div', {class: `risk-${n}`})]),
    );
    this.makeTime();
    this.drawFilters();
    this.soon = debounce(250, () => this.load().catch((fault) => this.say(fault)));
    this.type = debounce(250, () => this.draw());
  }

  today() {
    return dayOf(now_ms());
  }

  ask(day) {
    if (!this.days.has(day)) {
      const answer = list('risk', {at: day, signal: this.page.signal});
      this.days.set(day, answer);
      answer.catch(() => this.days.delete(day));
      if (this.days.size > DAYS_KEPT) this.days.delete(this.days.keys().next().value);
    }
    return this.days.get(day);
  }

  async load() {
    const {at} = this.filter;
    const rows = at ? await this.ask(at) : await list('risk', {signal: this.page.signal});
    if (at !== this.filter.at) return;
    this.rows = rows;
    this.draw();
  }

  say(fault) {
    if (!this.page.signal.aborted)
      swap(this.parts.list, el('p', {class: 'fault', role: 'alert'}, fault.message));
  }

  change(part) {
    Object.assign(this.filter, part);
    history.replaceState(null, '', writeFilter(this.filter));
    if ('at' in part) {
      this.drawTime();
      this.soon();
    } else if ('text' in part) this.type();
    else this.draw();
  }

  toggle(house) {
    const {chosen} = this.filter;
    this.change({
      chosen: chosen.includes(house) ? chosen.filter((h) => h !== house) : [...chosen, house].slice(0, 4),
    });
  }

  draw() {
    const {all, shown} = arrange(this.rows, this.page.district, this.filter);
    this.drawHead(all);
    this.drawTime();
    this.drawPlan(all, new Set(shown.map((row) => row.house)));
    this.drawCompare(all);
    swap(
      this.parts.list,
      shown.length === 0
        ? el('p', {class: 'card'}, t(all.length ? 'risk.none' : 'risk.not_yet'))
        : rankTable(shown, all, this.filter.chosen, (house) => this.toggle(house)),
      el('p', {class: 'muted small'}, t('risk.label')),
    );
  }

  drawHead(all) {
    const at = all
      .map((row) => row.at)
      .sort()
      .at(-1);
    swap(
      this.parts.head,
      el('h1', null, t('risk.title')),
      at &&
        el(
          'p',
          {class: 'muted'},
          this.filter.at
            ? t('risk.past', {date: date(`${this.filter.at}T12:00:00Z`)})
            : t('risk.as_of', {date: dateTime(at)}),
        ),
      reportLinks(),
    );
  }

  // Made once: who moves the slider or types a date goes on doing so while the plan is drawn anew.
  makeTime() {
    const slider = el('input', {id: 'r-slider', type: 'range', min: 0, max: SLIDER_DAYS, step: 1});
    const day = el('input', {type: 'date', id: 'r-date', 'aria-label': t('risk.slider'), max: this.today()});
    const shown = el('output', {id: 'r-day', for: 'r-slider'});
    const back = el('button', {'data-key': 'now'}, t('risk.to_now'));
    slider.addEventListener('input', () => {
      const days = SLIDER_DAYS - Number(slider.value);
      this.change({at: days === 0 ? '' : dayOf(now_ms() - days * DAY_MS)});
    });
    day.addEventListener('change', () => {
      if (day.value) this.change({at: day.value >= this.today() ? '' : day.value});
    });
    back.addEventListener('click', () => {
      slider.focus();
      this.change({at: ''});
    });
    this.time = {slider, day, shown, back};
    add(this.parts.time, el('label', {for: 'r-slider'}, t('risk.slider')), shown, slider, day, back);
  }

  drawTime() {
    const {at} = this.filter;
    const {slider, day, shown, back} = this.time;
    const days = at ? Math.round((Date.parse(this.today()) - Date.parse(at)) / DAY_MS) : 0;
    const words = at ? date(`${at}T12:00:00Z`) : t('risk.today');
    shown.textContent = words;
    slider.setAttribute('aria-valuetext', words);
    slider.value = Math.max(0, SLIDER_DAYS - days);
    if (document.activeElement !== day) day.value = at || this.today();
    back.hidden = !at;
  }

  drawFilters() {
    const f = this.filter;
    const lanes = [...new Set((this.page.district.houses ?? []).map((h) => h.lane).filter(Boolean))].sort();
    swap(
      this.parts.filters,
      el(
        'form',
        {class: 'filters', role: 'search', onsubmit: (event) => event.preventDefault()},
        choice(
          'r-sort',
          t('risk.sort'),
          f.sort,
          SORTS.map((s) => [s, t(`risk.sort_${s}`)]),
          (v) => this.change({sort: v}),
        ),
        choice(
          'r-min',
          t('risk.min_class'),
          f.min,
          [
            ['', t('filter.any')],
            ...CLASSES.slice(1)
              .reverse()
              .map((c) => [c, t('risk.class_from', {class: c})]),
          ],
          (v) => this.change({min: v}),
        ),
        lanes.length > 1 &&
          choice(
            'r-lane',
            t('risk.lane'),
            f.lane,
            [['', t('filter.any')], ...lanes.map((l) => [l, l])],
            (v) => this.change({lane: v}),
          ),
        choice(
          'r-only',
          t('risk.only'),
          f.only,
          [['', t('filter.any')], ...['grey', 'provisional', 'rising'].map((o) => [o, t(`risk.only_${o}`)])],
          (v) => this.change({only: v}),
        ),
        el(
          'span',
          {class: 'field'},
          el('label', {for: 'r-text'}, t('filter.text')),
          el('input', {
            id: 'r-text',
            type: 'search',
            size: 12,
            value: f.text,
            oninput: (event) => this.change({text: event.target.value}),
          }),
        ),
      ),
    );
  }

  drawPlan(all, shown) {
    const states = new Map(
      all.map((row) => [
        row.house,
        {
          colour: row.grey ? GREY : (row.colour ?? GREY),
          chosen: this.filter.chosen.includes(row.house),
          faint: !shown.has(row.house),
          text: `${t(`colour.${row.grey ? GREY : row.colour}`)}${t('common.comma')}${row.grey ? t('risk.class_unknown') : t('risk.class_is', {class: row.class})}`,
        },
      ]),
    );
    swap(
      this.parts.plan,
      plan(this.page.district.houses ?? [], states, {label: t('plan.label_risk')}),
      legend([...COLOURS].reverse().concat(GREY), (colour) =>
        t(colour === GREY ? 'risk.grey_help' : `colour.${colour}`),
      ),
    );
  }

  drawCompare(all) {
    const rows = this.filter.chosen.map((id) => all.find((row) => row.house === id)).filter(Boolean);
    swap(
      this.parts.compare,
      rows.length < 2
        ? el('p', {class: 'muted small'}, t('risk.compare_hint'))
        : el(
            'section',
            {class: 'card', 'aria-labelledby': 'r-compare'},
            el('h2', {id: 'r-compare', tabindex: -1}, t('risk.compare_title')),
            compareTable(rows, all),
            el(
              'button',
              {'data-key': 'clear', onclick: () => this.change({chosen: []})},
              t('risk.compare_clear'),
            ),
          ),
      rows.length >= 2 && toCompare(rows.length),
    );
  }
}

// The table may be far above the row that was ticked.
const toCompare = (n) =>
  el(
    'button',
    {
      class: 'to-compare',
      'data-key': 'to-compare',
      onclick: () => {
        const head = document.getElementById('r-compare');
        head.scrollIntoView();
        head.focus({preventScroll: true});
      },
    },
    `↑ ${t('risk.compare_title')} (${n})`,
  );

export async function show(page) {
  const risk = new Risk(page);
  page.title(t('risk.title'));
  await risk.load();
  swap(
    page.root,
    risk.parts.head,
    el('section', {class: 'card risk-top'}, risk.parts.time, risk.parts.plan),
    risk.parts.compare,
    risk.parts.filters,
    risk.parts.list,
  );
  const again = () => {
    if (!risk.filter.at) risk.load().catch(() => {});
  };
  const hour = setInterval(again, 600000);
  live.addEventListener(
    'status',
    (event) => {
      if (event.detail.returned) again();
    },
    {signal: page.signal},
  );
  page.signal.addEventListener('abort', () => clearInterval(hour));
}
