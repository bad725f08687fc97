// Who may do what here: the role of this browser's session, and the dialog that asks for a token.

import {ApiError, get, post, remove} from './api.js';
import {el} from './dom.js';
import {live} from './live.js';
import {t} from './i18n.js';

const ROLES = ['viewer', 'operator', 'planner', 'admin'];

class Session extends EventTarget {
  role = null;
  name = null;
  needsToken = false;

  #take(answer) {
    this.role = answer?.role ?? null;
    this.name = answer?.name ?? null;
    this.needsToken = Boolean(answer?.needs_token);
    this.dispatchEvent(new Event('change'));
    if (this.role) live.dispatchEvent(new Event('enter'));
  }

  async refresh() {
    this.#take(await get('session'));
  }
  async enter(token) {
    await post('session', {token});
    await this.refresh();
  }
  async leave() {
    await remove('session');
    await this.refresh();
  }
  may(role) {
    return ROLES.indexOf(this.role) >= ROLES.indexOf(role);
  }
}

export const session = new Session();

function loginFields(problem) {
  return [
    el('h2', {id: 'login-title'}, t('login.title')),
    el('p', {class: 'muted'}, t('login.why')),
    el('label', {for: 'login-token'}, t('login.token')),
    el('input', {
      id: 'login-token',
      type: 'password',
      autocomplete: 'off',
      required: true,
      spellcheck: 'false',
    }),
    problem,
    el(
      'div',
      {class: 'buttons'},
      el('button', {type: 'button', class: 'plain', 'data-close': true}, t('common.cancel')),
      el('button', {type: 'submit', class: 'main'}, t('login.enter')),
    ),
  ];
}

// Asks for a token until one with the role is given (true) or the person gives up (false).
export function logIn(role = 'viewer') {
  return new Promise((done) => {
    const problem = el('p', {class: 'fault', role: 'alert'});
    const form = el('form', {method: 'dialog'}, loginFields(problem));
    const dialog = el('dialog', {'aria-labelledby': 'login-title', class: 'narrow'}, form);
    form.addEventListener('submit', async (event) => {
      event.preventDefault();
      problem.textContent = '';
      try {
        await session.enter(form.querySelector('input').value.trim());
        if (session.may(role)) dialog.close('in');
        else problem.textContent = t('login.too_low', {role: t(`login.role_${role}`)});
      } catch (fault) {
        problem.textContent =
          fault instanceof ApiError && fault.status === 401 ? t('login.wrong') : fault.message;
      }
    });
    form.querySelector('[data-close]').addEventListener('click', () => dialog.close(''));
    dialog.addEventListener('close', () => {
      dialog.remove();
      done(dialog.returnValue === 'in');
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}

// True once the session has the role; asks for a token when it has not.
export const needRole = async (role) => session.may(role) || logIn(role);
