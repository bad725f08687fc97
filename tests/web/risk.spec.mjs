// The ranking, on a year of twelve houses that ran through backtest.

import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import {readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {after, before, test} from 'node:test';
import {axe, BIN, DESK, overflow, PHONE, SOURCE, Stage, until} from './stage.mjs';

let stage;
const DAY_MS = 86400000;
const DAYS = 366;

// A history that ended yesterday, so that "a past day" is within reach of the slider.
function history(folder) {
  const scenario = JSON.parse(readFileSync(join(SOURCE, 'sensors/scenarios/district-small.json')));
  scenario.$schema = join(SOURCE, 'sensors/scenarios/schema.json');
  scenario.start = new Date(Math.floor(Date.now() / DAY_MS - DAYS) * DAY_MS)
    .toISOString()
    .replace('.000', '');
  scenario.district.years = 1;
  scenario.period_s = 3600;
  writeFileSync(join(folder, 'scenario.json'), JSON.stringify(scenario));
  for (const [program, ...args] of [
    [
      'shikumen-sim',
      '--scenario',
      'scenario.json',
      '--run',
      '--registry-out',
      'registry.json',
      '--out',
      'readings.ndjson',
    ],
    [
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
    ],
  ]) {
    const done = spawnSync(join(BIN, program), args, {cwd: folder, encoding: 'utf8'});
    if (done.status !== 0) throw new Error(`${program}: ${done.stderr}`);
  }
}

before(async () => {
  stage = await Stage.make({history});
});
after(async () => {
  await stage?.close();
});

const rows = (page) => page.locator('.ranking tbody tr');

test('houses are ranked with class, chances with ranges, confidence, reasons', async () => {
  const page = await stage.visitor({language: 'en-GB'});
  await stage.open(page, '#/risk');
  await rows(page).first().waitFor();
  const told = (await stage.ask('risk?limit=1000')).items.filter((r) => r.house && !r.lane);
  assert.equal(await rows(page).count(), told.length);
  const order = await rows(page).evaluateAll((list) => list.map((r) => r.dataset.house));
  const best = [...told].sort((a, b) => (b.score ?? -1) - (a.score ?? -1))[0];
  assert.equal(order[0], best.house);
  const first = await rows(page).first().textContent();
  for (const part of ['365 d', 'class', '%']) assert.ok(first.includes(part), part);
  assert.equal(await page.locator('.risk-plan .house').count(), told.length);
  assert.deepEqual(page.faults, []);
  await page.context().close();
});

test('sort, filter and compare; kept in the address', async () => {
  const page = await stage.visitor({language: 'en-GB'});
  await stage.open(page, '#/risk');
  await rows(page).first().waitFor();
  await page.selectOption('#r-sort', 'confidence');
  const told = (await stage.ask('risk?limit=1000')).items.filter(
    (r) => r.house && !r.lane && r.confidence !== null,
  );
  const least = Math.min(...told.map((r) => r.confidence));
  const top = await rows(page).first().getAttribute('data-house');
  assert.equal(told.find((r) => r.house === top).confidence, least);
  for (const i of [0, 1, 2]) await rows(page).nth(i).locator('input[type=checkbox]').check();
  await page.locator('.compare').waitFor();
  assert.equal(await page.locator('.compare thead th').count(), 3);
  assert.match(page.url(), /compare=/);
  await page.locator('.to-compare').click();
  assert.equal(await page.evaluate(() => document.activeElement.id), 'r-compare');
  await page.reload();
  await page.locator('.compare').waitFor();
  assert.equal(await page.locator('.compare thead th').count(), 3);
  await page.fill('#r-text', top);
  await page.waitForFunction(() => document.querySelectorAll('.ranking tbody tr').length === 1);
  await page.context().close();
});

test('the slider shows the plan as it stood', async () => {
  const page = await stage.visitor({language: 'en-GB'});
  await stage.open(page, '#/risk');
  await rows(page).first().waitFor();
  const back = 60;
  await page.locator('#r-slider').evaluate((slider, value) => {
    slider.value = value;
    slider.dispatchEvent(new Event('input', {bubbles: true}));
  }, 730 - back);
  await page.waitForFunction(() => /at=\d{4}-\d\d-\d\d/.test(location.hash));
  const day = page.url().match(/at=([\d-]+)/)[1];
  const told = (await stage.ask(`risk?at=${day}&limit=1000`)).items.filter((r) => r.house && !r.lane);
  assert.ok(told.length > 0);
  await until('the table shows that day', async () => {
    const shown = await rows(page).evaluateAll((list) => list.map((r) => r.dataset.house));
    const best = [...told].sort(
      (a, b) => (b.score ?? -1) - (a.score ?? -1) || (a.house < b.house ? -1 : 1),
    )[0];
    return (
      shown[0] === best.house &&
      (await page.locator('.risk-head').textContent()).includes('how it was judged')
    );
  });
  for (const r of told) assert.ok(Date.parse(r.at) <= Date.parse(`${day}T16:00:00Z`) + DAY_MS);
  await page.locator('button[data-key="now"]').click();
  await page.waitForFunction(() => !location.hash.includes('at='));
  await page.context().close();
});

for (const [language, viewport, scheme] of [
  ['zh-CN', PHONE, 'dark'],
  ['en-GB', DESK, 'light'],
])
  test(`axe finds nothing serious on the ranking: ${language}`, async () => {
    const page = await stage.visitor({language, viewport, scheme});
    await stage.open(page, '#/risk');
    await rows(page).first().waitFor();
    await rows(page).nth(0).locator('input[type=checkbox]').check();
    await rows(page).nth(1).locator('input[type=checkbox]').check();
    await page.locator('.compare').waitFor();
    await rows(page).first().locator('summary').click();
    assert.deepEqual(await axe(page), []);
    assert.equal(await overflow(page), 0);
    assert.deepEqual([...page.origins], [stage.url]);
    await page.context().close();
  });
