// A house's page on a year of readings: how it stands and why, its elements with their sensors.

import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';
import {yearsOf} from './history.mjs';
import {axe, DESK, overflow, PHONE, Stage, until} from './stage.mjs';

let stage;
before(async () => {
  stage = await Stage.make({history: yearsOf()});
});
after(async () => {
  await stage?.close();
});

test('class, confidence, chances and reasons are those of the ranking', async () => {
  const page = await stage.visitor({language: 'en-GB'});
  await stage.open(page, '#/house/H001');
  const risk = await stage.ask('risk/H001');
  const head = await page.locator('.head').textContent();
  assert.ok(head.includes(risk.grey ? 'too little data' : `class ${risk.class}`), head);
  assert.match(head, /Confidence\s*\d+%/);
  assert.match(head, /Within a year/);
  const reasons = page.locator('ol.reasons > li');
  assert.equal(await reasons.count(), risk.reasons.length);
  if (risk.reasons.length > 0)
    assert.ok((await reasons.first().textContent()).includes(risk.reasons[0].text.en));
  assert.deepEqual(page.faults, []);
  await page.context().close();
});

test('every element that is watched is drawn with its sensors, each a way to its page', async () => {
  const page = await stage.visitor({language: 'en-GB'});
  await stage.open(page, '#/house/H001');
  const sensors = (await stage.ask('sensors?house=H001&limit=1000')).items;
  const elements = new Set(sensors.map((s) => s.element).filter(Boolean));
  assert.equal(await page.locator('.element-card').count(), elements.size);
  assert.equal(await page.locator('table.sensors tbody tr').count(), sensors.length);
  assert.ok((await page.locator('.elevation .sensor').count()) >= 4);
  await page.locator('.spark-cell').first().scrollIntoViewIfNeeded();
  await until('a year in a strip', async () => (await page.locator('.spark .spark-line').count()) > 0);
  const crack = sensors.find((s) => s.quantity === 'crack_width');
  await page.locator(`table.sensors a[href="#/sensor/${crack.id}"]`).click();
  await page.waitForSelector('.chart canvas');
  assert.match(await page.locator('h1').textContent(), /crack width/);
  await page.click('.crumbs a');
  await page.waitForSelector('.element-card');
  assert.deepEqual(page.faults, []);
  assert.deepEqual([...page.origins], [stage.url]);
  await page.context().close();
});

test('an alert that opens stands on the page', async () => {
  stage.publish('H001/n3/ppv', 15, 'mm/s');
  const alert = await until('the alert', async () =>
    (await stage.ask('alerts?house=H001&state=open')).items.find((a) =>
      (a.sensors ?? []).includes('H001/n3/ppv'),
    ),
  );
  const page = await stage.visitor({language: 'zh-CN'});
  await stage.open(page, '#/house/H001');
  const link = page.locator(`section:has(#house-alerts) a[href="#/alert/${alert.id}"]`);
  await link.waitFor();
  assert.ok((await link.textContent()).includes(alert.summary_zh ?? alert.summary.zh));
  await page.context().close();
});

test('accessible in both languages, schemes and sizes; nothing sticks out on a phone', async () => {
  for (const [language, viewport, scheme] of [
    ['en-GB', DESK, 'light'],
    ['zh-CN', PHONE, 'light'],
    ['zh-CN', DESK, 'dark'],
    ['es-ES', PHONE, 'dark'],
  ]) {
    const page = await stage.visitor({language, viewport, scheme});
    await stage.open(page, '#/house/H001');
    await page.waitForSelector('.element-card');
    assert.deepEqual(await axe(page), [], `${language} ${viewport.width} ${scheme}`);
    assert.ok((await overflow(page)) <= 0, `${language} ${viewport.width}`);
    await page.context().close();
  }
});

test('a house that nobody knows is said to be none', async () => {
  const page = await stage.visitor({language: 'en-GB'});
  await stage.open(page, '#/house/H999');
  assert.match(await page.locator('main').textContent(), /no house/);
  await page.context().close();
});
