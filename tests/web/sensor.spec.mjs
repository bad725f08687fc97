// A sensor's page on a year of readings: spans, keys and gestures, forecasts and limits, vibration
// records; that it stays quick, accessible, and at home on a phone.

import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import {after, before, test} from 'node:test';
import {yearsOf} from './history.mjs';
import {axe, DESK, overflow, PHONE, sleep, Stage, until} from './stage.mjs';

const CRACK = 'H001/n1/crack-1';
const BURST = 'H001/n3/burst';
const DAY_MS = 86400000;
let stage;

// Works in the lane, and a sensor that sends records.
function change(registry, start_ms) {
  const day = (n) => new Date(start_ms + n * DAY_MS).toISOString();
  registry.epochs = [
    {t: day(200), until: day(260), scope: 'H001', kind: 'excavation', note: '地铁支线基坑 metro branch pit'},
  ];
  registry.sensors.push({
    id: BURST,
    node: 'H001/n3',
    house: 'H001',
    element: 'H001/foundation',
    quantity: 'velocity',
    unit: 'mm/s',
    position_m: [1, 0.2, 0.3],
    period_s: 86400,
    limits: 'vibration-din-listed',
  });
}

// Ten seconds at 200 Hz: quiet, then a blow of so many mm/s at 12 Hz.
function burst(amplitude, at_s) {
  const x = Array.from({length: 2000}, (_, i) => {
    const t = i / 200 - 3;
    return t > 0 ? amplitude * Math.exp(-t) * Math.sin(2 * Math.PI * 12 * t) : 0;
  });
  const message = JSON.stringify({
    t0: at_s,
    fs: 200,
    unit: 'mm/s',
    kind: 'velocity',
    axes: {x, z: x.map((v) => v / 2)},
  });
  const done = spawnSync(
    'mosquitto_pub',
    ['-p', String(stage.brokerPort), '-q', '1', '-t', 'shikumen/v1/H001/n3/burst', '-s'],
    {encoding: 'utf8', input: message},
  );
  assert.equal(done.status, 0, done.stderr);
}

before(async () => {
  stage = await Stage.make({history: yearsOf({change})});
  await until(
    'the analysis is there',
    async () => (await stage.ask(`sensors/${CRACK}/analysis`)).lack === null,
  );
});
after(async () => {
  await stage?.close();
});

const open = async (page, id, query = '') => {
  await stage.open(page, `#/sensor/${id}${query}`);
  await page.waitForSelector('.chart canvas');
  await page.waitForFunction(() => document.querySelector('#plot-words').textContent !== '');
};
const words = (page) => page.locator('#plot-words').textContent();
const query = (page) =>
  page.evaluate(() => Object.fromEntries(new URLSearchParams(location.hash.split('?')[1])));

test('what is shown is said in words: how many, how complete, between what', async () => {
  const page = await stage.visitor({language: 'en-GB'});
  await open(page, CRACK, '?span=all');
  const whole = await stage.ask(`readings?sensor=${CRACK}&step=AUTO`);
  const said = await words(page);
  assert.ok(
    said.includes(
      `${whole.total.passed + whole.total.suspect + whole.total.failed}`.replace(/(\d)(\d{3})$/, '$1,$2'),
    ),
    said,
  );
  assert.match(said, /\d+(\.\d)?% of the [\d,]+ expected/);
  assert.match(said, /Each point stands for/);
  await page.click('details:has(.plot-table) summary');
  const rows = page.locator('.plot-table tbody tr');
  await until('the table', async () => (await rows.count()) > 200);
  assert.match(await rows.first().textContent(), /mm/);
  assert.deepEqual(page.faults, []);
  assert.deepEqual([...page.origins], [stage.url]);
  await page.context().close();
});

