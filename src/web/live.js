// The stream of events (/api/v1/events), read with fetch so that Last-Event-ID is sent after every
// break, also when the daemon was away for long. Fires on itself:
//   'step'   an alert step; detail is its JSON
//   'state'  figures, at most every 5 s
//   'changed' somebody did something (a comment, a silence): lists may differ
//   'status' connecting | live | stale | gone has changed, or came back: detail {status, since_ms, returned}

import {ms, now_ms, setServerNow} from './time.js';

export const STALE_MS = 15000;
const RETRY_MS = [1000, 2000, 3000, 5000];

// Text of a stream to its events; keeps what is unfinished. Lines end as the standard allows.
export class EventParser {
  constructor(give) {
    this.give = give;
    this.rest = '';
    this.reset();
  }

  reset() {
    this.name = 'message';
    this.data = [];
  }

  line(text) {
    if (text === '') {
      if (this.data.length) this.give({name: this.name, data: this.data.join('\n'), id: this.id ?? null});
      this.reset();
      return;
    }
    const colon = text.indexOf(':');
    const field = colon < 0 ? text : text.slice(0, colon);
    const value = colon < 0 ? '' : text.slice(colon + 1).replace(/^ /, '');
    if (field === 'event') this.name = value;
    else if (field === 'data') this.data.push(value);
    else if (field === 'id' && !value.includes('\0')) this.id = value;
  }

  push(text) {
    const lines = (this.rest + text).split(/\r\n|\n|\r(?!$)/);
    this.rest = lines.pop();
    for (const line of lines) this.line(line);
  }
}

class Live extends EventTarget {
  status = 'connecting';
  since_ms = Date.now();
  last_ms = 0;
  heard_ms = 0;
  figures = null;
  #last_id = null;
  #failures = 0;
  #reader = null;
  #tried_ms = 0;
  #without_session = false;

  start() {
    this.#run();
    setInterval(() => this.#look(), 1000);
    addEventListener('online', () => this.#reader?.abort());
    document.addEventListener('visibilitychange', () => {
      if (!document.hidden && this.status !== 'live') this.#reader?.abort();
    });
  }

  #become(status, since_ms) {
    if (status === this.status) return;
    const was = this.status;
    this.status = status;
    this.since_ms = since_ms;
    const returned = status === 'live' && was !== 'connecting';
    this.dispatchEvent(new CustomEvent('status', {detail: {status, since_ms, returned}}));
  }

  // Nothing heard for a while, although the connection stands.
  #look() {
    if (this.#without_session) return;
    if (this.status === 'live' && Date.now() - this.last_ms > STALE_MS) {
      this.#become('stale', this.last_ms);
      this.#reader?.abort();
    } else if (this.status !== 'live' && Date.now() - this.#tried_ms > STALE_MS) this.#reader?.abort();
  }

  #heard() {
    this.last_ms = Date.now();
    this.heard_ms = now_ms();
    this.#failures = 0;
    this.#become('live', this.last_ms);
  }

  #event({name, data, id}) {
    if (id !== null) this.#last_id = id;
    let detail;
    try {
      detail = JSON.parse(data);
    } catch {
      return;
    }
    if (name === 'state') this.#state(detail);
    this.dispatchEvent(new CustomEvent(name, {detail}));
  }

  #state(figures) {
    const before = this.figures;
    this.figures = figures;
    if (Number.isFinite(ms(figures.now))) setServerNow(figures.now);
    if (before && before.changes !== figures.changes) this.dispatchEvent(new Event('changed'));
  }

  async #read(signal) {
    const headers = {Accept: 'text/event-stream'};
    if (this.#last_id !== null) headers['Last-Event-ID'] = this.#last_id;
    const answer = await fetch('/api/v1/events', {headers, signal, cache: 'no-store'});
    if (answer.status === 401) {
      await this.#signedIn();
      return;
    }
    if (!answer.ok || !answer.body) throw new Error(`events: ${answer.status}`);
    this.#heard();
    const parser = new EventParser((event) => this.#event(event));
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    for (;;) {
      const {value, done} = await reader.read();
      if (done) return;
      this.#heard();
      parser.push(value);
    }
  }

  // Without a session nothing is heard: that is no break. Waits for one.
  async #signedIn() {
    this.#failures = 0;
    this.#without_session = true;
    await new Promise((go) => {
      this.addEventListener('enter', go, {once: true});
    });
    this.#without_session = false;
  }

  async #run() {
    for (;;) {
      this.#reader = new AbortController();
      this.#tried_ms = Date.now();
      try {
        await this.#read(this.#reader.signal);
        throw new Error('ended');
      } catch {
        if (this.status !== 'stale' || this.#failures > 0) this.#lost();
        this.#failures++;
        const wait = RETRY_MS[Math.min(this.#failures - 1, RETRY_MS.length - 1)];
        await new Promise((go) => setTimeout(go, wait));
      }
    }
  }

  // A break may be a restart: only the second failure says that the daemon is gone.
  #lost() {
    if (this.#failures >= 1) this.#become('gone', this.last_ms || this.since_ms);
  }
}

export const live = new Live();
