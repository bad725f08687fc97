// A plot over time: dygraphs draws axes and lines, chart_draw.js what stands beside them. Gestures and
// keys are ours: drag chooses a span, shift-drag, a finger or the arrows move it, + and - change it.

import {drawOver, drawUnder, inks} from './chart_draw.js';
import {loadDygraph} from './chart_load.js';
import {timeTicks} from './chart_time.js';
import {add, clear, el} from './dom.js';
import {number} from './i18n.js';

const AXIS = {
  axisLabelFormatter: (v) => number(v, {maximumSignificantDigits: 6}),
  axisLabelWidth: 58,
  pixelsPerLabel: 34,
};
const LEAST_MS = 60000;
const WHEEL = 1.25;

// Gaps break lines, points are dots where few; what happens by events is never joined.
function plotters(byEvent, few, beside) {
  const raw = byEvent
    ? {strokeWidth: 0, drawPoints: true, pointSize: 2.5}
    : {strokeWidth: 1.3, drawPoints: few, pointSize: 2};
  return {
    raw,
    compensated: {strokeWidth: 2.4, drawPoints: false},
    forecast: {strokeWidth: 2, strokePattern: [7, 4], drawPoints: false},
    ...(beside && {beside: {axis: 'y2', strokeWidth: 1.3, strokePattern: [2, 3], drawPoints: false}}),
  };
}

export class TimeChart {
  #box;
  #graph = null;
  #data = null;
  #view = null;
  #pointers = new Map();
  #gone = false;
  #drag = null;
  #select;
  #on;

