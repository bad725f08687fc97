// The page of one alert: what is said of it, and what persons may do there.

import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {after, before, test} from 'node:test';
import {axe, DESK, overflow, PHONE, SOURCE, Stage, until} from './stage.mjs';

let stage;
let alert;

before(async () => {
  stage = await Stage.make();
  stage.publish('H001/n2/leak', true);
  alert = await until('an alert', async () =>
    (await stage.ask('alerts?state=open')).items.find((a) => a.kind === 'leak'),
  );
});
after(async () => {
  await stage?.close();
});

for (const [language, viewport, scheme] of [
  ['zh-CN', PHONE, 'light'],
  ['en-GB', DESK, 'dark'],
]) {
  test(`it says what, where, since when, how sure and what to do: ${language}`, async () => {
    const page = await stage.visitor({language, viewport, scheme});
    await stage.open(page, `#/alert/${alert.id}`);
    const main = page.locator('main');
    const sentence = language === 'zh-CN' ? alert.summary.zh : alert.summary.en;
    assert.ok((await main.locator('.steps').textContent()).includes(sentence));
    assert.match(
      await main.locator('dl.facts').first().textContent(),
      language === 'zh-CN' ? /开始.*怎么办/s : /Since.*What to do/s,
    );
    assert.ok((await main.textContent()).includes(alert.last.limit.source), 'the source of the limit');
    assert.ok((await main.textContent()).includes(alert.last.limit.clause), 'and its clause');
    if (alert.last.limit.provisional) assert.ok((await main.locator('.tag.provisional').count()) > 0);
    const plot = main.locator('a[data-key^="plot "]').first();
    assert.match(await plot.getAttribute('href'), /^#\/sensor\/H001\/n2\/leak\?from=[^&]+&to=/);
    await main.locator('.plan .house.chosen').waitFor();
    assert.equal(await main.locator('.plan .house.chosen').getAttribute('data-house'), 'H001');
    assert.equal(await overflow(page), 0);
    assert.deepEqual(await axe(page), []);
    assert.deepEqual(page.faults, []);
    await page.context().close();
  });
}

test('a comment and an assignment become steps', async () => {
  const page = await stage.visitor({language: 'en-GB', role: 'operator'});
  await stage.open(page, `#/alert/${alert.id}`);
  for (const [verb, event] of [
    ['comment', 'commented'],
    ['assign', 'assigned'],
  ]) {
    await page.locator(`button[data-key^="${verb} "]`).click();
    if (verb === 'assign') await page.fill('#act-to', 'Zhang Min');
    await page.fill('#act-by', 'Li Wei');
    await page.fill('#act-note', `the ${verb}`);
    await page.locator('dialog[open] button[type=submit]').click();
    await page.locator('.steps', {hasText: `the ${verb}`}).waitFor();
    const story = await stage.ask(`alerts/${alert.id}`);
    assert.ok(story.steps.some((s) => s.event === event && s.body.note === `the ${verb}`));
  }
  await page.context().close();
});

test('a planner decides on a proposal, an operator may not', async () => {
  const story = await stage.ask(`alerts/${alert.id}`);
  assert.ok(story.proposals.length > 0);
  const low = await stage.visitor({language: 'en-GB', role: 'operator'});
  await stage.open(low, `#/alert/${alert.id}`);
  await low.locator('button[data-key^="approve "]').first().click();
  await low.locator('dialog[open] #login-token').waitFor();
  await low.context().close();
  const page = await stage.visitor({language: 'en-GB', role: 'planner'});
  await stage.open(page, `#/alert/${alert.id}`);
  await page.locator('button[data-key^="approve "]').first().click();
  await page.fill('#act-by', 'Planner Wu');
  await page.fill('#act-note', 'send somebody');
  await page.locator('dialog[open] button[type=submit]').click();
  await until(
    'the proposal is approved',
    async () => (await stage.ask(`alerts/${alert.id}`)).proposals[0].state === 'approved',
  );
  await page.locator('.tag', {hasText: 'approved'}).first().waitFor();
  await page.context().close();
});

test('an inspection is recorded with its cost, a measure proposed', async () => {
  const page = await stage.visitor({language: 'zh-CN', role: 'operator', viewport: PHONE});
  await stage.open(page, `#/alert/${alert.id}`);
  await page.locator('button[data-key^="record "]').click();
  await page.selectOption('#act-kind', 'repair');
  await page.fill('#act-cost_cny', '1234.5');
  await page.fill('#act-by', '王工');
  await page.fill('#act-note', '换了水管');
  assert.deepEqual(await axe(page), []);
  assert.equal(await overflow(page), 0);
  await page.locator('dialog[open] button[type=submit]').click();
  await page.locator('main', {hasText: '换了水管'}).waitFor();
  await page.locator('button[data-key^="propose "]').click();
  await page.selectOption('#act-kind', 'prop');
  await page.fill('#act-note', '先支顶');
  await page.locator('dialog[open] button[type=submit]').click();
  const story = await until('both are in the story', async () => {
    const told = await stage.ask(`alerts/${alert.id}`);
    return told.records.length > 0 && told.proposals.some((p) => p.kind === 'prop') && told;
  });
  assert.equal(story.records[0].kind, 'repair');
  assert.equal(story.records[0].cost_cny, 1234.5);
  assert.deepEqual(page.faults, []);
  await page.context().close();
});

test('what a planner approved is marked as done', async () => {
  const page = await stage.visitor({language: 'en-GB', role: 'planner'});
  await stage.open(page, `#/alert/${alert.id}`);
  await page.locator('button[data-key^="done "]').first().click();
  await page.fill('#act-by', 'Planner Wu');
  await page.fill('#act-note', 'they went');
  await page.locator('dialog[open] button[type=submit]').click();
  await until(
    'the proposal is done',
    async () => (await stage.ask(`alerts/${alert.id}`)).proposals[0].state === 'done',
  );
  await page.locator('.tag', {hasText: 'done'}).first().waitFor();
  await page.context().close();
});

test('the beginning of an id leads to the alert', async () => {
  const page = await stage.visitor({language: 'en-GB'});
  await stage.open(page, `#/alert/${alert.id.slice(0, 8)}`);
  assert.ok((await page.locator('.steps').textContent()).includes(alert.summary.en));
  await page.context().close();
});

test('in a language that the daemon does not speak its sentences are marked and the foot says so', async () => {
  const page = await stage.visitor({language: 'ca-ES', viewport: PHONE});
  await stage.open(page, `#/alert/${alert.id}`);
  assert.equal(await page.locator('html').getAttribute('lang'), 'ca-ES');
  for (const part of ['h1', '.what', '.steps p.small'])
    assert.equal(await page.locator(`main ${part}`).first().getAttribute('lang'), 'en', part);
  assert.match(await page.locator('#foot').textContent(), /en anglès/);
  assert.deepEqual(await axe(page), []);
  await page.context().close();
  const own = await stage.visitor({language: 'zh-CN'});
  await stage.open(own, '#/');
  assert.doesNotMatch(await own.locator('#foot').textContent(), /句子/);
  await own.context().close();
});

test('an alert that is not there is said plainly', async () => {
  const page = await stage.visitor({language: 'en-GB'});
  await page.goto(`${stage.url}/#/alert/00000000-0000-4000-8000-000000000000`);
  await page.locator('main .fault').waitFor();
  assert.ok((await page.locator('main .fault').textContent()).length > 5);
  await page.context().close();
});

test('a name from outside is text, whatever stands in it', async () => {
  const hostile = '<img src=x onerror="document.title=1"><b>';
  const registry = JSON.parse(readFileSync(join(SOURCE, 'config/registry.json')));
  for (const house of registry.houses) house.name = {zh: hostile, en: hostile};
  const other = await Stage.make({registry});
  try {
    other.publish('H001/n2/leak', true);
    const page = await other.visitor({language: 'en-GB', viewport: {width: 320, height: 640}});
    await other.open(page, '#/');
    await page.locator('.alert.e-orange', {hasText: hostile}).first().waitFor();
    assert.equal(await page.locator('main img, main b').count(), 0);
    assert.equal(await overflow(page), 0, 'at 320 px, as WCAG 2.2 asks');
    assert.deepEqual(page.faults, []);
  } finally {
    await other.close();
  }
});
