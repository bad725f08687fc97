// The plan beside the feed: every house in the colour of its worst open structure alert; grey where
// nothing can be said, because the data are missing.

import {isUnknown} from './alert_words.js';
import {tn, t} from './i18n.js';
import {colourOfLevel, colourWord} from './level.js';

const housesOf = (alert) => {
  const named = [alert.house, ...(alert.last?.members ?? []).map((m) => m.house)];
  const sensors = (alert.sensors ?? []).map((id) => id.split('/')[0]);
  return new Set([...named, ...sensors].filter(Boolean));
};

// Half or more of its sensors silent: its state is unknown, which is not "all well".
const isDark = (row) => row.sensors > 0 && (row.alerts_unknown > 0 || row.sensors_silent * 2 >= row.sensors);

export function feedStates(houses, alerts) {
  const worst = new Map();
  const count = new Map();
  for (const alert of alerts)
    for (const id of housesOf(alert)) {
      count.set(id, (count.get(id) ?? 0) + 1);
      if (alert.category === 'structure' && !isUnknown(alert))
        worst.set(id, Math.max(worst.get(id) ?? 0, alert.level));
    }
  return new Map(
    houses.map((row) => {
      const level = worst.get(row.id) ?? 0;
      const colour = level > 0 ? colourOfLevel(level) : isDark(row) ? 'grey' : 'green';
      const n = count.get(row.id) ?? 0;
      const words = [
        colour === 'grey' ? t('feed.no_data') : colourWord(colour),
        n > 0 && tn('watch.open', n),
      ];
      return [row.id, {colour, text: words.filter(Boolean).join(t('common.comma'))}];
    }),
  );
}
