// Levels and classes: always a shape and a word beside the colour. The shapes are those of shikumenctl:
// ○ normal, ◇ blue, △ yellow, ▲ orange, ■ red, ? unknown.

import {el, svg} from './dom.js';
import {t} from './i18n.js';

export const COLOURS = ['green', 'blue', 'yellow', 'orange', 'red'];
export const GREY = 'grey';

export const colourOfLevel = (level) => COLOURS[level] ?? GREY;
export const levelOfColour = (colour) => COLOURS.indexOf(colour);

// The worse the higher; unknown stands between normal and blue: it is no all-clear.
export const rankOfColour = (colour) => (colour === GREY ? 0.5 : levelOfColour(colour));

const outline = (path) => () => svg('path', {d: path, class: 'hollow'});
const solid = (path) => () => svg('path', {d: path, class: 'solid'});
const shapes = {
  green: () => svg('circle', {cx: 8, cy: 8, r: 5.5, class: 'hollow'}),
  blue: outline('M8 1.5 14.5 8 8 14.5 1.5 8Z'),
  yellow: outline('M8 2 14.5 14H1.5Z'),
  orange: solid('M8 1.5 15 14.5H1Z'),
  red: solid('M2 2H14V14H2Z'),
  none: () => svg('g'),
  grey: () =>
    svg(
      'g',
      null,
      svg('circle', {cx: 8, cy: 8, r: 6.5, class: 'dashed'}),
      svg('path', {d: 'M6 6.3a2 2 0 1 1 2.9 1.8c-.6.3-.9.7-.9 1.4M8 11.6v.3', class: 'mark'}),
    ),
};

// The shape itself, for lists and plans (16 x 16 units); says nothing to a screen reader.
export const shape = (colour) => (shapes[colour] ?? shapes.grey)();

export const icon = (colour) =>
  svg(
    'svg',
    {viewBox: '0 0 16 16', class: `shape c-${colour}`, 'aria-hidden': 'true', focusable: 'false'},
    shape(colour),
  );

export const colourWord = (colour) => t(`level.${colour}`);

// Shape and word, as a badge.
export const badge = (colour, text = colourWord(colour)) =>
  el('span', {class: `badge c-${colour}`}, icon(colour), el('span', null, text));

// The class of a house (L .. H) with its colour; grey when the data do not allow one.
export function classBadge(row) {
  const colour = row.grey ? GREY : (row.colour ?? GREY);
  const name = row.grey || !row.class ? t('risk.class_unknown') : t('risk.class_is', {class: row.class});
  return badge(colour, `${t(`colour.${colour}`)} · ${name}`);
}
