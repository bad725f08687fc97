// What persons do to an alert: a dialog with a name (remembered) and a note; sent as an act, which the
// daemon enters in the audit under that name.

import {ApiError, post} from './api.js';
import {el} from './dom.js';
import {t} from './i18n.js';
import {needRole} from './session.js';
import {recall, remember} from './store.js';

// verb -> fields beside name and note
const verbs = {
  ack: {role: 'operator', note: 'act.ack_note'},
  resolve: {role: 'operator'},
  comment: {role: 'operator'},
  assign: {role: 'operator', to: true},
  approve: {role: 'planner'},
  reject: {role: 'planner'},
  done: {role: 'planner'},
};

const field = (id, text, attributes) => [
  el('label', {for: id}, text),
  el('input', {id, required: true, maxlength: 200, autocomplete: 'off', ...attributes}),
];

function dialogOf(verb, title, about) {
  const note = el(
    'textarea',
    {id: 'act-note', required: verb !== 'assign', maxlength: 2000},
    verbs[verb].note ? t(verbs[verb].note) : '',
  );
  const problem = el('p', {class: 'fault', role: 'alert'});
  const send = el('button', {type: 'submit', class: 'main'}, t(`act.${verb}`));
  const form = el(
    'form',
    {method: 'dialog'},
    el('h2', {id: 'act-title'}, title),
    el('p', {class: 'muted small'}, about),
    verbs[verb].to && field('act-to', t('act.to')),
    field('act-by', t('act.by'), {value: recall('name', ''), autocomplete: 'name'}),
    el('label', {for: 'act-note'}, t('act.note')),
    note,
    problem,
    el(
      'div',
      {class: 'buttons'},
      el('button', {type: 'button', class: 'plain', onclick: () => dialog.close('')}, t('common.cancel')),
      send,
    ),
  );
  const dialog = el('dialog', {'aria-labelledby': 'act-title'}, form);
  return {dialog, form, note, problem, send};
}

function bodyOf(form) {
  const text = (id) => form.querySelector(`#${id}`)?.value.trim();
  const to = text('act-to');
  return {by: text('act-by'), note: text('act-note'), ...(to ? {to} : {})};
}

// Sends it; true when the daemon took it. A session that has run out is asked for again.
async function sendAct(path, body, problem, role) {
  try {
    return (await post(path, body)) ?? {};
  } catch (fault) {
    if (fault instanceof ApiError && [401, 403].includes(fault.status) && (await needRole(role))) {
      problem.textContent = t('act.again');
      return null;
    }
    problem.textContent = fault.message;
    return null;
  }
}

// Asks and sends. The answer of the daemon, or null when the person gave up.
async function ask(path, verb, about) {
  const {role} = verbs[verb];
  if (!(await needRole(role))) return null;
  const {dialog, form, note, problem, send} = dialogOf(verb, t(`act.${verb}_title`), about);
  const back = document.activeElement;
  document.body.append(dialog);
  return new Promise((done) => {
    let answer = null;
    form.addEventListener('submit', async (event) => {
      event.preventDefault();
      const body = bodyOf(form);
      remember('name', body.by);
      problem.textContent = '';
      send.disabled = true;
      answer = await sendAct(path, body, problem, role);
      send.disabled = false;
      if (answer) dialog.close('sent');
    });
    dialog.addEventListener('close', () => {
      dialog.remove();
      back?.isConnected && back.focus();
      done(answer);
    });
    dialog.showModal();
    const by = form.querySelector('#act-by');
    (by.value ? note : by).focus();
    if (by.value) note.select();
  });
}

export const act = (alert, verb, about) => ask(`alerts/${alert.id}/${verb}`, verb, about);
export const decide = (proposal, verb, about) => ask(`proposals/${proposal.id}/${verb}`, verb, about);

// What to say of the answer: in force, or recorded and waiting for the assessor.
export const outcome = (answer) => t(answer.outcome === 'waiting' ? 'act.waiting' : 'act.done');
