// Numbers with their units, as people read them. null is unknown, never nought.

import {has, number, t} from './i18n.js';

const NONE = '–';
const known = (x) => typeof x === 'number' && Number.isFinite(x);

export const unitWord = (unit) => (has(`unit.${unit}`) ? t(`unit.${unit}`) : (unit ?? ''));

// Three significant digits, or as many as the whole part has.
export function figure(x, unit, digits = 3) {
  if (!known(x)) return NONE;
  const text = number(
    x,
    Math.abs(x) >= 10 ** digits ? {maximumFractionDigits: 0} : {maximumSignificantDigits: digits},
  );
  return unit && unit !== '1' && unit !== '/' ? `${text} ${unitWord(unit)}` : text;
}

export const percent = (x, digits = 0) =>
  known(x) ? number(x, {style: 'percent', maximumFractionDigits: digits}) : NONE;

// A chance: what is below 0.1 % is not written as nought, nor almost certain as certain.
export function chance(p) {
  if (!known(p)) return NONE;
  if (p > 0 && p < 0.001) return `<${number(0.001, {style: 'percent', maximumFractionDigits: 1})}`;
  if (p < 1 && p > 0.999) return `>${number(0.999, {style: 'percent', maximumFractionDigits: 1})}`;
  return number(p, {style: 'percent', maximumFractionDigits: p < 0.1 ? 1 : 0});
}

// "8 % – 10 %"; nothing when both ends read alike.
export function chanceRange(range) {
  if (!Array.isArray(range) || !known(range[0]) || !known(range[1])) return '';
  const [low, high] = range.map(chance);
  return low === high ? '' : `${low} – ${high}`;
}
