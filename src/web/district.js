// The district as it is registered: names, zone, houses with their footprints. Asked once, and again
// when the daemon was away (its registry may have changed).

import {get} from './api.js';
import {setServerNow, setZone} from './time.js';

let asked = null;

export function district({again = false} = {}) {
  if (!asked || again) {
    asked = get('district').then((d) => {
      setZone(d.timezone);
      setServerNow(d.now);
      return d;
    });
    asked.catch(() => {
      asked = null;
    });
  }
  return asked;
}