test('spans by button, moves by key and by mouse; the address keeps what is looked at', async () => {
  const page = await stage.visitor({language: 'en-GB'});
  await open(page, CRACK, '?span=year');
  await page.locator('.chart:not([aria-busy])').waitFor();
  await page.route(/step=AUTO/, async (route) => {
    await sleep(700); // who presses a key before the week has come moves by a part of it
    await route.continue().catch(() => {}); // it may have been given up
  });
  await page.click('button:has-text("Week")');
  await until('a week', async () => (await query(page)).span === 'week');
  const asked = page.waitForRequest(
    (r) => r.url().includes('/api/v1/readings') && r.url().includes('step=AUTO'),
  );
  await page.focus('.chart');
  await page.keyboard.press('ArrowLeft');
  await asked;
  const moved = await page.evaluate(() => location.hash);
  assert.match(moved, /from=.*&to=/);
  await page.unroute(/step=AUTO/);
  await page.keyboard.press('+');
  await until('closer', async () => {
    const q = await query(page);
    return Date.parse(q.to) - Date.parse(q.from) < 4 * DAY_MS;
  });
  await page.keyboard.press('0');
  await until('back', async () => (await page.evaluate(() => location.hash)).includes('span='));
  await page.click('button:has-text("Year")');
  await until('a year', async () => (await page.evaluate(() => location.hash)).includes('span=year'));
  await page.waitForFunction(() => !document.querySelector('.chart[aria-busy]'));
  const box = await page.locator('.chart .plot').boundingBox();
  await page.mouse.move(box.x + box.width * 0.4, box.y + 100);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.5, box.y + 120, {steps: 4});
  await page.mouse.up();
  await until('a tenth of a year', async () => {
    const q = await query(page);
    const days = (Date.parse(q.to) - Date.parse(q.from)) / DAY_MS;
    return days > 25 && days < 50;
  });
  const kept = await page.evaluate(() => location.hash);
  await page.reload();
  await page.waitForSelector('.chart canvas');
  assert.equal(await page.evaluate(() => location.hash), kept);
  await page.mouse.move(box.x + box.width * 0.6, box.y + 120);
  await until('the reading under the pointer', async () =>
    /mm/.test(await page.locator('.readout').textContent()),
  );
  assert.deepEqual(page.faults, []);
  await page.context().close();
});

test('limits with source and mark, movement, works and alerts stand beside the plot', async () => {
  const page = await stage.visitor({language: 'en-GB'});
  await open(page, CRACK, '?span=all');
  const analysis = await stage.ask(`sensors/${CRACK}/analysis`);
  const limits = page.locator('.limits li');
  assert.equal(await limits.count(), analysis.limits.length);
  for (const [i, l] of analysis.limits.entries()) {
    const text = await limits.nth(i).textContent();
    assert.ok(text.includes(l.source) && text.includes(`${l.mark}:`), text);
    assert.equal(text.includes('provisional'), l.provisional, text);
  }
  assert.match(await page.locator('#movement + dl').textContent(), /Change since baseline/);
  assert.match(await page.locator('section:has(#epochs)').textContent(), /excavation.*metro branch pit/s);
  assert.match(await page.locator('.legend').textContent(), /works, repair, swap/);
  assert.equal(await page.locator('section:has(#forecast) tbody tr').count(), analysis.forecasts.length);
  await page.context().close();
});

test('another sensor is drawn beside it, with an axis of its own', async () => {
  const page = await stage.visitor({language: 'en-GB'});
  await open(page, CRACK, '?span=year');
  await page.selectOption('[data-key=beside]', 'H001/n1/t-wall');
  await until('its axis', async () =>
    (await page.locator('.dygraph-y2label').textContent()).includes('temperature'),
  );
  assert.match(await page.locator('.legend').textContent(), /temperature H001\/n1\/t-wall \(right axis\)/);
  await page.selectOption('[data-key=beside]', '');
  await until('no axis', async () => (await page.locator('.dygraph-y2label').count()) === 0);
  await page.click('.siblings a:has-text("t-wall")');
  await until('the other page', async () => (await page.locator('h1').textContent()).includes('temperature'));
  assert.deepEqual(page.faults, []);
  await page.context().close();
});

