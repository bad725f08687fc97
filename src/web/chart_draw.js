// What stands on a plot beside its lines, drawn on its canvas: spans and moments of epochs, limits with
// their words, steps of alerts, readings that did not pass, and where the present is.

const LEVELS = ['green', 'blue', 'yellow', 'orange', 'red'];
const DASHES = [[1, 3], [2, 4], [6, 4], [10, 4], []]; // by level: solid is red, dots the baseline

// The colours in force, from the style sheet.
export function inks(node) {
  const style = getComputedStyle(node);
  const of = (name) => style.getPropertyValue(`--${name}`).trim();
  return Object.fromEntries(
    [
      'ink',
      'muted',
      'line',
      'surface',
      'main',
      'sunk',
      ...LEVELS,
      'grey',
      'chart-raw',
      'chart-level',
      'chart-ahead',
      'chart-beside',
    ].map((n) => [n, of(n)]),
  );
}
export const levelInk = (ink, level) => ink[LEVELS[level]] ?? ink.grey;

function text(canvas, ink, words, x, y, {align = 'left', room = Infinity} = {}) {
  canvas.font = '12px system-ui, "Noto Sans CJK SC", "Noto Sans SC", sans-serif';
  canvas.textAlign = align;
  canvas.textBaseline = 'middle';
  let shown = words;
  while (shown.length > 4 && canvas.measureText(shown).width > room) shown = `${shown.slice(0, -2)}…`;
  const width = canvas.measureText(shown).width;
  canvas.globalAlpha = 0.82;
  canvas.fillStyle = ink.surface;
  canvas.fillRect(align === 'right' ? x - width - 3 : x - 3, y - 8, width + 6, 16);
  canvas.globalAlpha = 1;
  canvas.fillStyle = ink.text ?? ink.ink;
  canvas.fillText(shown, x, y);
}

export function shapeOf(canvas, level, x, y, r) {
  canvas.beginPath();
  if (level === 0) canvas.arc(x, y, r * 0.85, 0, 2 * Math.PI);
  else if (level === 1) {
    canvas.moveTo(x, y - r);
    canvas.lineTo(x + r, y);
    canvas.lineTo(x, y + r);
    canvas.lineTo(x - r, y);
  } else if (level === 4) canvas.rect(x - r * 0.85, y - r * 0.85, r * 1.7, r * 1.7);
  else {
    canvas.moveTo(x, y - r);
    canvas.lineTo(x + r, y + r * 0.85);
    canvas.lineTo(x - r, y + r * 0.85);
  }
  canvas.closePath();
}

const NARROW = 460;

// Spans first, then the moments at which something began, then the words: those that would lie on
// one another stand one above the other.
function drawEpochs(canvas, area, g, {epochs, ink}) {
  const right = area.x + area.w;
  const shown = epochs
    .map((e) => ({
      ...e,
      x0: Math.max(area.x, g.toDomXCoord(e.from)),
      x1: Math.min(right, g.toDomXCoord(e.to)),
    }))
    .filter((e) => e.x1 >= area.x && e.x0 <= right)
    .sort((a, b) => a.x0 - b.x0);
  canvas.fillStyle = ink.sunk;
  for (const e of shown) if (e.to > e.from) canvas.fillRect(e.x0, area.y, Math.max(1, e.x1 - e.x0), area.h);
  canvas.strokeStyle = ink.muted;
  canvas.setLineDash([3, 3]);
  canvas.lineWidth = 1;
  for (const e of shown) {
    canvas.beginPath();
    canvas.moveTo(e.x0 + 0.5, area.y);
    canvas.lineTo(e.x0 + 0.5, area.y + area.h);
    canvas.stroke();
  }
  canvas.setLineDash([]);
  const [room, rows] = area.w < NARROW ? [110, 2] : [170, 4];
  const taken = []; // by row: how far its words reach
  for (const e of shown) {
    const begin = Math.min(e.x0 + 4, right - room);
    let row = taken.findIndex((end) => end < begin);
    if (row < 0) row = taken.length;
    if (row >= rows) continue; // all are listed below the plot
    taken[row] = begin + room;
    text(canvas, {...ink, text: ink.muted}, e.short, begin, area.y + area.h - 16 - 17 * row, {
      room: room - 8,
    });
  }
}

// Labels of limits that lie close together are moved apart, upwards.
function spread(limits, area) {
  let below = Infinity;
  return [...limits]
    .sort((a, b) => b.py - a.py)
    .map((l) => {
      const at = Math.max(area.y + 8, Math.min(l.py - 9, below - 17));
      below = at;
      return {...l, label_y: at};
    });
}

