// The alert feed: what is open now, worst first; the plan; what happened while the view was cut off.

import {list} from './api.js';
import {isOver} from './alert_words.js';
import {card} from './feed_card.js';
import {filterForm, passes, readFilter, writeFilter} from './feed_filter.js';
import {feedStates} from './feed_plan.js';
import {silenceButton, silenceList} from './feed_silences.js';
import {add, debounce, el, swap} from './dom.js';
import {pick, t, tn} from './i18n.js';
import {badge, colourOfLevel, colourWord} from './level.js';
import {alertLink} from './link.js';
import {live} from './live.js';
import {legend, plan} from './plan.js';
import {said} from './said.js';
import {clock, isoSecond, ms, now_ms} from './time.js';

const PAGE = 40;
const RETRY_MS = 5000;

class Feed {
  alerts = [];
  houses = [];
  silences = [];
  states = new Map();
  shown = PAGE;
  fresh = new Set();
  missed = [];
  cut = null;

  constructor(page) {
    this.page = page;
    this.filter = readFilter(page.query);
    this.wide = matchMedia('(min-width: 62rem)').matches;
    this.parts = Object.fromEntries(
      ['counts', 'fault', 'silences', 'missed', 'filters', 'list', 'plan'].map((name) => [
        name,
        el('div', {class: `feed-${name}`}),
      ]),
    );
    this.ask = debounce(120, () => this.refresh());
    this.later = debounce(250, () => this.changed());
  }

  async load() {
    const {signal} = this.page;
    const f = this.filter;
    const since = f.all && f.days > 0 ? isoSecond(now_ms() - f.days * 86400000) : null;
    const [alerts, houses, silences] = await Promise.all([
      list('alerts', {
        state: f.all ? 'all' : 'open',
        order: f.all ? 'opened' : null,
        since,
        signal,
        most: 2000,
      }),
      list('houses', {signal}),
      list('silences', {signal}),
    ]);
    this.alerts = alerts.filter((a) => f.all || !a.spoken_for);
    this.houses = houses;
    this.silences = silences;
    this.draw();
  }

  // The list as it is now; when it cannot be had, that is said, and asked again.
  async refresh() {
    clearTimeout(this.retry);
    try {
      await this.load();
      swap(this.parts.fault);
    } catch (fault) {
      if (this.page.signal.aborted) return;
      this.failed_ms ??= now_ms();
      swap(
        this.parts.fault,
        el(
          'p',
          {class: 'fault', role: 'alert'},
          t('feed.not_refreshed', {clock: clock(this.failed_ms)}),
          ' ',
          fault.message,
        ),
      );
      this.retry = setTimeout(() => this.refresh(), RETRY_MS);
      return;
    }
    this.failed_ms = null;
  }

  change(part, wait) {
    Object.assign(this.filter, part);
    this.refetch = this.refetch || 'all' in part || 'days' in part;
    if (wait) this.later();
    else this.changed();
  }

  changed() {
    history.replaceState(null, '', writeFilter(this.filter));
    this.shown = PAGE;
    if (this.refetch) {
      this.drawFilters();
      this.refresh();
    }
    this.refetch = false;
    this.draw();
  }

  draw() {
    this.states = feedStates(
      this.houses,
      this.alerts.filter((a) => !isOver(a)),
    );
    this.drawCounts();
    this.drawSilences();
    this.drawMissed();
    this.drawList();
    this.drawPlan();
  }

  // Only when its fields change: who is typing in it, perhaps with an input method, is left alone.
  drawFilters() {
    swap(
      this.parts.filters,
      el(
        'details',
        {class: 'filter-box', open: this.wide || writeFilter(this.filter) !== '#/', 'data-key': 'filter'},
        el('summary', null, t('filter.title')),
        filterForm(
          this.filter,
          (part, wait) => this.change(part, wait),
          silenceButton(this.page.district, this.ask),
        ),
      ),
    );
  }

  drawCounts() {
    const open = this.alerts.filter((a) => !isOver(a));
    const chips = [4, 3, 2, 1]
      .map((level) => [level, open.filter((a) => a.level === level).length])
      .filter(([, n]) => n > 0);
    const unknown = [...this.states.values()].filter((state) => state.unknown).length;
    swap(
      this.parts.counts,
      chips.map(([level, n]) => badge(colourOfLevel(level), `${colourWord(colourOfLevel(level))} ${n}`)),
      open.length === 0 && badge(unknown > 0 ? 'none' : 'green', t('feed.none_open')),
      unknown > 0 && badge('grey', tn('feed.houses_unknown', unknown)),
    );
  }

