// What persons do: a dialog with a name (remembered) and a note; sent as an act, which the daemon
// enters in the audit under that name.

import {ApiError, inPath, post, remove} from './api.js';
import {el} from './dom.js';
import {t, tn, word} from './i18n.js';
import {needRole} from './session.js';
import {recall, remember} from './store.js';
import {dayOf, isoSecond, now_ms} from './time.js';
import {toast} from './toast.js';

// What each act asks beside name and note: role; note: text to begin with; may: the note may be empty;
// label: what the note is called; member: what it is called in the body; method, when it is not POST.
const verbs = {
  ack: {role: 'operator', note: 'act.ack_note'},
  resolve: {role: 'operator'},
  comment: {role: 'operator'},
  assign: {role: 'operator', may: true},
  approve: {role: 'planner'},
  reject: {role: 'planner'},
  done: {role: 'planner'},
  propose: {role: 'operator'},
  record: {role: 'operator', label: 'alert.finding'},
  override: {role: 'planner', member: 'reason'},
  end_override: {role: 'planner', method: remove},
  silence: {role: 'operator', member: 'reason'},
  unsilence: {role: 'operator', method: remove},
};

const input = (id, attributes) =>
  el('input', {id, required: true, maxlength: 200, autocomplete: 'off', ...attributes});

const labelled = (id, text, control) => [el('label', {for: id}, text), control];

// extra: name -> element with a value, made by the caller.
function dialogOf(verb, about, extra) {
  const what = verbs[verb];
  const note = el(
    'textarea',
    {id: 'act-note', required: !what.may, maxlength: 2000},
    what.note ? t(what.note) : '',
  );
  const problem = el('p', {class: 'fault', role: 'alert'});
  const send = el('button', {type: 'submit', class: 'main'}, t(`act.${verb}`));
  const cancel = el('button', {type: 'button', class: 'plain'}, t('common.cancel'));
  const form = el(
    'form',
    {method: 'dialog'},
    el('h2', {id: 'act-title'}, t(`act.${verb}_title`)),
    el('p', {class: 'muted small'}, about),
    Object.entries(extra).map(([name, [text, control]]) => labelled(`act-${name}`, text, control)),
    labelled('act-by', t('act.by'), input('act-by', {value: recall('name', ''), autocomplete: 'name'})),
    labelled('act-note', t(what.label ?? 'act.note'), note),
    problem,
    el('div', {class: 'buttons'}, cancel, send),
  );
  const dialog = el('dialog', {'aria-labelledby': 'act-title'}, form);
  cancel.addEventListener('click', () => dialog.close(''));
  return {dialog, form, note, problem, send};
}

function bodyOf(verb, form, extra) {
  const body = {by: form.querySelector('#act-by').value.trim()};
  const note = form.querySelector('#act-note').value.trim();
  if (note) body[verbs[verb].member ?? 'note'] = note;
  for (const [name, [, control, read]] of Object.entries(extra))
    body[name] = read ? read(control) : control.value.trim();
  return body;
}

// The daemon's answer; null when it did not take it. A session that has run out is asked for again.
async function send(verb, path, body, problem) {
  const {role, method = post} = verbs[verb];
  try {
    return (await method(path, body)) ?? {};
  } catch (fault) {
    const again = fault instanceof ApiError && [401, 403].includes(fault.status) && (await needRole(role));
    problem.textContent = again ? t('act.again') : fault.message;
    return null;
  }
}

// In force, or recorded and waiting for the assessor.
const say = (answer) => toast(t(answer.outcome === 'waiting' ? 'act.waiting' : 'act.applied'));

