// The feed by real clicks: an alert comes in live, is acknowledged, the daemon dies and comes back.

import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';
import {axe, DESK, overflow, PHONE, sleep, Stage, until} from './stage.mjs';

let stage;
const LEAK = 'H001/n2/leak';

before(async () => { stage = await Stage.make(); });
after(async () => { await stage?.close(); });

const words = {
  'zh-CN': {orange: '橙色警告', acknowledged: '已确认', gone: '连不上监测服务', fresh: '新告警', wrong: '令牌不对', back: '断开期间'},
  'en-GB': {orange: 'orange warning', acknowledged: 'acknowledged', gone: 'cannot be reached', fresh: 'new alert', wrong: 'not known', back: 'while disconnected'},
};

const isLive = (page) => page.waitForSelector('.live.is-live');
const openAlerts = async () => (await stage.ask('alerts?state=open')).items.filter((a) => a.kind === 'leak');

async function dry() {
  stage.publish(LEAK, false);
  await until('the leak is over', async () => (await openAlerts()).length === 0);
}

// One alert from its coming to its acknowledgement, at a size and in a language.
async function comesAndIsAcknowledged(language, viewport) {
  const say = words[language];
  const page = await stage.visitor({language, viewport, role: 'operator'});
  await stage.open(page, '#/');
  await isLive(page);
  const before_ms = Date.now();
  stage.publish(LEAK, true);
  const card = page.locator('.alert.e-orange').first();
  await card.waitFor();
  assert.ok(Date.now() - before_ms < 20000);
  assert.match(await card.locator('.badge').first().textContent(), new RegExp(say.orange));
  assert.equal(await card.locator('.badge svg.shape').first().count(), 1, 'a shape beside the colour');
  assert.match(await page.title(), new RegExp(`^\\(\\d+\\) ${say.fresh}`));
  assert.match(await page.locator('#announce').textContent(), new RegExp(say.orange), 'screen readers hear it');
  await card.locator('button[data-key^="ack "]').click();
  const dialog = page.locator('dialog[open]');
  await dialog.waitFor();
  const by = dialog.locator('#act-by');
  const name = `王师傅 ${language} ${viewport.width}`;
  await by.fill(name);
  await dialog.locator('#act-note').fill('去看了 / went to look');
  await dialog.locator('button[type=submit]').click();
  await card.locator('.tag', {hasText: say.acknowledged}).waitFor();
  assert.doesNotMatch(await page.title(), /^\(\d/, 'the title is quiet once somebody was here');
  const [row] = await openAlerts();
  const story = await stage.ask(`alerts/${row.id}`);
  const step = story.steps.find((s) => s.event === 'acknowledged');
  assert.equal(step.body.by, name);
  assert.equal(step.body.note, '去看了 / went to look');
  assert.equal(await overflow(page), 0);
  assert.deepEqual(page.faults, []);
  assert.deepEqual([...page.origins], [stage.url], 'nothing is asked of anybody else');
  await dry();
  await page.context().close();
}

for (const language of ['zh-CN', 'en-GB'])
  for (const [size, viewport] of [['phone', PHONE], ['desk', DESK]])
    test(`an alert comes in live and is acknowledged: ${language}, ${size}`, () => comesAndIsAcknowledged(language, viewport));

test('two clicks are enough once the name is known', async () => {
  const page = await stage.visitor({language: 'en-GB', role: 'operator', viewport: PHONE});
  await stage.open(page, '#/');
  await page.evaluate(() => localStorage.setItem('shikumen.name', 'Li Wei'));
  await isLive(page);
  stage.publish(LEAK, true);
  const card = page.locator('.alert.e-orange').first();
  await card.waitFor();
  await card.locator('button[data-key^="ack "]').click();
  await page.locator('dialog[open] button[type=submit]').click();
  await card.locator('.tag', {hasText: 'acknowledged'}).waitFor();
  const [row] = await openAlerts();
  const story = await stage.ask(`alerts/${row.id}`);
  assert.equal(story.steps.at(-1).body.by, 'Li Wei');
  assert.ok(story.steps.at(-1).body.note.length > 0);
  await dry();
  await page.context().close();
});

test('who may only look is asked for a token, and a wrong one is refused', async () => {
  const page = await stage.visitor({language: 'en-GB'});
  await stage.open(page, '#/');
  await isLive(page);
  stage.publish(LEAK, true);
  const card = page.locator('.alert.e-orange').first();
  await card.waitFor();
  await card.locator('button[data-key^="ack "]').click();
  const token = page.locator('dialog[open] #login-token');
  await token.waitFor();
  await token.fill('no-such-token');
  await page.keyboard.press('Enter');
  await page.locator('dialog[open] .fault', {hasText: words['en-GB'].wrong}).waitFor();
  await token.fill(stage.tokens.operator);
  await page.keyboard.press('Enter');
  await page.locator('dialog[open] #act-by').waitFor();
  await page.keyboard.press('Escape');
  assert.equal(await page.locator('dialog[open]').count(), 0);
  assert.equal(await page.evaluate(() => document.cookie), '', 'scripts cannot read the session');
  await dry();
  await page.context().close();
});

test('history and filters are kept in the address', async () => {
  const page = await stage.visitor({language: 'en-GB'});
  await stage.open(page, '#/');
  await page.selectOption('#f-state', 'all');
  await page.locator('.alert').first().waitFor();
  await page.selectOption('#f-category', 'system');
  await page.waitForFunction(() => location.hash.includes('category=system') && location.hash.includes('state=all'));
  assert.equal(await page.locator('.alert', {hasText: 'leak'}).count(), 0);
  await page.selectOption('#f-category', 'structure');
  await page.fill('#f-text', 'H001');
  await page.waitForFunction(() => location.hash.includes('q=H001'));
  assert.ok(await page.locator('.alert').count() >= 1);
  await page.reload();
  await page.waitForSelector('.alert');
  assert.equal(await page.inputValue('#f-text'), 'H001');
  await page.context().close();
});

test('the daemon is killed and comes back: the page says so and recovers by itself', async () => {
  const pages = [];
  for (const [language, viewport] of [['zh-CN', PHONE], ['en-GB', DESK]]) {
    const page = await stage.visitor({language, viewport});
    await stage.open(page, '#/');
    await isLive(page);
    pages.push([page, words[language]]);
  }
  await stage.end('daemon', 'SIGKILL');
  for (const [page, say] of pages) {
    await page.locator('.banner.is-gone', {hasText: say.gone}).waitFor();
    await page.waitForSelector('.live.is-gone');
    assert.match(await page.locator('.banner').textContent(), /\d\d:\d\d:\d\d/, 'since when');
  }
  stage.publish(LEAK, true);
  await stage.startDaemon();
  for (const [page, say] of pages) {
    await isLive(page);
    assert.equal(await page.locator('.banner').count(), 0);
    await page.locator('.alert.e-orange').first().waitFor();
    await page.locator('.feed-missed', {hasText: say.back}).waitFor();
    assert.deepEqual(page.faults, []);
    await page.context().close();
  }
  await dry();
});

test('a daemon that hangs is called stale', async () => {
  const page = await stage.visitor({language: 'en-GB'});
  await stage.open(page, '#/');
  await isLive(page);
  stage.children.get('daemon').kill('SIGSTOP');
  await page.locator('.banner.is-stale, .banner.is-gone').waitFor({timeout: 40000});
  stage.children.get('daemon').kill('SIGCONT');
  await isLive(page);
  await page.context().close();
});

test('axe finds nothing serious, light and dark, with the dialog open, and the page is light', async () => {
  stage.publish(LEAK, true);
  for (const [scheme, viewport, language] of [['light', DESK, 'zh-CN'], ['dark', PHONE, 'en-GB']]) {
    const page = await stage.visitor({scheme, viewport, language, role: 'operator'});
    const network = await page.context().newCDPSession(page);
    let bytes = 0;
    await network.send('Network.enable');
    network.on('Network.loadingFinished', (e) => { bytes += e.encodedDataLength; });
    await stage.open(page, '#/');
    await page.locator('.alert.e-orange').first().waitFor();
    await sleep(300);
    assert.ok(bytes > 20000 && bytes < 300000, `first page: ${bytes} bytes`);
    await page.locator('details[data-key^="where "] summary').first().click();
    await page.locator('.where .plan').first().waitFor();
    assert.deepEqual(await axe(page), []);
    await page.locator('button[data-key^="ack "]').first().click();
    await page.locator('dialog[open]').waitFor();
    assert.deepEqual(await axe(page), []);
    assert.equal(await overflow(page), 0);
    await page.context().close();
  }
});

test('the keyboard alone reaches an alert, and the plan is one stop', async () => {
  const page = await stage.visitor({language: 'en-GB'});
  await stage.open(page, '#/');
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'skip');
  await page.keyboard.press('Enter');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'main');
  await page.locator('.feed-plan .house[tabindex="0"]').focus();
  const first = await page.evaluate(() => document.activeElement.dataset.house);
  await page.keyboard.press('ArrowRight');
  const next = await page.evaluate(() => document.activeElement.dataset.house);
  assert.deepEqual([first, next].sort(), ['H001', 'H002']);
  assert.equal(await page.locator('.feed-plan .house[tabindex="0"]').count(), 1);
  await page.context().close();
});
