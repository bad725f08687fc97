// The feed by real clicks: an alert comes in live, is acknowledged, the daemon dies and comes back.

import assert from 'node:assert/strict';
import {test} from 'node:test';
import {axe, DESK, overflow, PHONE, sleep, Stage, until} from './stage.mjs';

const LEAK = 'H001/n2/leak';

// A test with a stage of its own: an alert of one must not be news of another.
const staged = (name, act) =>
  test(name, async () => {
    const stage = await Stage.make();
    try {
      await act(stage);
    } finally {
      await stage.close();
    }
  });

const words = {
  'zh-CN': {
    orange: '橙色警告',
    acknowledged: '已确认',
    gone: '连不上监测服务',
    fresh: '新告警',
    back: '断开期间',
  },
  'en-GB': {
    orange: 'orange warning',
    acknowledged: 'acknowledged',
    gone: 'cannot be reached',
    fresh: 'new alert',
    back: 'while disconnected',
  },
};

const isLive = (page) => page.waitForSelector('.live.is-live');
const leaks = async (stage) => (await stage.ask('alerts?state=open')).items.filter((a) => a.kind === 'leak');
const orange = (page) => page.locator('.alert.e-orange').first();

async function watching(stage, choice) {
  const page = await stage.visitor(choice);
  await stage.open(page, '#/');
  await isLive(page);
  return page;
}

// What everybody sees who has the page open when an alert comes.
async function sees(page, say) {
  const badge = orange(page).locator('.badge').first();
  await badge.waitFor();
  assert.match(await badge.textContent(), new RegExp(say.orange));
  assert.equal(await badge.locator('svg.shape').count(), 1, 'a shape beside the colour');
  assert.match(await page.title(), new RegExp(`^\\(\\d+\\) ${say.fresh}`));
  assert.match(
    await page.locator('#announce').textContent(),
    new RegExp(say.orange),
    'said to screen readers',
  );
  assert.equal(await overflow(page), 0);
}

async function acknowledge(page, name, note) {
  await orange(page).locator('button[data-key^="ack "]').click();
  const dialog = page.locator('dialog[open]');
  await dialog.waitFor();
  if (name) await dialog.locator('#act-by').fill(name);
  if (note) await dialog.locator('#act-note').fill(note);
  await dialog.locator('button[type=submit]').click();
}

