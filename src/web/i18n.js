// Texts by key, in five languages; what a language lacks is said in English.
//   t('feed.title')                       text
//   t('feed.since', {when: '…'})          {when} is put in
//   tn('feed.count', 3)                   feed.count.one, feed.count.other … by the language's plural; {n}
//   pick(row, 'name')                     name_zh / name_en, or {zh, en}: what data say in two languages

import {recall, remember} from './store.js';

export const LANGUAGES = {zh: '中文', en: 'English', fr: 'Français', es: 'Español', ca: 'Català'};
const LOCALES = {zh: 'zh-CN', en: 'en-GB', fr: 'fr-FR', es: 'es-ES', ca: 'ca-ES'};

let chosen = 'en';
let texts = {};
let english = {};
let plural = new Intl.PluralRules('en');

const known = (code) => Object.hasOwn(LANGUAGES, code);

function wanted() {
  const kept = recall('language');
  if (kept && known(kept)) return kept;
  for (const tag of navigator.languages ?? []) {
    const code = tag.toLowerCase().split('-')[0];
    if (known(code)) return code;
  }
  return 'en';
}

const load = async (code) => {
  const answer = await fetch(`/i18n/${code}.json`);
  if (!answer.ok) throw new Error(`i18n/${code}.json: ${answer.status}`);
  return answer.json();
};

export async function setLanguage(code) {
  const [own, fallback] = await Promise.all([load(code), code === 'en' ? null : load('en')]);
  chosen = code;
  texts = own;
  english = fallback ?? own;
  plural = new Intl.PluralRules(LOCALES[code]);
  document.documentElement.lang = LOCALES[code];
}

export async function chooseLanguage(code) {
  remember('language', code);
  await setLanguage(code);
}

export const startLanguage = () => setLanguage(wanted());
export const language = () => chosen;
export const locale = () => LOCALES[chosen];
// The tag of the language that texts of the houses come in.
export const dataLanguage = () => (chosen === 'zh' ? 'zh' : 'en');
export const dataTag = () => (chosen === 'zh' ? 'zh-CN' : 'en');

const put = (text, values) =>
  values ? text.replace(/\{(\w+)\}/g, (all, name) => (name in values ? String(values[name]) : all)) : text;

export const has = (key) => key in texts || key in english;
export const t = (key, values) => put(texts[key] ?? english[key] ?? key, values);

export function tn(key, n, values) {
  const form = `${key}.${plural.select(n)}`;
  return t(has(form) ? form : `${key}.other`, {n: number(n), ...values});
}

// A word of the data ("crack_width") where there is one for it, else as it is.
export const word = (prefix, name) => (has(`${prefix}.${name}`) ? t(`${prefix}.${name}`) : (name ?? ''));

export const number = (n, options) => new Intl.NumberFormat(LOCALES[chosen], options).format(n);

export function pick(row, key) {
  const pair = row?.[key];
  if (pair && typeof pair === 'object') return pair[dataLanguage()] ?? pair.en ?? pair.zh ?? '';
  return row?.[`${key}_${dataLanguage()}`] ?? pair ?? '';
}
