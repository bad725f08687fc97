// Years of a small lane, made by shikumen-sim and run through backtest, that ended last night.

import {spawnSync} from 'node:child_process';
import {readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {BIN, SOURCE} from './stage.mjs';

const DAY_MS = 86400000;

function run(folder, program, ...args) {
  const done = spawnSync(join(BIN, program), args, {cwd: folder, encoding: 'utf8'});
  if (done.status !== 0) throw new Error(`${program}: ${done.stderr}`);
}

// change(registry, start_ms) may add to the registry what the year should have besides.
export function yearsOf({houses = 3, years = 1, change = () => {}} = {}) {
  return (folder) => {
    const start_ms = Math.floor(Date.now() / DAY_MS) * DAY_MS - years * 365 * DAY_MS;
    const scenario = JSON.parse(readFileSync(join(SOURCE, 'sensors/scenarios/district-small.json')));
    scenario.$schema = join(SOURCE, 'sensors/scenarios/schema.json');
    scenario.start = new Date(start_ms).toISOString().replace('.000', '');
    scenario.district.years = years;
    scenario.district.houses = houses;
    scenario.period_s = 3600;
    writeFileSync(join(folder, 'scenario.json'), JSON.stringify(scenario));
    run(
      folder,
      'shikumen-sim',
      '--scenario',
      'scenario.json',
      '--run',
      '--registry-out',
      'registry.json',
      '--out',
      'readings.ndjson',
    );
    const registry = JSON.parse(readFileSync(join(folder, 'registry.json')));
    change(registry, start_ms);
    writeFileSync(join(folder, 'registry.json'), JSON.stringify(registry));
    run(
      folder,
      'shikumenctl',
      'backtest',
      '--registry',
      'registry.json',
      '--readings',
      'readings.ndjson',
      '--limits',
      join(SOURCE, 'config/limits'),
      '--out',
      'out',
      '--keep-store',
    );
  };
}
