// Questions to the daemon. Answers are JSON; a failure is an ApiError whose message people can read.

import {t} from './i18n.js';

export class ApiError extends Error {
  constructor(status, problem) {
    super(problem?.detail || problem?.title || t('common.error_status', {status}));
    this.status = status;
    this.problem = problem ?? {};
  }
}

// The daemon cannot be reached at all.
export class GoneError extends Error {
  constructor() {
    super(t('live.gone_short'));
  }
}

const WAIT_MS = 20000;

async function ask(method, path, body, signal) {
  const timeout = AbortSignal.timeout(WAIT_MS);
  const options = {
    method,
    signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    credentials: 'same-origin',
  };
  if (body !== undefined) {
    options.headers = {'Content-Type': 'application/json'};
    options.body = JSON.stringify(body);
  }
  let answer;
  try {
    answer = await fetch(`/api/v1/${path}`, options);
  } catch (fault) {
    if (signal?.aborted) throw fault;
    throw new GoneError();
  }
  if (answer.status === 401 && method === 'GET') dispatchEvent(new Event('needstoken'));
  const text = await answer.text();
  let value = null;
  try {
    value = text ? JSON.parse(text) : null;
  } catch {
    /* not JSON: the status says what there is to say */
  }
  if (!answer.ok) throw new ApiError(answer.status, value);
  return value;
}

// Ids keep their slashes; everything else is encoded.
export const inPath = (id) => id.split('/').map(encodeURIComponent).join('/');

export function query(values) {
  const pairs = Object.entries(values ?? {}).filter(([, v]) => v !== null && v !== undefined && v !== '');
  return pairs.length ? `?${new URLSearchParams(pairs)}` : '';
}

export const get = (path, {signal, ...values} = {}) => ask('GET', path + query(values), undefined, signal);
export const post = (path, body) => ask('POST', path, body);
export const remove = (path, body) => ask('DELETE', path, body);

// All pages of a list, up to most rows.
export async function list(path, {most = 5000, signal, ...values} = {}) {
  const items = [];
  let next = null;
  do {
    const page = await get(path, {...values, limit: Math.min(1000, most), next, signal});
    items.push(...page.items);
    next = page.next;
  } while (next && items.length < most);
  return items;
}