test('a new reading is seen by itself', async () => {
  const page = await stage.visitor({language: 'en-GB'});
  await open(page, CRACK, '?span=hour');
  assert.match(await words(page), /No readings|reading/);
  stage.publish(CRACK, 1.2345, 'mm');
  await until('it in the head', async () =>
    (await page.locator('.head').textContent()).includes('1.2345 mm'),
  );
  await until('it in the plot', async () => /1 reading\./.test(await words(page)));
  assert.deepEqual(page.faults, []);
  await page.context().close();
});

test('readings can be had as CSV', async () => {
  const page = await stage.visitor({language: 'en-GB'});
  await open(page, CRACK, '?span=week');
  const [file] = await Promise.all([page.waitForEvent('download'), page.click('a:has-text("CSV")')]);
  assert.match(file.suggestedFilename(), /^H001_n1_crack-1_.*\.csv$/);
  await page.context().close();
});

test('a vibration record: waveform, spectrum with the curve that governs, verdicts by source', async () => {
  const now_s = Math.floor(Date.now() / 1000);
  burst(6, now_s - 60);
  burst(0.5, now_s - 30);
  await until('both are stored', async () => (await stage.ask(`bursts?sensor=${BURST}`)).items.length === 2);
  const page = await stage.visitor({language: 'en-GB'});
  await stage.open(page, `#/sensor/${BURST}`);
  const records = page.locator('.records tbody tr');
  await records.first().waitFor();
  assert.equal(await records.count(), 2);
  await records.last().locator('button').click();
  await page.waitForSelector('.xy .spectrum');
  assert.equal(await page.locator('.xy .wave').count(), 2);
  assert.ok((await page.locator('svg[role="img"] .allowed.governs').count()) >= 1);
  const strict = await page.locator('.burst p[aria-live]').textContent();
  assert.match(strict, /Peak [56]\.\d+ mm\/s.*%/);
  await page.selectOption('#burst-source', 'blasting');
  assert.notEqual(await page.locator('.burst p[aria-live]').textContent(), strict);
  assert.ok((await page.locator('.burst tbody tr').count()) > 2);
  assert.deepEqual(await axe(page), []);
  assert.deepEqual(page.faults, []);
  await page.context().close();
});

test('accessible in both languages, schemes and sizes; nothing sticks out on a phone', async () => {
  for (const [language, viewport, scheme] of [
    ['en-GB', DESK, 'light'],
    ['zh-CN', PHONE, 'light'],
    ['zh-CN', DESK, 'dark'],
    ['fr-FR', PHONE, 'dark'],
  ]) {
    const page = await stage.visitor({language, viewport, scheme});
    await open(page, CRACK, '?span=month');
    assert.deepEqual(await axe(page), [], `${language} ${viewport.width} ${scheme}`);
    assert.ok((await overflow(page)) <= 0, `${language} ${viewport.width}`);
    assert.deepEqual(page.faults, []);
    await page.context().close();
  }
});

test('without its analysis a sensor still has its readings and limits', async () => {
  const page = await stage.visitor({language: 'en-GB'});
  await page.route('**/analysis', (route) =>
    route.fulfill({status: 500, contentType: 'application/problem+json', body: '{"status":500}'}),
  );
  await open(page, CRACK, '?span=year');
  assert.match(await page.locator('section:has(#movement)').textContent(), /cannot be read/);
  assert.equal(await page.locator('.limits li').count(), 3);
  assert.deepEqual(page.faults, []);
  await page.context().close();
});

test('a sensor that nobody knows is said to be none', async () => {
  const page = await stage.visitor({language: 'en-GB'});
  await stage.open(page, '#/sensor/H001/n1/none');
  assert.match(await page.locator('main').textContent(), /no sensor/);
  await page.context().close();
});
