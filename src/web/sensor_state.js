// How a sensor stands: the worst alert that it is part of, and whether it is heard. Orange and red stay
// what they are when it falls silent; of the rest nothing is known then.

import {t} from './i18n.js';
import {badge, colourOfLevel, GREY} from './level.js';

const STAYS = 3;

// The one colour for a drawing.
export function sensorColour({silent, alert_level: level}) {
  return silent && (level ?? 0) < STAYS ? GREY : colourOfLevel(level ?? 0);
}

// In shapes and words.
export const sensorBadges = (sensor) => [
  sensorColour(sensor) !== GREY && badge(sensorColour(sensor)),
  sensor.silent && [' ', badge(GREY, t('sensor.silent'))],
];