  drawSilences() {
    swap(this.parts.silences, silenceList(this.silences, this.ask));
  }

  drawMissed() {
    const {missed} = this;
    swap(
      this.parts.missed,
      this.cut &&
        el(
          'section',
          {class: 'card slim', 'aria-labelledby': 'missed'},
          el('h2', {id: 'missed'}, t('feed.missed', {from: clock(this.cut.from), to: clock(this.cut.to)})),
          missed.length === 0
            ? el('p', null, t('feed.missed_none'))
            : el(
                'ul',
                null,
                missed.map((s) =>
                  el(
                    'li',
                    null,
                    badge(colourOfLevel(s.level)),
                    ' ',
                    clock(s.at),
                    ' ',
                    alertLink(s.id, said(pick(s, 'summary'))),
                  ),
                ),
              ),
          el(
            'button',
            {
              'data-key': 'missed-seen',
              onclick: () => {
                this.cut = null;
                this.drawMissed();
              },
            },
            t('feed.missed_seen'),
          ),
        ),
    );
  }

  drawList() {
    const found = this.alerts.filter(passes(this.filter));
    const cards = found
      .slice(0, this.shown)
      .map((alert) =>
        card(alert, {fresh: this.fresh.has(alert.id), done: this.ask, district: this.page.district}),
      );
    swap(
      this.parts.list,
      el('h2', {class: 'unseen'}, t('feed.list')),
      found.length === 0 &&
        el('p', {class: 'card'}, t(this.alerts.length ? 'feed.none_match' : 'feed.none_open_long')),
      el('ol', {class: 'alerts'}, cards),
      found.length > this.shown &&
        el(
          'button',
          {
            'data-key': 'more',
            onclick: () => {
              this.shown += PAGE;
              this.drawList();
            },
          },
          tn('feed.more', found.length - this.shown),
        ),
    );
  }

  drawPlan() {
    swap(
      this.parts.plan,
      plan(this.page.district.houses ?? [], this.states, {label: t('plan.label_alerts')}),
      legend(['red', 'orange', 'yellow', 'blue', 'green', 'grey']),
    );
  }

  step(step) {
    this.fresh.add(step.id);
    setTimeout(() => this.fresh.delete(step.id), 6000);
    if (this.cut && ms(step.at) <= this.cut.to) {
      this.missed = [...this.missed, step].slice(-50);
    }
    this.ask();
  }

  status({status, returned}) {
    if (status === 'gone' || status === 'stale') this.lost = this.lost ?? live.since_ms;
    if (!returned) return;
    const ahead = now_ms() - Date.now();
    this.cut = {from: (this.lost ?? live.since_ms) + ahead, to: now_ms()};
    this.lost = null;
    this.missed = [];
    this.ask();
    this.drawMissed();
  }

  layout() {
    this.drawFilters();
    const beside = el(
      'aside',
      {class: 'beside', 'aria-label': t('plan.label_alerts')},
      el(
        'details',
        {class: 'card', open: this.wide, 'data-key': 'plan'},
        el('summary', null, t('plan.title')),
        this.parts.plan,
      ),
    );
    return [
      el('div', {class: 'feed-head'}, el('h1', null, t('feed.title')), this.parts.counts),
      this.parts.fault,
      this.parts.missed,
      this.parts.silences,
      this.parts.filters,
      // On a phone it is folded, above a list that may be long.
      el('div', {class: 'two'}, this.wide ? [this.parts.list, beside] : [beside, this.parts.list]),
    ];
  }
}

export async function show(page) {
  const feed = new Feed(page);
  const {signal} = page;
  page.title(t('feed.title'));
  await feed.load();
  add(page.root, feed.layout());
  live.addEventListener('step', (event) => feed.step(event.detail), {signal});
  live.addEventListener('changed', () => feed.ask(), {signal});
  live.addEventListener('status', (event) => feed.status(event.detail), {signal});
  const minute = setInterval(() => feed.drawList(), 60000);
  signal.addEventListener('abort', () => clearInterval(minute));
}
