// Languages and colours, without a browser: every text in every language, every colour readable.

import assert from 'node:assert/strict';
import {readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {test} from 'node:test';

const WEB = join(process.env.SOURCE_DIR, 'src/web');
const LANGUAGES = ['zh', 'en', 'fr', 'es', 'ca'];
const raw = Object.fromEntries(
  LANGUAGES.map((code) => [code, readFileSync(join(WEB, 'i18n', `${code}.json`), 'utf8')]),
);
const texts = Object.fromEntries(LANGUAGES.map((code) => [code, JSON.parse(raw[code])]));
const keys = Object.keys(texts.en);

test('the same keys in every language, in order, each once and none empty', () => {
  for (const code of LANGUAGES) {
    const own = Object.keys(texts[code]);
    assert.deepEqual(own, [...keys], `i18n/${code}.json and en.json have other keys or another order`);
    assert.deepEqual(own, [...own].sort(), `i18n/${code}.json is not sorted`);
    const written = [...raw[code].matchAll(/^"([^"]+)":/gm)].map((m) => m[1]);
    assert.deepEqual(written, own, `i18n/${code}.json has a key twice, or is not one key a line`);
    for (const key of own)
      assert.ok(
        typeof texts[code][key] === 'string' && (texts[code][key] !== '' || key === 'common.sentence_gap'),
        `${code} ${key}`,
      );
  }
});

test('the same places to fill in every language', () => {
  const places = (text) =>
    [...text.matchAll(/\{(\w+)\}/g)]
      .map((m) => m[1])
      .sort()
      .join();
  for (const key of keys)
    for (const code of LANGUAGES)
      assert.equal(places(texts[code][key]), places(texts.en[key]), `${code} ${key}`);
});

test('plural forms exist wherever they are asked for, and every text that scripts name', () => {
  const sources = readdirSync(WEB)
    .filter((f) => f.endsWith('.js'))
    .map((f) => [f, readFileSync(join(WEB, f), 'utf8').replace(/^\s*\/\/.*$/gm, '')]);
  assert.ok(sources.length > 10);
  let named = 0;
  for (const [file, source] of sources) {
    for (const [, key] of source.matchAll(/\bt\(\s*'([a-z][\w.%/-]*)'/g)) {
      named++;
      assert.ok(key in texts.en, `${file}: ${key}`);
    }
    for (const [, key] of source.matchAll(/\btn\(\s*'([a-z][\w.]*)'/g))
      for (const form of ['one', 'other']) {
        named++;
        assert.ok(`${key}.${form}` in texts.en, `${file}: ${key}.${form}`);
      }
  }
  assert.ok(named > 100);
});

test('translations are translations: no language repeats another by and large', () => {
  const wordy = keys.filter(
    (key) => texts.en[key].length > 12 && /[a-z]{4}/i.test(texts.en[key].replace(/\{\w+\}/g, '')),
  );
  for (const a of LANGUAGES)
    for (const b of LANGUAGES.slice(LANGUAGES.indexOf(a) + 1)) {
      const same = wordy.filter((key) => texts[a][key] === texts[b][key]);
      assert.ok(
        same.length < wordy.length / 15,
        `${a} = ${b} in ${same.length} of ${wordy.length}: ${same.slice(0, 5)}`,
      );
    }
});

// --- colours ---

const css = readFileSync(join(WEB, 'style.css'), 'utf8');
const variables = (block) =>
  Object.fromEntries([...block.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6})/g)].map((m) => [m[1], m[2]]));
const schemes = {
  light: variables(css.slice(css.indexOf(':root {'), css.indexOf('@media (prefers-color-scheme: dark)'))),
  dark: variables(
    css.slice(css.indexOf('@media (prefers-color-scheme: dark)'), css.indexOf('* { box-sizing')),
  ),
};

// WCAG 2.2: relative luminance and contrast ratio.
function luminance(hex) {
  const [r, g, b] = [1, 3, 5]
    .map((i) => parseInt(hex.slice(i, i + 2), 16) / 255)
    .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
export function contrast(a, b) {
  const [x, y] = [luminance(a), luminance(b)].sort((p, q) => q - p);
  return (x + 0.05) / (y + 0.05);
}

test('contrast is measured as WCAG says', () => {
  assert.ok(Math.abs(contrast('#000000', '#ffffff') - 21) < 1e-9);
  assert.ok(Math.abs(contrast('#777777', '#ffffff') - 4.478) < 0.001);
});

test('text has 4.5 : 1 on every ground it stands on, shapes and borders 3 : 1', () => {
  for (const [name, c] of Object.entries(schemes)) {
    assert.ok(Object.keys(c).length >= 20, name);
    const grounds = ['ground', 'surface', 'sunk'];
    const pairs = [
      ...['ink', 'muted', 'link', 'fault'].flatMap((ink) => grounds.map((g) => [ink, g])),
      ['on-main', 'main'],
      ...['red', 'orange', 'yellow', 'blue', 'green', 'grey'].flatMap((level) => [
        [level, `${level}-ground`],
        [level, 'surface'],
        [level, 'ground'],
        ['ink', `${level}-ground`],
      ]),
    ];
    for (const [ink, ground] of pairs)
      assert.ok(
        contrast(c[ink], c[ground]) >= 4.5,
        `${name}: ${ink} on ${ground} is ${contrast(c[ink], c[ground]).toFixed(2)}`,
      );
    for (const [edge, ground] of [
      ['line-strong', 'surface'],
      ['line-strong', 'ground'],
      ['focus', 'surface'],
      ['focus', 'ground'],
    ])
      assert.ok(
        contrast(c[edge], c[ground]) >= 3,
        `${name}: ${edge} on ${ground} is ${contrast(c[edge], c[ground]).toFixed(2)}`,
      );
  }
});

// --- the first page ---

// Scripts that a script needs, and they in turn.
function needed(seeds) {
  const found = new Set();
  const todo = [...seeds];
  while (todo.length) {
    const file = todo.pop();
    if (found.has(file)) continue;
    found.add(file);
    const source = readFileSync(join(WEB, file), 'utf8');
    for (const [, next] of source.matchAll(/^(?:import|export)[^;]*?from '\.\/(\w+\.js)'/gm)) todo.push(next);
  }
  return found;
}

test('the first page asks for all its scripts at once, and nothing of it is inline', () => {
  const html = readFileSync(join(WEB, 'index.html'), 'utf8');
  const preloaded = [...html.matchAll(/<link rel="modulepreload" href="\/(\w+\.js)">/g)].map((m) => m[1]);
  const expected = needed(['app.js', 'page_feed.js']);
  expected.delete('app.js');
  assert.deepEqual(preloaded, [...expected].sort());
  assert.doesNotMatch(html, /<style|style=|\son\w+=|<script(?! type="module" src="\/app\.js"><\/script>)/);
  assert.doesNotMatch(html, /(src|href)="(https?:)?\/\//);
});