function drawLimits(canvas, area, g, {limits, ink}) {
  const shown = limits
    .map((l) => ({...l, py: g.toDomYCoord(l.y)}))
    .filter((l) => l.py >= area.y - 1 && l.py <= area.y + area.h + 1);
  for (const l of spread(shown, area)) {
    const colour = l.level === 0 ? ink.muted : levelInk(ink, l.level);
    canvas.strokeStyle = colour;
    canvas.lineWidth = l.level >= 3 ? 1.8 : 1.4;
    canvas.setLineDash(DASHES[l.level] ?? []);
    canvas.beginPath();
    const end = area.x + area.w;
    const begin = Math.max(area.x, Number.isFinite(l.from) ? g.toDomXCoord(l.from) : area.x);
    if (begin >= end) continue;
    canvas.moveTo(begin, Math.round(l.py) + 0.5);
    canvas.lineTo(end, Math.round(l.py) + 0.5);
    canvas.stroke();
    canvas.setLineDash([]);
    const words = area.w < NARROW ? l.short : l.label;
    if (!words) continue;
    const colours = {...ink, text: colour};
    if (end - begin > 420 || begin === area.x)
      text(canvas, colours, words, begin + 6, l.label_y, {room: end - begin - 12});
    else text(canvas, colours, words, end - 6, l.label_y, {align: 'right', room: area.w - 12});
  }
}

function drawNow(canvas, area, g, {now, ink}) {
  const x = g.toDomXCoord(now);
  if (x < area.x || x > area.x + area.w - 2) return;
  canvas.fillStyle = ink.sunk;
  canvas.globalAlpha = 0.6;
  canvas.fillRect(x, area.y, area.x + area.w - x, area.h);
  canvas.globalAlpha = 1;
  canvas.strokeStyle = ink.muted;
  canvas.lineWidth = 1;
  canvas.beginPath();
  canvas.moveTo(Math.round(x) + 0.5, area.y);
  canvas.lineTo(Math.round(x) + 0.5, area.y + area.h);
  canvas.stroke();
}

// Below the lines.
export function drawUnder(canvas, area, g, marks) {
  canvas.save();
  drawNow(canvas, area, g, marks);
  drawEpochs(canvas, area, g, marks);
  drawLimits(canvas, area, g, marks);
  canvas.restore();
}

const STRIP = 6; // high, at the foot
const clamp = (y, area) => Math.min(Math.max(y, area.y + 6), area.y + area.h - STRIP - 6);

// × failed, + suspect; one that lies off the axis stands at its edge.
function drawFlagged(canvas, area, g, {flagged, ink}) {
  canvas.lineWidth = 1.6;
  for (const f of flagged) {
    const x = g.toDomXCoord(f.at);
    if (x < area.x || x > area.x + area.w) continue;
    const failed = f.flag >= 4;
    canvas.strokeStyle = failed ? ink.red : ink.orange;
    for (const v of f.min === f.max ? [f.min] : [f.min, f.max]) {
      const y = clamp(g.toDomYCoord(v), area);
      canvas.beginPath();
      if (failed) {
        canvas.moveTo(x - 3.5, y - 3.5);
        canvas.lineTo(x + 3.5, y + 3.5);
        canvas.moveTo(x + 3.5, y - 3.5);
        canvas.lineTo(x - 3.5, y + 3.5);
      } else {
        canvas.moveTo(x - 4.5, y);
        canvas.lineTo(x + 4.5, y);
        canvas.moveTo(x, y - 4.5);
        canvas.lineTo(x, y + 4.5);
      }
      canvas.stroke();
    }
  }
}

function drawAlerts(canvas, area, g, {steps, ink}) {
  for (const s of steps) {
    const x = g.toDomXCoord(s.at);
    if (x < area.x || x > area.x + area.w) continue;
    const colour = levelInk(ink, s.level);
    canvas.strokeStyle = colour;
    canvas.globalAlpha = 0.55;
    canvas.lineWidth = 1;
    canvas.beginPath();
    canvas.moveTo(Math.round(x) + 0.5, area.y + 14);
    canvas.lineTo(Math.round(x) + 0.5, area.y + area.h);
    canvas.stroke();
    canvas.globalAlpha = 1;
    shapeOf(canvas, s.level, x, area.y + 8, 6);
    canvas.fillStyle = s.level >= 3 ? colour : ink.surface;
    canvas.fill();
    canvas.lineWidth = 1.8;
    canvas.stroke();
  }
}

// At the foot: how many of the expected readings came. Full buckets are filled to the top, those with
// less as high as their share, those with none are an empty frame.
function drawCoverage(canvas, area, g, {coverage, ink}) {
  const foot = area.y + area.h;
  for (const c of coverage) {
    const x0 = Math.max(area.x, Math.floor(g.toDomXCoord(c.from)));
    const x1 = Math.min(area.x + area.w, Math.ceil(g.toDomXCoord(c.to)));
    if (x1 <= x0) continue;
    const width = x1 - x0;
    if (c.share === 0) {
      canvas.fillStyle = ink.red;
      canvas.fillRect(x0, foot - STRIP, width, 1.5);
      canvas.fillRect(x0, foot - 1.5, width, 1.5);
      continue;
    }
    canvas.fillStyle = c.share >= 0.9 ? ink['chart-raw'] : ink.orange;
    canvas.fillRect(x0, foot - STRIP * c.share, width, STRIP * c.share);
  }
}

// Above them.
export function drawOver(canvas, area, g, marks) {
  canvas.save();
  canvas.beginPath();
  canvas.rect(area.x, area.y, area.w, area.h);
  canvas.clip();
  drawCoverage(canvas, area, g, marks);
  drawFlagged(canvas, area, g, marks);
  drawAlerts(canvas, area, g, marks);
  canvas.restore();
}