// Asks and sends. True when the daemon took it, false when the person gave up.
async function ask(path, verb, about, extra = {}) {
  if (!(await needRole(verbs[verb].role))) return false;
  const asked = dialogOf(verb, about, extra);
  const {dialog, form, note} = asked;
  const back = document.activeElement;
  document.body.append(dialog);
  return new Promise((done) => {
    let answer = null;
    form.addEventListener('submit', async (event) => {
      event.preventDefault();
      const body = bodyOf(verb, form, extra);
      remember('name', body.by);
      asked.problem.textContent = '';
      asked.send.disabled = true;
      answer = await send(verb, path, body, asked.problem);
      asked.send.disabled = false;
      if (answer) dialog.close('sent');
    });
    dialog.addEventListener('close', () => {
      dialog.remove();
      if (back?.isConnected) back.focus();
      if (answer) say(answer);
      done(answer !== null);
    });
    dialog.showModal();
    const first = Object.values(extra)[0]?.[1];
    const by = form.querySelector('#act-by');
    (first ?? (by.value ? note : by)).focus();
    if (!first && by.value) note.select();
  });
}

const select = (id, pairs) =>
  el(
    'select',
    {id, required: true},
    pairs.map(([value, text]) => el('option', {value}, text)),
  );

const words = (prefix, names) => names.map((name) => [name, word(prefix, name)]);

// The day is that of the district; what it cost may not be known.
function recordFields() {
  const today = dayOf(now_ms());
  const cost = {type: 'number', min: 0, max: 1e9, step: 0.01, required: false, inputmode: 'decimal'};
  return {
    kind: [t('act.kind'), select('act-kind', words('record', ['inspection', 'repair']))],
    date: [t('alert.date'), input('act-date', {type: 'date', value: today, max: today})],
    cost_cny: [
      t('act.cost'),
      input('act-cost_cny', cost),
      (control) => (control.value === '' ? undefined : Number(control.value)),
    ],
  };
}

const PROPOSALS = ['inspect', 'monitor', 'protect', 'prop', 'repair', 'close'];

// What an act on an alert asks besides.
const fields = {
  assign: () => ({to: [t('act.to'), input('act-to')]}),
  record: recordFields,
  propose: () => ({kind: [t('act.kind'), select('act-kind', words('proposal', PROPOSALS))]}),
};

export const act = (alert, verb, about) =>
  ask(`alerts/${alert.id}/${verb}`, verb, about, fields[verb]?.() ?? {});
export const decide = (proposal, verb, about) => ask(`proposals/${proposal.id}/${verb}`, verb, about);

const HOURS = [1, 4, 12, 24, 72, 168];
const until = (hours) => isoSecond(now_ms() + Number(hours) * 3600000);

// scopes: [id, name] pairs of what may be silenced.
export function silence(scopes) {
  const hours = HOURS.map((n) => [n, t('act.for_hours', {n})]);
  return ask('silences', 'silence', t('act.silence_about'), {
    scope: [t('act.scope'), select('act-scope', scopes)],
    until: [t('act.until'), select('act-until', hours), (control) => until(control.value)],
  });
}

export const unsilence = (s) =>
  ask(`silences/${inPath(s.id)}`, 'unsilence', `${s.scope}${t('common.colon')}${s.reason ?? ''}`);

const CLASSES = ['L', 'ML', 'M', 'MH', 'H'];
const DAYS = [7, 30, 90, 180, 360]; // a year at most

// scopes: [id, name] pairs of what may be given another class.
export const override = (scopes) =>
  ask('overrides', 'override', t('act.override_about'), {
    scope: [t('act.scope'), select('act-scope', scopes)],
    class: [
      t('risk.class'),
      select(
        'act-class',
        [['', '–'], ...CLASSES.map((c) => [c, t('risk.class_is', {class: c})])],
      ),
    ],
    until: [
      t('act.until'),
      select(
        'act-until',
        DAYS.map((n) => [24 * n, tn('common.days', n)]),
      ),
      (control) => until(control.value),
    ],
  });

export const endOverride = (o) =>
  ask(`overrides/${inPath(o.id)}`, 'end_override', `${o.subject}${t('common.colon')}${o.reason ?? ''}`);
