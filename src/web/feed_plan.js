// The plan beside the feed: every house in the colour of its worst open structure alert; grey where
// that cannot be said, because data are missing.

import {isUnknown} from './alert_words.js';
import {tn, t} from './i18n.js';
import {colourOfLevel, colourWord} from './level.js';

const housesOf = (alert) => {
  const named = [alert.house, ...(alert.last?.members ?? []).map((m) => m.house)];
  const sensors = (alert.sensors ?? []).map((id) => id.split('/')[0]);
  return new Set([...named, ...sensors].filter(Boolean));
};

// No sensors, or half or more of them silent: its state is unknown, which is not "all well".
const isDark = (row) => row.alerts_unknown > 0 || row.sensors_silent * 2 >= row.sensors;

// What stood when the data stopped goes on being shown, marked as unknown now.
function stateOf(row, level, partly, alerts) {
  const unknown = isDark(row) || partly;
  const colour = level > 0 ? colourOfLevel(level) : unknown ? 'grey' : 'green';
  const words = [
    colour !== 'grey' && colourWord(colour),
    unknown && t(isDark(row) ? 'feed.no_data' : 'feed.partly_no_data'),
    alerts > 0 && tn('watch.open', alerts),
  ];
  return {colour, unknown, text: words.filter(Boolean).join(t('common.comma'))};
}

export function feedStates(houses, alerts) {
  const worst = new Map();
  const count = new Map();
  const partly = new Set();
  for (const alert of alerts)
    for (const id of housesOf(alert)) {
      count.set(id, (count.get(id) ?? 0) + 1);
      if (alert.kind === 'silence' || isUnknown(alert)) partly.add(id);
      if (alert.category === 'structure') worst.set(id, Math.max(worst.get(id) ?? 0, alert.level));
    }
  return new Map(
    houses.map((row) => [
      row.id,
      stateOf(row, worst.get(row.id) ?? 0, partly.has(row.id), count.get(row.id) ?? 0),
    ]),
  );
}