staged('an alert comes live to phone and desk, in both languages, and is acknowledged', async (stage) => {
  const pages = [];
  for (const language of ['zh-CN', 'en-GB'])
    for (const viewport of [PHONE, DESK])
      pages.push([await watching(stage, {language, viewport, role: 'operator'}), words[language]]);
  stage.publish(LEAK, true);
  for (const [page, say] of pages) await sees(page, say);
  const [phone] = pages[0];
  await acknowledge(phone, '王师傅', '去看了 / went to look');
  for (const [page, say] of pages) await orange(page).locator('.tag', {hasText: say.acknowledged}).waitFor();
  assert.doesNotMatch(await phone.title(), /^\(\d/, 'the title is quiet once somebody was here');
  assert.match(await pages[3][0].title(), /^\(\d/, 'and only there');
  const [row] = await leaks(stage);
  const {steps} = await stage.ask(`alerts/${row.id}`);
  const {body} = steps.find((s) => s.event === 'acknowledged');
  assert.equal(body.by, '王师傅');
  assert.equal(body.note, '去看了 / went to look');
  for (const [page] of pages) {
    assert.deepEqual(page.faults, []);
    assert.deepEqual([...page.origins], [stage.url], 'nothing is asked of anybody else');
  }
});

staged('two clicks are enough once the name is known', async (stage) => {
  const page = await watching(stage, {language: 'en-GB', role: 'operator', viewport: PHONE});
  await page.evaluate(() => localStorage.setItem('shikumen.name', 'Li Wei'));
  stage.publish(LEAK, true);
  await orange(page).waitFor();
  await acknowledge(page);
  await orange(page).locator('.tag', {hasText: 'acknowledged'}).waitFor();
  const [row] = await leaks(stage);
  const {body} = (await stage.ask(`alerts/${row.id}`)).steps.at(-1);
  assert.equal(body.by, 'Li Wei');
  assert.ok(body.note.length > 0);
});

staged('who may only look is asked for a token, and a wrong one is refused', async (stage) => {
  const page = await watching(stage, {language: 'en-GB'});
  stage.publish(LEAK, true);
  await orange(page).waitFor();
  await orange(page).locator('button[data-key^="ack "]').click();
  const token = page.locator('dialog[open] #login-token');
  await token.waitFor();
  await token.fill('no-such-token');
  await page.keyboard.press('Enter');
  await page.locator('dialog[open] .fault', {hasText: 'not known'}).waitFor();
  await token.fill(stage.tokens.operator);
  await page.keyboard.press('Enter');
  await page.locator('dialog[open] #act-by').waitFor();
  await page.keyboard.press('Escape');
  assert.equal(await page.locator('dialog[open]').count(), 0);
  assert.equal(await page.evaluate(() => document.cookie), '', 'scripts cannot read the session');
});

staged('without a session the page asks for a token and then shows itself', async (stage) => {
  const page = await stage.visitor({language: 'en-GB', role: null});
  await page.goto(`${stage.url}/`);
  await page.locator('main button.main').waitFor();
  assert.deepEqual(await axe(page), []);
  await page.locator('main button.main').click();
  await page.locator('dialog[open]').waitFor();
  assert.deepEqual(await axe(page), []);
  await page.locator('dialog[open] #login-token').fill(stage.tokens.viewer);
  await page.keyboard.press('Enter');
  await page.waitForSelector('.feed-plan .house');
  await isLive(page);
});

staged('history and filters are kept in the address', async (stage) => {
  stage.publish(LEAK, true);
  const page = await watching(stage, {language: 'en-GB'});
  await orange(page).waitFor();
  await page.selectOption('#f-state', 'all');
  await page.selectOption('#f-category', 'system');
  await page.waitForFunction(
    () => location.hash.includes('category=system') && location.hash.includes('state=all'),
  );
  await page.waitForFunction(() => !document.querySelector('.alert.e-orange'));
  await page.selectOption('#f-category', 'structure');
  await page.locator('#f-text').evaluate((field) => {
    field.same = true;
  });
  await page.locator('#f-text').pressSequentially('H001', {delay: 150});
  assert.equal(await page.evaluate(() => document.activeElement.same), true, 'who types is left alone');
  await page.waitForFunction(() => location.hash.includes('q=H001'));
  await orange(page).waitFor();
  await page.reload();
  await orange(page).waitFor();
  assert.equal(await page.inputValue('#f-text'), 'H001');
});

staged('notices are held back from the page, and let go again', async (stage) => {
  const page = await watching(stage, {language: 'en-GB', role: 'operator'});
  await page.locator('button[data-key="silence"]').click();
  await page.selectOption('#act-scope', 'H001');
  await page.selectOption('#act-until', '4');
  await page.fill('#act-by', 'Li Wei');
  await page.fill('#act-note', 'roof works');
  await page.locator('dialog[open] button[type=submit]').click();
  await page.locator('.feed-silences summary').click();
  const [silence] = (await stage.ask('silences')).items;
  assert.deepEqual([silence.scope, silence.by, silence.reason], ['H001', 'Li Wei', 'roof works']);
  const hours = (Date.parse(silence.until) - Date.now()) / 3600000;
  assert.ok(hours > 3.9 && hours < 4.1);
  await page.locator('.feed-silences button').click();
  await page.fill('#act-note', 'done early');
  await page.locator('dialog[open] button[type=submit]').click();
  await page.waitForFunction(() => !document.querySelector('.feed-silences summary'));
  assert.deepEqual((await stage.ask('silences')).items, []);
  assert.deepEqual(page.faults, []);
});

staged('a silence to come is not called one that stands', async (stage) => {
  const at = (hours) => new Date(Date.now() + hours * 3600000).toISOString();
  const silence = {by: 'Li Wei', reason: 'roof works', scope: 'H001', from: at(24), until: at(48)};
  const answer = await fetch(`${stage.url}/api/v1/silences`, {
    method: 'POST',
    headers: {Authorization: `Bearer ${stage.tokens.operator}`, 'Content-Type': 'application/json'},
    body: JSON.stringify(silence),
  });
  assert.ok(answer.ok, await answer.text());
  await until('it is listed', async () => (await stage.ask('silences?state=planned')).items.length === 1);
  const page = await stage.visitor({language: 'en-GB'});
  await stage.open(page, '#/');
  const list = page.locator('.feed-silences');
  await list.locator('summary').click();
  assert.equal(await list.locator('summary').textContent(), '1 silence planned');
  assert.match(await list.locator('li').textContent(), /H001 planned from .* until .*Li Wei.*roof works/);
  assert.deepEqual(page.faults, []);
});

staged('the daemon is killed and comes back: the page says so and recovers by itself', async (stage) => {
  const pages = [
    [await watching(stage, {language: 'zh-CN', viewport: PHONE}), words['zh-CN']],
    [await watching(stage, {language: 'en-GB', viewport: DESK}), words['en-GB']],
  ];
  await stage.end('daemon', 'SIGKILL');
  for (const [page, say] of pages) {
    await page.locator('.banner.is-gone', {hasText: say.gone}).waitFor();
    await page.waitForSelector('.live.is-gone');
    assert.match(await page.locator('.banner').textContent(), /\d\d:\d\d:\d\d/, 'since when');
    assert.equal(await overflow(page), 0);
  }
  stage.publish(LEAK, true);
  await stage.startDaemon();
  for (const [page, say] of pages) {
    await isLive(page);
    await page.waitForFunction(() => !document.querySelector('.banner.is-gone'));
    await orange(page).waitFor();
    await page.locator('.feed-missed', {hasText: say.back}).waitFor();
    assert.deepEqual(page.faults, []);
  }
});

staged('a daemon that hangs is called stale', async (stage) => {
  const page = await watching(stage, {language: 'en-GB'});
  stage.children.get('daemon').kill('SIGSTOP');
  await page.locator('.banner.is-stale, .banner.is-gone').waitFor({timeout: 40000});
  stage.children.get('daemon').kill('SIGCONT');
  await isLive(page);
});

staged(
  'axe finds nothing serious, light and dark, with the dialog open; the page is light',
  async (stage) => {
    stage.publish(LEAK, true);
    for (const [scheme, viewport, language] of [
      ['light', DESK, 'zh-CN'],
      ['dark', PHONE, 'en-GB'],
    ]) {
      const page = await stage.visitor({scheme, viewport, language, role: 'operator'});
      const network = await page.context().newCDPSession(page);
      let bytes = 0;
      await network.send('Network.enable');
      network.on('Network.loadingFinished', (e) => {
        bytes += e.encodedDataLength;
      });
      await stage.open(page, '#/');
      await orange(page).waitFor();
      await sleep(300);
      assert.ok(bytes > 20000 && bytes < 300000, `first page: ${bytes} bytes`);
      await page.locator('details[data-key^="where "] summary').first().click();
      await page.locator('.where .plan').first().waitFor();
      assert.deepEqual(await axe(page), []);
      await page.locator('button[data-key^="ack "]').first().click();
      await page.locator('dialog[open]').waitFor();
      assert.deepEqual(await axe(page), []);
      assert.equal(await overflow(page), 0);
    }
  },
);

staged('a plan that is wider than the phone stays where it was pushed', async (stage) => {
  const page = await watching(stage, {language: 'en-GB', viewport: {width: 320, height: 640}});
  await page.locator('details[data-key="plan"] summary').click();
  const left = () => page.locator('.feed-plan .wide').evaluate((box) => box.scrollLeft);
  await page.locator('.feed-plan .plan').evaluate((drawing) => {
    drawing.ownerDocument.styleSheets[1].insertRule('.plan { min-width: 600px !important; }');
  });
  await page.locator('.feed-plan .wide').evaluate((box) => box.scrollTo(80, 0));
  stage.publish(LEAK, true);
  await page.locator('.feed-plan .c-orange').waitFor();
  assert.equal(await left(), 80);
});

staged('the keyboard alone reaches the content, and the plan is one stop', async (stage) => {
  const page = await watching(stage, {language: 'en-GB'});
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'skip');
  await page.keyboard.press('Enter');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'main');
  await page.locator('.feed-plan .house[tabindex="0"]').focus();
  const first = await page.evaluate(() => document.activeElement.dataset.house);
  await page.keyboard.press('ArrowRight');
  const next = await page.evaluate(() => document.activeElement.dataset.house);
  assert.deepEqual([first, next], ['H001', 'H002']);
  assert.equal(await page.locator('.feed-plan .house[tabindex="0"]').count(), 1);
});

staged('a list that cannot be refreshed, and a token that is taken away, are said', async (stage) => {
  const page = await watching(stage, {language: 'en-GB'});
  await page.route('**/api/v1/alerts?*', (route) => route.fulfill({status: 503, body: '{"title":"busy"}'}));
  stage.publish(LEAK, true);
  await page.locator('.feed-fault .fault', {hasText: 'busy'}).waitFor();
  await page.unroute('**/api/v1/alerts?*');
  await orange(page).waitFor();
  await page.waitForFunction(() => !document.querySelector('.feed-fault .fault'));
  await page.context().clearCookies();
  await page.selectOption('#f-state', 'all');
  await page.locator('main button.main', {hasText: 'Sign in'}).waitFor();
  assert.equal(await page.locator('.alert').count(), 0, 'nothing is left to be read');
});

staged('who leaves takes what was shown along', async (stage) => {
  const page = await watching(stage, {language: 'en-GB', role: 'operator'});
  await page.locator('#session').click();
  await page.locator('main button.main', {hasText: 'Sign in'}).waitFor();
  assert.equal(await page.locator('.feed-plan .house').count(), 0);
});
