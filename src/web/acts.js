// What persons do: a dialog with a name (remembered) and a note; sent as an act, which the daemon
// enters in the audit under that name.

import {ApiError, inPath, post, remove} from './api.js';
import {el} from './dom.js';
import {t} from './i18n.js';
import {needRole} from './session.js';
import {recall, remember} from './store.js';
import {isoSecond, now_ms} from './time.js';
import {toast} from './toast.js';

// What each act asks beside name and note: role; note: text to begin with; may: the note may be empty;
// member: what the note is called in the body; method, when it is not POST.
const verbs = {
  ack: {role: 'operator', note: 'act.ack_note'},
  resolve: {role: 'operator'},
  comment: {role: 'operator'},
  assign: {role: 'operator', may: true},
  approve: {role: 'planner'},
  reject: {role: 'planner'},
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
    labelled('act-note', t('act.note'), note),
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
const say = (answer) => toast(t(answer.outcome === 'waiting' ? 'act.waiting' : 'act.done'));

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

export const act = (alert, verb, about) =>
  ask(
    `alerts/${alert.id}/${verb}`,
    verb,
    about,
    verb === 'assign' ? {to: [t('act.to'), input('act-to')]} : {},
  );
export const decide = (proposal, verb, about) => ask(`proposals/${proposal.id}/${verb}`, verb, about);

const HOURS = [1, 4, 12, 24, 72, 168];
const until = (hours) => isoSecond(now_ms() + Number(hours) * 3600000);

// scopes: [id, name] pairs of what may be silenced.
export function silence(scopes) {
  const scope = el(
    'select',
    {id: 'act-scope'},
    scopes.map(([id, name]) => el('option', {value: id}, name)),
  );
  const hours = el(
    'select',
    {id: 'act-until'},
    HOURS.map((n) => el('option', {value: n}, t('act.for_hours', {n}))),
  );
  return ask('silences', 'silence', t('act.silence_about'), {
    scope: [t('act.scope'), scope],
    until: [t('act.until'), hours, (control) => until(control.value)],
  });
}

export const unsilence = (s) =>
  ask(`silences/${inPath(s.id)}`, 'unsilence', `${s.scope}${t('common.colon')}${s.reason ?? ''}`);
