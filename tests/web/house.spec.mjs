// A house's page on a year of readings: how it stands and why, its elements with their sensors.

import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import {cpSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {after, before, test} from 'node:test';
import {yearsOf} from './history.mjs';
import {axe, BIN, DESK, overflow, PHONE, SOURCE, Stage, until} from './stage.mjs';

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

test('a planner sets a class and ends it; an operator may not', async () => {
  const low = await stage.visitor({language: 'en-GB', role: 'operator'});
  await stage.open(low, '#/house/H001');
  await low.locator('button[data-key="override"]').click();
  await low.locator('dialog[open] #login-token').waitFor();
  await low.context().close();
  const page = await stage.visitor({language: 'zh-CN', role: 'planner', viewport: PHONE});
  await stage.open(page, '#/house/H001');
  await page.locator('button[data-key="override"]').click();
  await page.fill('#act-by', '王工');
  await page.fill('#act-note', '现场看过');
  await page.locator('dialog[open] button[type=submit]').click();
  assert.equal(await page.locator('dialog[open]').count(), 1, 'no class is set unless one is chosen');
  await page.selectOption('#act-class', 'MH');
  await page.selectOption('#act-until', {index: 1});
  assert.deepEqual(await axe(page), []);
  await page.locator('dialog[open] button[type=submit]').click();
  const card = page.locator('section:has(#house-overrides)');
  await card.locator('li', {hasText: '整栋房屋：MH，王工'}).waitFor();
  assert.ok((await card.textContent()).includes('现场看过'));
  const [standing] = (await stage.ask('risk/H001')).overrides;
  assert.deepEqual([standing.subject, standing.class, standing.by], ['H001', 'MH', '王工']);
  const days = (Date.parse(standing.until) - Date.now()) / 86400000;
  assert.ok(days > 29.9 && days < 30.1, String(days));
  assert.equal(await overflow(page), 0);
  await card.locator('button[data-key^="end "]').click();
  await page.fill('#act-note', '已修好');
  await page.locator('dialog[open] button[type=submit]').click();
  await card.locator('li').waitFor({state: 'detached'});
  assert.deepEqual(page.faults, []);
  await page.context().close();
});

// A crack past its limit in a house that is watched for five weeks only.
function youngHistory(folder) {
  const run = (program, ...args) => {
    const done = spawnSync(join(BIN, program), args, {cwd: folder, encoding: 'utf8'});
    if (done.status !== 0) throw new Error(`${program}: ${done.stderr}`);
  };
  const day = (ago) => new Date((Math.floor(Date.now() / 86400000) - ago) * 86400000).toISOString();
  const scenario = {
    seed: 31,
    start: day(34).replace('.000', ''),
    days: 34,
    houses: {count: 2},
    damages: [
      {
        kind: 'stepwise',
        sensor: 'H001/n1/crack-1',
        onset: day(20).replace('.000', ''),
        size: 1.5,
        days: 200,
      },
    ],
  };
  writeFileSync(join(folder, 'scenario.json'), JSON.stringify(scenario));
  run('shikumen-sim', '--quiet', '--scenario', 'scenario.json', '--history', 'h');
  cpSync(join(folder, 'h/registry.json'), join(folder, 'registry.json'));
  const made = ['--registry', 'registry.json', '--readings', 'h/readings.ndjson', '--out', 'out'];
  run('shikumenctl', 'backtest', ...made, '--limits', join(SOURCE, 'config/limits'), '--keep-store');
}

test('a grey class beside a chance of 100 % says why, in every language', async () => {
  const young = await Stage.make({history: youngHistory});
  try {
    const risk = await young.ask('risk/H001');
    assert.deepEqual([risk.grey, risk.p30], [true, 1]);
    for (const [language, viewport, said] of [
      ['zh-CN', PHONE, '已有限值被超过'],
      ['en-GB', DESK, 'exceeded already'],
      ['fr-FR', PHONE, 'déjà dépassée'],
      ['es-ES', PHONE, 'Ya se ha superado'],
      ['ca-ES', DESK, 'Ja s’ha superat'],
    ]) {
      const page = await young.visitor({language, viewport});
      await young.open(page, '#/house/H001');
      assert.ok((await page.locator('.head .waits').textContent()).includes(said), language);
      await young.open(page, '#/risk');
      assert.equal(await page.locator('.ranking', {hasText: said}).count(), 1, language);
      assert.equal(await overflow(page), 0, language);
      await young.open(page, '#/house/H002');
      assert.equal(await page.locator('.waits').count(), 0);
      await page.context().close();
    }
  } finally {
    await young.close();
  }
});

test('a house that nobody knows is said to be none', async () => {
  const page = await stage.visitor({language: 'en-GB'});
  await stage.open(page, '#/house/H999');
  assert.match(await page.locator('main').textContent(), /no house/);
  await page.context().close();
});