  // on: {view(from, to) when a person moves it, point(row or null), home()}
  constructor(box, label, on) {
    this.#box = box;
    this.#on = on;
    this.plot = el('div', {class: 'plot'});
    this.#select = el('div', {class: 'select', hidden: true});
    add(clear(box), this.plot, this.#select);
    for (const [name, value] of Object.entries({tabindex: 0, role: 'application', 'aria-label': label}))
      box.setAttribute(name, value);
    this.#listen();
  }

  get view() {
    return this.#view;
  }

  // data: {rows, range(from, to), marks, byEvent, unit, beside: null or {name, range(from, to)}}
  async show(data, view) {
    const Dygraph = await loadDygraph();
    if (this.#gone) return;
    this.#data = data;
    this.#view = view;
    const ink = inks(this.#box);
    this.#data.marks.ink = ink;
    const options = {
      file: data.rows,
      ...this.#window(view),
      ylabel: data.unit,
      y2label: data.beside?.name ?? null,
      colors: [ink['chart-raw'], ink['chart-level'], ink['chart-ahead'], ink['chart-beside']],
      gridLineColor: ink.line,
      axisLineColor: ink.muted,
      series: plotters(data.byEvent, data.rows.length < 150, Boolean(data.beside)),
    };
    if (this.#graph && this.#graph.numColumns() === 4 + Boolean(data.beside)) {
      this.#graph.updateOptions(options);
      return;
    }
    this.#graph?.destroy();
    const {file, ...rest} = options;
    this.#graph = new Dygraph(this.plot, file, {...this.#fixed(Boolean(data.beside)), ...rest});
  }

  // The part of time that is shown, with the values that it needs.
  #window(view) {
    const {range, beside} = this.#data;
    const axes = {
      x: {ticker: (a, b, pixels) => timeTicks(a, b, Math.max(2, pixels / 85)), axisLabelWidth: 80},
      y: {...AXIS, valueRange: range(...view)},
    };
    if (beside)
      axes.y2 = {...AXIS, valueRange: beside.range(...view), independentTicks: true, drawGrid: false};
    return {dateWindow: view, axes};
  }

  #fixed(beside) {
    return {
      labels: ['t', 'raw', 'compensated', 'forecast', ...(beside ? ['beside'] : [])],
      customBars: true,
      connectSeparatedPoints: true,
      legend: 'never',
      fillAlpha: 0.22,
      highlightCircleSize: 4,
      interactionModel: {},
      xRangePad: 0,
      axisLabelFontSize: 12,
      gridLineWidth: 0.5,
      rightGap: 8,
      underlayCallback: (canvas, area, g) => drawUnder(canvas, area, g, this.#data.marks),
      plugins: [
        {
          activate: () => ({
            didDrawChart: (e) => drawOver(e.drawingContext, e.dygraph.getArea(), e.dygraph, this.#data.marks),
          }),
          toString: () => 'marks',
        },
      ],
      highlightCallback: (event, x, points, row) => this.#on.point(x, points, row),
      unhighlightCallback: () => this.#on.point(null),
    };
  }

  redraw() {
    if (this.#graph && this.#data) this.show(this.#data, this.#view);
  }
  resize() {
    this.#graph?.resize();
  }
  destroy() {
    this.#gone = true;
    this.#graph?.destroy();
    this.#graph = null;
  }

  // Moves what is shown at once, before what belongs there has come.
  look(from, to) {
    this.#view = [from, to];
    this.#graph?.updateOptions(this.#window(this.#view));
  }
  // The same, and tells whoever fetches.
  go(from, to) {
    const span = Math.max(to - from, LEAST_MS);
    const middle = (from + to) / 2;
    this.look(middle - span / 2, middle + span / 2);
    this.#on.view(...this.#view);
  }
  pan(share) {
    const [a, b] = this.#view;
    this.go(a + (b - a) * share, b + (b - a) * share);
  }
  zoom(factor, at = (this.#view[0] + this.#view[1]) / 2) {
    const [a, b] = this.#view;
    this.go(at - (at - a) * factor, at + (b - at) * factor);
  }

  #time(event) {
    return this.#graph.toDataXCoord(event.clientX - this.plot.getBoundingClientRect().left);
  }

  #key(event) {
    if (!this.#graph || event.ctrlKey || event.metaKey || event.altKey) return;
    const act = {
      ArrowLeft: () => this.pan(-0.2),
      ArrowRight: () => this.pan(0.2),
      PageUp: () => this.pan(-0.9),
      PageDown: () => this.pan(0.9),
      '+': () => this.zoom(0.5),
      '=': () => this.zoom(0.5),
      '-': () => this.zoom(2),
      Home: () => this.#on.home(),
      0: () => this.#on.home(),
    }[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  }

  #down(event) {
    if (!this.#graph || (event.pointerType === 'mouse' && event.button !== 0)) return;
    this.#pointers.set(event.pointerId, event);
    this.#drag = {
      x: event.clientX,
      view: this.#view,
      moves: event.shiftKey || event.pointerType !== 'mouse',
      moved: false,
      pinch: this.#spread(),
    };
    if (event.pointerType === 'mouse') event.preventDefault();
    this.#box.focus({preventScroll: true});
  }

  #spread() {
    const [a, b] = [...this.#pointers.values()];
    return b ? Math.abs(a.clientX - b.clientX) : 0;
  }

  #move(event) {
    if (!this.#pointers.has(event.pointerId)) return;
    this.#pointers.set(event.pointerId, event);
    const {x, view, moves, pinch} = this.#drag;
    if (!this.#drag.moved && Math.abs(event.clientX - x) < 5 && !pinch) return;
    if (!this.#drag.moved) this.#box.setPointerCapture(event.pointerId);
    this.#drag.moved = true;
    const [a, b] = view;
    const per_px = (b - a) / this.#graph.getArea().w;
    if (pinch > 0) {
      const factor = Math.min(8, Math.max(0.125, pinch / Math.max(20, this.#spread())));
      const middle = (a + b) / 2;
      this.go(middle - (middle - a) * factor, middle + (b - middle) * factor);
    } else if (moves) this.go(a - (event.clientX - x) * per_px, b - (event.clientX - x) * per_px);
    else this.#mark(x, event.clientX);
  }

  #mark(from, to) {
    const left = this.#box.getBoundingClientRect().left;
    this.#select.hidden = false;
    this.#select.style.left = `${Math.min(from, to) - left}px`;
    this.#select.style.width = `${Math.abs(to - from)}px`;
  }

  #up(event) {
    if (!this.#pointers.delete(event.pointerId)) return;
    const {x, moves, moved} = this.#drag;
    this.#select.hidden = true;
    if (event.type === 'pointerup' && moved && !moves && Math.abs(event.clientX - x) >= 5) {
      const at = [this.#time({clientX: x}), this.#time(event)].sort((p, q) => p - q);
      this.go(...at);
    }
  }

  #listen() {
    const box = this.#box;
    box.addEventListener('keydown', (e) => this.#key(e));
    box.addEventListener('pointerdown', (e) => this.#down(e));
    box.addEventListener('pointermove', (e) => this.#move(e));
    for (const kind of ['pointerup', 'pointercancel']) box.addEventListener(kind, (e) => this.#up(e));
    box.addEventListener('dblclick', () => this.#on.home());
    box.addEventListener(
      'wheel',
      (e) => {
        if (!this.#graph || !(e.ctrlKey || e.metaKey)) return; // a plain wheel scrolls the page
        e.preventDefault();
        this.zoom(e.deltaY > 0 ? WHEEL : 1 / WHEEL, this.#time(e));
      },
      {passive: false},
    );
  }
}
